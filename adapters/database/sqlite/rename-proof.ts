import type { Table } from '../../../lib/schema/table.js'
import type { SchemaRow } from './catalog.js'
import type { Known, Reading } from './identity.js'
import { fold, tokenize } from './sql-tokens.js'

/** A name that differs between two readings at the same place. */
interface Rename {
  /** The table's earlier row. */
  readonly row: SchemaRow
  /** null: the table itself. */
  readonly owner: Table | null
  readonly id: string
  readonly from: string
  readonly to: string
}

interface Pair {
  readonly before: SchemaRow
  readonly now: SchemaRow
}

/**
 * Whether the only explanation of what changed since the reading before is that tables or columns were renamed.
 *
 * Every DDL statement adds one to `schema_version` (DROP and ADD COLUMN are two, DROP and CREATE TABLE are two, a rebuild is
 * three), ids of `sqlite_schema` rows are given out as highest + 1, and RENAME rewrites names in place. So: the version moved by
 * exactly the number of changed names, every row is where it was, all stored SQL differs only in those names, and no
 * cheaper way leads to the same picture ({@link mostProvable}).
 *
 * What cannot be told: a copy of the database written over this one by the backup API, which moves the version by one, when the copy
 * differs in one name only. It is refused when the name belonged to something else before (`former`), else taken for a rename.
 */
export function provesRenames(known: Known, reading: Reading): boolean {
  const moved = reading.catalog.version - known.details.version
  const pairs = pairRows(known.details.rows, reading.catalog.schema)
  if (moved < 1 || pairs === null) return false
  const renames = findRenames(pairs, known, reading)
  if (renames === null || renames.length !== moved) return false
  return (
    hasNoCheaperWay(renames, known, reading) &&
    pairs.every((pair) => differsOnlyBy(renames, pair)) &&
    !renames.some((rename) => wasAnothers(rename, known))
  )
}

function pairRows(before: readonly SchemaRow[], now: readonly SchemaRow[]): readonly Pair[] | null {
  const earlier = new Map(before.map((row) => [row.rowid, row]))
  const pairs = now.flatMap((row) => {
    const match = earlier.get(row.rowid)
    return match !== undefined && match.type === row.type && match.root === row.root ? [{ before: match, now: row }] : []
  })
  return pairs.length === now.length && pairs.length === before.length ? pairs : null
}

function findRenames(pairs: readonly Pair[], known: Known, reading: Reading): readonly Rename[] | null {
  const current = new Map(reading.tables.map((table) => [table.name, table]))
  const renames: Rename[] = []
  for (const { before, now } of pairs) {
    if (before.type !== 'table' && before.type !== 'view') continue
    const earlier = known.tables.get(before.name)
    const later = current.get(now.name)
    if (earlier?.columns.length !== later?.columns.length) return null
    if (before.name !== now.name && (earlier === undefined || before.root === 0)) return null
    if (earlier === undefined || later === undefined) continue
    if (before.name !== now.name)
      renames.push({ row: before, owner: null, id: earlier.id ?? '', from: before.name, to: now.name })
    // The columns of a view follow those of its tables.
    if (before.type === 'view') continue
    for (const [index, column] of later.columns.entries()) {
      const { name = '', id = null } = earlier.columns[index] ?? {}
      if (name !== column.name) renames.push({ row: before, owner: earlier, id: id ?? '', from: name, to: column.name })
    }
  }
  return renames
}

function hasNoCheaperWay(renames: readonly Rename[], known: Known, reading: Reading): boolean {
  const rows = new Set(renames.map(({ row }) => row))
  return [...rows].every((row) => {
    const own = renames.filter((rename) => rename.row === row)
    return (
      own.length <= mostProvable(row, rows.size === 1, known.details.rows, reading.catalog.shadows) &&
      (renames.length === 1 || own.every((rename) => isNew(rename, known)))
    )
  })
}

/** `y`→`z` and `x`→`y` at once looks like dropping `x` and adding `z`. */
function isNew({ owner, to }: Rename, known: Known): boolean {
  return owner === null ? !known.tables.has(to) : !owner.columns.some(({ name }) => fold(name) === fold(to))
}

/**
 * How many renames of one table are cheaper than making the table anew. That costs two statements, and puts it at the old rowid
 * only if everything of a higher rowid is made anew too (two each), or VACUUM renumbers (one; it puts tables and the indexes of their
 * constraints first, so not with anything else below). One rename needs one statement, which nothing else does.
 */
function mostProvable(row: SchemaRow, alone: boolean, rows: readonly SchemaRow[], shadows: ReadonlySet<string>): number {
  const above = new Set(
    rows.filter((one) => one.rowid > row.rowid && one.table !== row.name && isMadeAlone(one, shadows)).map(({ table }) => table),
  ).size
  if (above === 0) return 1
  const staysInVacuum = rows.some((one) => one.rowid < row.rowid && one.type !== 'table' && one.sql !== null)
  return alone && staysInVacuum ? 1 + 2 * above : 2
}

/** Virtual tables make their shadow tables, and ANALYZE its own, several with one statement. */
function isMadeAlone({ type, table, root }: SchemaRow, shadows: ReadonlySet<string>): boolean {
  return !shadows.has(table) && !table.startsWith('sqlite_stat') && (type !== 'table' || root !== 0)
}

function differsOnlyBy(renames: readonly Rename[], { before, now }: Pair): boolean {
  if (before.name !== now.name && !isRenamed(renames, before.name, now.name) && !isRenamedIndex(renames, before, now))
    return false
  if (before.table !== now.table && !isRenamed(renames, before.table, now.table)) return false
  if (before.sql === now.sql) return true
  if (before.sql === null || now.sql === null) return false
  const earlier = tokenize(before.sql)
  const later = tokenize(now.sql)
  return (
    earlier.length === later.length &&
    later.every((token, index) => {
      const old = earlier[index]
      if (old === undefined || old.kind !== token.kind) return false
      return old.value === token.value || (token.kind === 'name' && isRenamed(renames, old.value, token.value))
    })
  )
}

function isRenamed(renames: readonly Rename[], from: string, to: string): boolean {
  return renames.some((rename) => fold(rename.from) === fold(from) && rename.to === to)
}

/** The index of a constraint has its table's name in its own. */
function isRenamedIndex(renames: readonly Rename[], before: SchemaRow, now: SchemaRow): boolean {
  const number = /_\d+$/.exec(now.name)?.[0] ?? ''
  return (
    before.sql === null &&
    renames.some(
      ({ owner, from, to }) =>
        owner === null && before.name === `sqlite_autoindex_${from}${number}` && now.name === `sqlite_autoindex_${to}${number}`,
    )
  )
}

function wasAnothers({ owner, id, to }: Rename, known: Known): boolean {
  const ownerId = owner?.id ?? ''
  return known.details.former.some(([of, name, formerId]) => of === ownerId && fold(name) === fold(to) && formerId !== id)
}
