import type { Table } from '../../../lib/schema/table.js'
import type { SchemaRow } from './catalog.js'
import type { Known, Reading } from './identity.js'
import { tokenize } from './sql-tokens.js'

/** Whether the schema version moved far enough for what changed. */
export function isExplained(known: Known, reading: Reading): boolean {
  const { catalog } = reading
  const moved = catalog.version - known.details.version
  if (moved === 0) return JSON.stringify(catalog.schema) === JSON.stringify(known.details.rows)
  return moved >= leastSteps(known, reading).total
}

/**
 * The fewest steps that lead to what changed: every CREATE, DROP and ALTER is one, so tables that came or went need one each, and
 * tables with other columns too. Where one of those moved, see {@link stepsToMove}. A view that says more, or less, was dropped and made
 * anew: a rename writes new names into its text, and no more.
 */
export function leastSteps(known: Known, { catalog, tables }: Reading): { total: number; each: ReadonlyMap<Table, number> } {
  // By the rows, not by what can be served: a broken view comes back when its table does.
  const [before, now] = [rowsByName(known.details.rows), rowsByName(catalog.schema)]
  const gone = [...known.tables.keys()].filter((name) => !now.has(name)).length
  const come = tables.filter(({ name }) => !before.has(name)).length
  const names = new Map(catalog.schema.map(({ rowid, name }) => [rowid, name]))
  const ofTable = (table: Table): number => {
    const [earlier, row] = [known.tables.get(table.name), before.get(table.name)]
    if (earlier === undefined || row === undefined) return 0
    if (table.kind === 'view') return row.type === 'view' && lengthOf(row) !== lengthOf(now.get(table.name)) ? 2 : 0
    // Where another has its place, the two may have exchanged names, with all their columns.
    const hasPlace = [table.name, undefined].includes(names.get(row.rowid))
    return hasPlace ? fewestSteps(table, earlier) : 0
  }
  const each = new Map(tables.map((table) => [table, ofTable(table)]))
  const altered = tables.flatMap((table) => (table.kind === 'table' && (each.get(table) ?? 0) > 0 ? [table.name] : []))
  const moved = stepsToMove(altered, known.details.rows, catalog.schema)
  return { total: [...each.values()].reduce((sum, steps) => sum + steps, Math.max(gone, come) + moved), each }
}

/**
 * Tables that were altered and have another place were dropped and made anew, with their indexes, or VACUUM moved them all: at the
 * least one more step for all of them. With three steps beside it (something made, VACUUM, and that dropped) it could be either.
 */
function stepsToMove(altered: readonly string[], before: readonly SchemaRow[], now: readonly SchemaRow[]): number {
  const [rowsBefore, rowsNow] = [rowsByName(before), rowsByName(now)]
  const moved = altered.filter((name) => rowsBefore.get(name)?.rowid !== rowsNow.get(name)?.rowid)
  const made = new Set(moved.filter(madeSince(before, now)))
  const indexes = now.filter(
    (row) => row.sql !== null && row.name !== row.table && made.has(row.table) && rowsBefore.has(row.name),
  )
  return moved.length === 0 ? 0 : 1 + Math.min(2, indexes.length)
}

/** Tells whether a table was made since the reading before: it is where VACUUM, which leaves no gaps, puts nothing. */
export function madeSince(before: readonly SchemaRow[], now: readonly SchemaRow[]): (name: string) => boolean {
  const rows = rowsByName(now)
  const places = new Set(before.map(({ rowid }) => rowid))
  return (name) => {
    const row = rows.get(name)
    return row !== undefined && row.rowid > Math.max(before.length, now.length) && !places.has(row.rowid)
  }
}

function rowsByName(rows: readonly SchemaRow[]): ReadonlyMap<string, SchemaRow> {
  return new Map(rows.map((row) => [row.name, row]))
}

/** In words and signs. */
function lengthOf(row: SchemaRow | undefined): number {
  return tokenize(row?.sql ?? '').length
}

/** Two where two columns or more have other names. */
function fewestSteps(table: Table, earlier: Table): number {
  if (table.columns.length !== earlier.columns.length) return 1
  const renamed = table.columns.filter(({ name }, index) => name !== earlier.columns[index]?.name).length
  return Math.min(2, Math.max(renamed, own(table) === own(earlier) ? 0 : 1))
}

/**
 * What only a statement about the table itself changes: a rename elsewhere can rewrite its keys and checks. Only what the catalog
 * says literally, so that another version of this library reads the same.
 */
function own({ columns }: Table): string {
  return JSON.stringify(columns.map(({ name, nativeType, nullable }) => [name, nativeType, nullable]))
}

/**
 * The most steps since the reading before that can have been of tables and views: without one for each index and trigger that came
 * or went, except those that a table took with it.
 */
export function stepsLeft(known: Known, { catalog }: Reading): number {
  const made = (rows: readonly SchemaRow[]) =>
    rows.filter(({ type, sql, table }) => (type === 'index' || type === 'trigger') && sql !== null && !catalog.shadows.has(table))
  const [before, now] = [made(known.details.rows), made(catalog.schema)]
  const [earlier, later] = [new Set(before.map(({ name }) => name)), new Set(now.map(({ name }) => name))]
  const come = now.filter(({ name }) => !earlier.has(name)).length
  const tables = new Map(catalog.schema.map(({ rowid, type, name }) => [rowid, type === 'table' ? name : '']))
  const lost = new Map<string, number>()
  for (const { name, table } of before) if (!later.has(name)) lost.set(table, (lost.get(table) ?? 0) + 1)
  const gone = known.details.rows.map(({ type, rowid, name }) => {
    if (type !== 'table' || tables.get(rowid) !== name) return 0
    // Dropped and made anew, a table loses all of them at the price of two.
    return Math.min(2, lost.get(name) ?? 0)
  })
  return catalog.version - known.details.version - come - gone.reduce<number>((sum, count) => sum + count, 0)
}
