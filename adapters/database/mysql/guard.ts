import { createHash } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { DatabaseError, type Planned, type Row } from '../../../lib/database.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'
import { readDefinition } from './definition.js'
import type { Connection } from './link.js'

const columnsStatement = `select ordinal_position as pos, column_name as name, concat_ws(' ', column_type, collation_name) as ctype
  from information_schema.columns where table_schema = coalesce(?, database()) and table_name = ?`

/** What changes when columns of a table change names, types or places. `rows`: place, name and type of each. */
function markOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => JSON.stringify(row.map(String))).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}

/** `LiveSchema.marks` of a reading. `rows`: those of the catalog, of every column. */
export function marksOf(tables: readonly Table[], rows: readonly Row[]): Record<string, string> {
  const own = new Map<string, Row[]>()
  for (const [table, ...column] of rows) {
    const name = String(table)
    const [place, called, type] = column
    const typed = [type, column[10]].filter((part) => part !== null).join(' ')
    own.set(name, [...(own.get(name) ?? []), [place, called, typed]])
  }
  return Object.fromEntries(tables.flatMap(({ id, name }) => (id === null ? [] : [[id, markOf(own.get(name) ?? [])]])))
}

/** By table, the definition it had when the catalog last agreed with a plan of this reading; null: it cannot be told by that. */
const agreed = new WeakMap<LiveSchema, Map<string, string | null>>()

/**
 * For the end of a transaction: the locks of its statements keep the table from being altered until it is over, so what the
 * server says now is what their names meant. Fails with kind `schema`. A table that exchanged names with another of the same
 * columns is not seen. The catalog is asked when the definition is new: reading it takes four times as long.
 */
export async function checkUnmoved(connection: Connection, schema: string | null, plannedOn: Planned | undefined): Promise<void> {
  const { live, table } = plannedOn ?? {}
  const mark = live?.marks?.[table?.id ?? '']
  if (live === undefined || table === undefined || mark === undefined) return
  const known = agreed.get(live) ?? new Map<string, string | null>()
  const before = known.get(table.name)
  const now = before === null ? null : await readDefinition(connection, schema, table.name)
  if (now !== null && now === before) return
  const { rows } = await connection.query(CompiledQuery.raw(columnsStatement, [schema, table.name]))
  if (markOf(rows) !== mark)
    throw new DatabaseError('schema', {}, new Error('the table has moved since the statement was planned'))
  agreed.set(live, known.set(table.name, now))
}
