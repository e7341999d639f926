import { sql } from 'kysely'
import { DatabaseError } from '../../../lib/database.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'
import type { Flavour } from './flavour.js'
import type { Connection } from './link.js'

/**
 * The tables of the reading before, without columns, that are not among `tables` because the account has lost every right on them:
 * the catalog shows those like dropped ones. The rights outlive the table, so that a statement on a dropped one fails for another
 * reason. None when a table came in the same look: it may be one of them under a new name.
 */
export async function hiddenTables(
  connection: Connection,
  { sql: dialect }: Pick<Flavour, 'sql'>,
  database: string,
  tables: readonly Table[],
  previous: LiveSchema,
): Promise<Table[]> {
  const known = new Set(previous.tables.map(({ name }) => name))
  const seen = new Set(tables.map(({ name }) => name))
  if (tables.some(({ name }) => !known.has(name))) return []
  const hidden: Table[] = []
  for (const table of previous.tables) {
    if (seen.has(table.name)) continue
    const statement = dialect.compile(sql`select 1 as one from ${dialect.table(database, table.name)} limit 0`)
    const isHidden = await connection.query(statement).then(() => false, isRefused)
    if (isHidden) hidden.push({ ...table, columns: [], primaryKey: null, uniqueKeys: [], foreignKeys: [], checks: [] })
  }
  return hidden
}

/**
 * The tables with the columns of the reading before that the account has lost every right on, which the catalog leaves out. Only
 * where no column came in the same look.
 */
export async function withHiddenColumns(
  connection: Connection,
  { sql: dialect }: Pick<Flavour, 'sql'>,
  database: string,
  tables: readonly Table[],
  previous: LiveSchema,
): Promise<Table[]> {
  const before = new Map(previous.tables.map((table) => [table.name, table]))
  return Promise.all(
    tables.map(async (table) => {
      const names = new Set([...table.columns.map(({ name }) => name), ...(table.hidden ?? [])])
      const known = [
        ...(before.get(table.name)?.columns.map(({ name }) => name) ?? []),
        ...(before.get(table.name)?.hidden ?? []),
      ]
      const vanished = known.filter((name) => !names.has(name))
      const hasNewcomers = table.columns.some(({ name }) => !known.includes(name))
      if (table.columns.length === 0 || vanished.length === 0 || hasNewcomers) return table
      const hidden: string[] = [...(table.hidden ?? [])]
      for (const name of vanished) {
        const statement = dialect.compile(sql`select ${sql.id(name)} as one from ${dialect.table(database, table.name)} limit 0`)
        if (await connection.query(statement).then(() => false, isRefused)) hidden.push(name)
      }
      return hidden.length === 0 ? table : { ...table, hidden: hidden.sort() }
    }),
  )
}

/** Any other failure than these two says nothing about the table, so the look fails. */
function isRefused(error: unknown): boolean {
  if (error instanceof DatabaseError && error.kind === 'permission') return true
  if (error instanceof DatabaseError && error.kind === 'schema') return false
  throw error
}
