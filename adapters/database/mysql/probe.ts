import { CompiledQuery } from 'kysely'
import type { Flavour, ProbePart } from './flavour.js'
import type { Connection } from './link.js'

/**
 * What both servers hash: everything that introspection reads, and nothing else. Creation times are left out on purpose:
 * they have a resolution of a second, and reading them opens every table's files.
 */
export const sharedProbeParts: readonly ProbePart[] = [
  { key: 't', view: 'tables', schemaColumn: 'table_schema', fields: ['quote(table_name)', 'quote(table_type)'] },
  {
    key: 'c',
    view: 'columns',
    schemaColumn: 'table_schema',
    fields: [
      'quote(table_name)',
      'ordinal_position',
      'quote(column_name)',
      'quote(column_type)',
      'quote(collation_name)',
      'is_nullable',
      'quote(column_default)',
      'quote(extra)',
      'quote(generation_expression)',
      'privileges',
    ],
  },
  {
    key: 'k',
    view: 'key_column_usage',
    schemaColumn: 'table_schema',
    fields: [
      'quote(table_name)',
      'quote(constraint_name)',
      'ordinal_position',
      'quote(column_name)',
      'quote(referenced_table_schema)',
      'quote(referenced_table_name)',
      'quote(referenced_column_name)',
    ],
    // Other keys are indexes too, which are read below.
    where: 'referenced_table_name is not null',
  },
  {
    key: 'r',
    view: 'referential_constraints',
    schemaColumn: 'constraint_schema',
    fields: ['quote(table_name)', 'quote(constraint_name)', 'delete_rule', 'update_rule'],
  },
  {
    key: 'u',
    view: 'statistics',
    schemaColumn: 'table_schema',
    fields: ['quote(table_name)', 'quote(index_name)', 'seq_in_index', 'quote(column_name)', 'quote(sub_part)'],
    where: 'non_unique = 0',
  },
  { key: 'v', view: 'views', schemaColumn: 'table_schema', fields: ['quote(table_name)', 'quote(view_definition)'] },
]

/**
 * One statement, a row for each part: how many rows, the sum of their CRCs and of the squares. The squares are there because
 * CRC is linear: two columns that trade their names in one migration could leave the plain sum as it was.
 * (MD5 and SHA1 are gone from MySQL 9.)
 */
function fingerprintStatement(parts: readonly ProbePart[]): string {
  return parts.map(branch).join(' union all ')
}

function branch({ key, view, schemaColumn, fields, where }: ProbePart): string {
  const rows = `select crc32(concat_ws(',', ${fields.join(', ')})) as c from information_schema.${view} where ${schemaColumn} = ?`
  return `select '${key}' as part, concat_ws('.', count(*), sum(c), sum(c * c)) as seen from (${rows}${where === undefined ? '' : ` and ${where}`}) as ${key}`
}

/** The fingerprint of a database, as {@link Database.probe} gives it. */
export async function fingerprint(connection: Connection, flavour: Flavour, database: string, ids: string): Promise<string> {
  const { probeParts } = flavour
  const statement = CompiledQuery.raw(
    fingerprintStatement(probeParts),
    probeParts.map(() => database),
  )
  const { rows } = await connection.query(statement)
  const parts = rows.map(([key, seen]) => `${key}${seen}`)
  return [...parts.sort(), `i${ids}`].join(' ')
}
