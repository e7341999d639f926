import { type Column, isReadOnly, isRequiredOnInsert, type Table } from '../schema/table.js'
import { exampleOf } from './examples.js'
import { schemaNames } from './names.js'
import { type JsonSchema, ref, type ShapeOptions } from './types.js'
import { answerSchema, requestSchema } from './values.js'

/** The component schemas of one table, by name. `word` is the table's. */
export function tableSchemas(table: Table, word: string, options: ShapeOptions): Record<string, JsonSchema> {
  const row = { [schemaNames.row(word)]: rowSchema(table, options) }
  return isWritable(table, options) ? { ...row, ...requestSchemas(table, word, options) } : row
}

export function isWritable({ kind }: Table, { readOnly }: ShapeOptions): boolean {
  return kind === 'table' && !readOnly
}

/** A whole row, as every answer has it that was not asked for less. */
function rowSchema(table: Table, options: ShapeOptions): JsonSchema {
  return {
    description: descriptionOf(table),
    type: 'object',
    properties: propertiesOf(table.columns, (column) => answerSchema(column, options)),
    required: table.columns.map(({ name }) => name),
    examples: [exampleOf(table.columns, options)],
  }
}

function requestSchemas(table: Table, word: string, options: ShapeOptions): Record<string, JsonSchema> {
  const writable = table.columns.filter((column) => !isReadOnly(column))
  const key = table.columns.filter(({ name }) => table.primaryKey?.includes(name) === true)
  const required = writable.filter(isRequiredOnInsert)
  const schemas: Record<string, JsonSchema> = {
    [schemaNames.new(word)]: bodySchema(`A new row of "${table.name}"`, writable, required, options),
    [schemaNames.changes(word)]: bodySchema(
      `New values for columns of "${table.name}"; the others stay as they are`,
      writable,
      [],
      options,
    ),
  }
  if (key.length === 0) return schemas
  const addressed = table.columns.filter((column) => key.includes(column) || writable.includes(column))
  const text = `A row of "${table.name}" by its key; columns that are left out stay as they are`
  return { ...schemas, [schemaNames.replacement(word)]: bodySchema(text, addressed, key, options) }
}

function bodySchema(
  description: string,
  columns: readonly Column[],
  required: readonly Column[],
  options: ShapeOptions,
): JsonSchema {
  return {
    description,
    type: 'object',
    properties: propertiesOf(columns, (column) => requestSchema(column, options)),
    ...(required.length === 0 ? {} : { required: required.map(({ name }) => name) }),
    additionalProperties: false,
    examples: [exampleOf(columns, options)],
  }
}

function propertiesOf(columns: readonly Column[], schemaOf: (column: Column) => JsonSchema): Record<string, JsonSchema> {
  return Object.fromEntries(columns.map((column) => [column.name, schemaOf(column)]))
}

/** Keys and relations, for people and agents. */
export function descriptionOf({ name, kind, primaryKey, uniqueKeys, foreignKeys }: Table): string {
  const list = (columns: readonly string[]) => columns.map((column) => `\`${column}\``).join(', ')
  return [
    `A row of the ${kind} "${name}".`,
    ...(primaryKey === null ? [] : [`Primary key: ${list(primaryKey)}.`]),
    ...uniqueKeys.map(({ columns }) => `Unique: ${list(columns)}.`),
    ...foreignKeys.map(
      ({ columns, references }) => `${list(columns)} refers to "${references.table}" (${list(references.columns)}).`,
    ),
  ].join(' ')
}

/** `{"resource": […], "meta": {…}}`. */
export function listOf(items: JsonSchema, meta: string): JsonSchema {
  return {
    type: 'object',
    properties: { resource: { type: 'array', items }, meta: ref('schemas', meta) },
    required: ['resource', 'meta'],
  }
}
