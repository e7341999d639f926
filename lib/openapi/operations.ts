import type { Table } from '../schema/table.js'
import { exampleOf, exampleValue } from './examples.js'
import { schemaNames } from './names.js'
import { type Refusal, refusalsOf } from './shared.js'
import { isWritable, listOf } from './table-schemas.js'
import { type Json, type JsonSchema, ref, type ShapeOptions } from './types.js'
import { requestSchema } from './values.js'

/** What a document says of one table. */
interface Context {
  readonly table: Table
  /** What it is called in names. */
  readonly word: string
  readonly options: ShapeOptions
}

/** The paths of one table below its service, with their operations. */
export function tablePaths(context: Context): Record<string, Json> {
  const { table, options } = context
  const path = `/_table/${encodeURIComponent(table.name)}`
  const isKeyed = table.primaryKey !== null
  const writes = isWritable(table, options)
  const rows = {
    get: list(context),
    ...(writes
      ? {
          post: create(context),
          ...(isKeyed ? { put: replaceRows(context) } : {}),
          patch: updateRows(context),
          delete: deleteRows(context),
        }
      : {}),
  }
  if (!isKeyed) return { [path]: rows }
  const row = {
    parameters: [idParameter(context)],
    get: read(context),
    ...(writes ? { put: replaceRow(context), patch: updateRow(context), delete: deleteRow(context) } : {}),
  }
  return { [path]: rows, [`${path}/{id}`]: row }
}

const always: readonly Refusal[] = ['BadRequest', 'Unauthenticated', 'Forbidden', 'NotFound', 'Gone', 'Failed', 'Unavailable']
const reading: readonly Refusal[] = [...always, 'NotAcceptable']
const writing: readonly Refusal[] = [...always, 'Conflict', 'TooLarge', 'UnsupportedMediaType', 'NotSupported']

interface Parts {
  readonly verb: string
  /** Whether it is about one row. */
  readonly row?: boolean
  readonly summary: string
  readonly parameters?: readonly Json[]
  readonly body?: JsonSchema
  readonly status?: string
  readonly answer: Json
  readonly refusals: readonly Refusal[]
}

function operation({ table, word }: Context, parts: Parts): Json {
  const { verb, row = false, summary, parameters = [], body, status = '200', answer, refusals } = parts
  const answered = {
    description: status === '201' ? 'The rows as they are now' : summary,
    headers: { 'Faucet-Contract': ref('headers', 'contract') },
    content: answer,
  }
  return {
    operationId: `${verb}${word}${row ? 'Row' : ''}`,
    tags: [table.name],
    summary,
    parameters: [...parameters, ref('parameters', 'contract')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonOf(body) } }),
    responses: { [status]: answered, ...refusalsOf(...refusals) },
  }
}

const jsonOf = (schema: JsonSchema): Json => ({ 'application/json': { schema } })

const batch = [ref('parameters', 'rollback'), ref('parameters', 'continue')]

function list(context: Context): Json {
  const { table, word } = context
  const paging = ['limit', 'offset', 'cursor', 'include_count'].map((name) => ref('parameters', name))
  return operation(context, {
    verb: 'list',
    summary: `Rows of "${table.name}"`,
    parameters: [...readParameters(context), ...chosen(context), ...paging],
    answer: {
      ...rowsOrFields(word, (row) => listOf(row, 'PageMeta')),
      'application/x-ndjson': { schema: { type: 'string', description: 'One row a line' } },
    },
    refusals: reading,
  })
}

function read(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'read',
    row: true,
    summary: `A row of "${table.name}"`,
    parameters: readParameters(context).slice(0, 1),
    answer: rowsOrFields(word, (row) => row),
    refusals: always,
  })
}

/** Whole rows, or what `fields` chose: told apart by the media type's parameter. */
function rowsOrFields(word: string, answer: (row: JsonSchema) => JsonSchema): Json {
  return {
    'application/json': { schema: answer(ref('schemas', word)) },
    'application/json; shape=fields': { schema: answer(ref('schemas', 'ChosenFields')) },
  }
}

/** Rows as they are written, or what failed in their places. */
function written(word: string): Json {
  return jsonOf(listOf({ anyOf: [ref('schemas', word), ref('schemas', 'RowError')] }, 'WriteMeta'))
}

function create(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'create',
    summary: `Creates rows of "${table.name}"`,
    parameters: batch,
    body: oneOrMany(context, schemaNames.new(word)),
    status: '201',
    answer: written(word),
    refusals: writing,
  })
}

function replaceRows(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'replace',
    summary: `Writes rows of "${table.name}", each by its key`,
    parameters: batch,
    body: oneOrMany(context, schemaNames.replacement(word)),
    answer: written(word),
    refusals: writing,
  })
}

function updateRows(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'update',
    summary: `Sets the same values in all rows of "${table.name}" that filter or ids choose`,
    parameters: [...chosen(context), ...batch],
    body: ref('schemas', schemaNames.changes(word)),
    answer: written(word),
    refusals: writing,
  })
}

function deleteRows(context: Context): Json {
  const deleted = { type: 'object', properties: { deleted: { type: 'boolean', const: true } }, required: ['deleted'] }
  const each = { type: 'array', items: { anyOf: [deleted, ref('schemas', 'RowError')] }, description: 'With continue=true' }
  return operation(context, {
    verb: 'delete',
    summary: `Deletes the rows of "${context.table.name}" that filter or ids choose`,
    parameters: [...chosen(context), ...batch],
    answer: jsonOf({ type: 'object', properties: { resource: each, meta: ref('schemas', 'WriteMeta') }, required: ['meta'] }),
    refusals: writing,
  })
}

function replaceRow(context: Context): Json {
  const summary = `Writes a row of "${context.table.name}"; columns that are left out stay as they are`
  return rowWrite(context, 'replace', summary)
}

function updateRow(context: Context): Json {
  return rowWrite(context, 'update', `Sets values in a row of "${context.table.name}"`)
}

function rowWrite(context: Context, verb: string, summary: string): Json {
  const { word } = context
  return operation(context, {
    verb,
    row: true,
    summary,
    body: ref('schemas', schemaNames.changes(word)),
    answer: jsonOf(ref('schemas', word)),
    refusals: writing,
  })
}

function deleteRow(context: Context): Json {
  return operation(context, {
    verb: 'delete',
    row: true,
    summary: `Deletes a row of "${context.table.name}"`,
    answer: jsonOf({ type: 'object', properties: { meta: ref('schemas', 'WriteMeta') }, required: ['meta'] }),
    refusals: writing,
  })
}

/** A body of one row, of several, or of several in the envelope that answers have. */
function oneOrMany({ table, options }: Context, name: string): JsonSchema {
  const one = ref('schemas', name)
  const many = { type: 'array', items: one, maxItems: options.batch }
  const enveloped = { type: 'object', properties: { resource: many }, required: ['resource'] }
  // Where a column has this name, an object with it is a row.
  return { oneOf: table.columns.some((column) => column.name === 'resource') ? [one, many] : [one, many, enveloped] }
}

function idParameter({ table, options }: Context): Json {
  const key = table.columns.filter(({ name }) => table.primaryKey?.includes(name) === true)
  const [only] = key
  const names = (table.primaryKey ?? []).join(', ')
  const parts = (table.primaryKey ?? []).flatMap((name) => table.columns.filter((column) => column.name === name))
  const single = key.length === 1 && only !== undefined
  const { type, format } = single ? requestSchema({ ...only, nullable: false }, options) : { type: 'string' }
  return {
    name: 'id',
    in: 'path',
    required: true,
    description: single
      ? `The primary key: ${names}`
      : `The primary key, joined by commas: ${names}. A value with a comma is quoted as in CSV`,
    schema: { type: type ?? 'string', ...(format === undefined ? {} : { format }) },
    example: single ? exampleValue(only.type, options) : parts.map((part) => String(exampleValue(part.type, options))).join(','),
  }
}

/** Which columns, in which order, in which groups. */
function readParameters({ table }: Context): readonly Json[] {
  const query = (name: string, description: string, example: string) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
    example,
  })
  const first = nameIn(table.columns[0]?.name ?? '')
  const two = table.columns.slice(0, 2).map(({ name }) => nameIn(name))
  return [
    query('fields', 'Columns, and COUNT(*), SUM(x), AVG(x), MIN(x), MAX(x), COUNT(DISTINCT x), each with AS name', two.join(',')),
    query(
      'order',
      'Columns or names of aggregates, each with DESC where it goes down; the primary key by default',
      `${first} DESC`,
    ),
    query('group', 'The columns that aggregates are for', first),
  ]
}

/** By which condition or by which keys rows are chosen. */
function chosen({ table, options }: Context): readonly Json[] {
  const key = table.columns.filter(({ name }) => table.primaryKey?.includes(name) === true)
  const filter = {
    name: 'filter',
    in: 'query',
    description:
      'A condition: = != < <= > >= IN BETWEEN LIKE CONTAINS, STARTS WITH, ENDS WITH, IS NULL, joined by AND, OR, NOT and parentheses',
    schema: { type: 'string' },
    example: `${nameIn(table.columns[0]?.name ?? '')} IS NOT NULL`,
  }
  if (key.length === 0) return [filter]
  const example = Object.values(exampleOf(key, options)).map(String).join(',')
  const text =
    'Primary keys, joined by commas; of several columns, their values one after the other. A value with a comma is quoted as in CSV'
  return [filter, { name: 'ids', in: 'query', description: text, schema: { type: 'string' }, example }]
}

/** A name as filters, fields and orders take it. */
function nameIn(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
