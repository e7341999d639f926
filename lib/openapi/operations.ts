import type { Table } from '../schema/table.js'
import { exampleValue } from './examples.js'
import { schemaNames } from './names.js'
import { readRefusals, writeRefusals } from './shared.js'
import { isWritable, listOf } from './table-schemas.js'
import { type Json, type JsonSchema, ref, type ShapeOptions } from './types.js'
import { requestSchema } from './values.js'

/** What a document says of one table. */
interface Context {
  readonly table: Table
  /** What it is called in names. */
  readonly word: string
  readonly tag: string
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

interface Parts {
  readonly verb: string
  /** Whether it is about one row. */
  readonly row?: boolean
  readonly summary: string
  readonly parameters?: readonly Json[]
  readonly body?: JsonSchema
  readonly status?: string
  readonly answer: Json
}

function operation({ tag, word }: Context, parts: Parts): Json {
  const { verb, row = false, summary, parameters = [], body, status = '200', answer } = parts
  const answered = {
    description: status === '201' ? 'The rows as they are now' : summary,
    headers: { 'Faucet-Contract': ref('headers', 'contract') },
    content: answer,
  }
  return {
    operationId: `${verb}${word}${row ? 'Row' : ''}`,
    tags: [tag],
    summary,
    parameters: [...parameters, ref('parameters', 'contract')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonOf(body) } }),
    responses: { [status]: answered, ...(verb === 'list' || verb === 'read' ? readRefusals : writeRefusals) },
  }
}

const jsonOf = (schema: JsonSchema): Json => ({ 'application/json': { schema } })

const shared = (...names: readonly string[]) => names.map((name) => ref('parameters', name))
const batch = shared('rollback', 'continue')

/** By which condition or by which keys rows are chosen. */
const chosen = ({ table }: Context) => shared('filter', ...(table.primaryKey === null ? [] : ['ids']))

function list(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'list',
    summary: `Rows of "${table.name}"`,
    parameters: [
      ...shared('fields', 'order', 'group'),
      ...chosen(context),
      ...shared('limit', 'offset', 'cursor', 'include_count'),
    ],
    answer: {
      ...rowsOrFields(word, (row) => listOf(row, 'PageMeta')),
      'application/x-ndjson': { schema: { type: 'string', description: 'One row a line' } },
    },
  })
}

function read(context: Context): Json {
  const { table, word } = context
  return operation(context, {
    verb: 'read',
    row: true,
    summary: `A row of "${table.name}"`,
    parameters: shared('fields'),
    answer: rowsOrFields(word, (row) => row),
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
  })
}

function deleteRow(context: Context): Json {
  return operation(context, {
    verb: 'delete',
    row: true,
    summary: `Deletes a row of "${context.table.name}"`,
    answer: jsonOf({ type: 'object', properties: { meta: ref('schemas', 'WriteMeta') }, required: ['meta'] }),
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
