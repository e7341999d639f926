import { createHash } from 'node:crypto'
import { uncertainId } from '../../../lib/schema/origin.js'
import type { Column, LiveSchema, Table } from '../../../lib/schema/table.js'
import { carryIds } from '../shared/carry-ids.js'
import type { Catalog, SchemaRow } from './catalog.js'
import { doubtedNames } from './column-steps.js'
import { isServable } from './introspect.js'
import { provesRenames } from './rename-proof.js'
import { isExplained, leastSteps, madeSince, stepsLeft } from './schema-steps.js'

/** A reading before ids are given. */
export interface Reading {
  /** Names the file, or the connection of a database in memory. */
  readonly base: string
  readonly probe: string
  readonly catalog: Catalog
  readonly tables: readonly Table[]
}

/** What a reading keeps for the next one, in {@link LiveSchema.details}. */
export interface Details {
  readonly version: number
  readonly rows: readonly SchemaRow[]
  /** Names that ids had and have no more: owner (a table's id, or `''` for tables), name, id. */
  readonly former: readonly (readonly [owner: string, name: string, id: string])[]
}

/** The reading before, as far as its ids can be carried on. */
export interface Known {
  readonly scope: string
  readonly tables: ReadonlyMap<string, Table>
  readonly details: Details
}

const formerLimit = 500

/**
 * Gives ids. SQLite has none that mean anything after a DROP, so ours are made up (from scope, schema version and names:
 * the same catalog gives the same bytes) and carried from reading to reading: under an unchanged name as they are, under a
 * new name only where a rename is proven. When `schema_version` does not explain what changed (it went back, or moved by less
 * than the changes need: another file's content under this inode), the scope changes and nothing is carried.
 */
export function identified(reading: Reading, previous: LiveSchema | null): LiveSchema {
  const known = knownFrom(reading.base, previous)
  const explained = known !== null && isExplained(known, reading)
  const scope =
    known === null
      ? reading.base
      : explained
        ? known.scope
        : `${reading.base}#${digest([known.scope, reading.catalog.version, reading.catalog.schema])}`
  const carry = known === null || !explained ? () => null : carrier(known, reading)
  const carried = new Map(reading.tables.map((table) => [table, carry(table)]))
  const kept = new Set([...carried.values()].map((one) => one?.table))
  const vanished = explained ? [...(known?.tables.values() ?? [])].filter((table) => !kept.has(table)) : []
  const made = known === null ? () => false : madeSince(known.details.rows, reading.catalog.schema)
  const suspectsOf = (table: Table): readonly Table[] => {
    const earlier = known?.tables.get(table.name)
    return earlier !== undefined && made(table.name) ? [earlier] : vanished
  }
  const tables = reading.tables.map((table) =>
    withIds(table, carried.get(table) ?? null, suspectsOf(table), [scope, reading.catalog.version]),
  )
  const former = known === null || !explained ? [] : formerNames(known, tables)
  const details: Details = { version: reading.catalog.version, rows: reading.catalog.schema, former }
  return { scope, probe: reading.probe, tables, details }
}

function knownFrom(base: string, previous: LiveSchema | null): Known | null {
  if (previous === null || !(previous.scope === base || previous.scope.startsWith(`${base}#`)) || !isDetails(previous.details))
    return null
  return {
    scope: previous.scope,
    tables: new Map(previous.tables.map((table) => [table.name, table])),
    details: previous.details,
  }
}

function isDetails(value: unknown): value is Details {
  if (typeof value !== 'object' || value === null) return false
  return (
    'version' in value &&
    typeof value.version === 'number' &&
    'rows' in value &&
    Array.isArray(value.rows) &&
    'former' in value &&
    Array.isArray(value.former)
  )
}

/** The ids a table goes on with: the earlier table, and with a proof of renames for each column the earlier one. */
interface Carried {
  readonly table: Table
  readonly columns: readonly (Column | null)[] | null
  /** Without one, names that stayed but may be other columns. */
  readonly doubted: ReadonlySet<string>
}

type Carry = (table: Table) => Carried | null

function carrier(known: Known, reading: Reading): Carry {
  const before = new Map(known.details.rows.map((row) => [row.rowid, row]))
  const now = new Map(
    reading.catalog.schema.filter((row) => isServable(row, reading.catalog.shadows)).map((row) => [row.name, row]),
  )
  if (provesRenames(known, reading)) {
    return (table) => {
      const earlier = known.tables.get(before.get(now.get(table.name)?.rowid ?? -1)?.name ?? '')
      return earlier === undefined
        ? null
        : { table: earlier, columns: table.columns.map((_, index) => earlier.columns[index] ?? null), doubted: new Set() }
    }
  }
  const rows = new Map(known.details.rows.map((row) => [row.name, row]))
  const { total, each } = leastSteps(known, reading)
  const left = stepsLeft(known, reading)
  return (table) => {
    const earlier = carriedByName(table, known.tables.get(table.name), rows.get(table.name), now.get(table.name))
    if (earlier === null) return null
    // Nothing renames a column of a view: it is what its text says. A table of the same text has the same columns.
    const isAsBefore = table.kind !== 'table' || rows.get(table.name)?.sql === now.get(table.name)?.sql
    const steps = left - total + (each.get(table) ?? 0)
    return { table: earlier, columns: null, doubted: isAsBefore ? new Set() : doubtedNames(earlier, table, steps) }
  }
}

/** A table made anew has another rowid and other text; VACUUM moves rowids but leaves the text. */
function carriedByName(
  table: Table,
  earlier: Table | undefined,
  before: SchemaRow | undefined,
  now: SchemaRow | undefined,
): Table | null {
  if (earlier === undefined || before === undefined || now === undefined || earlier.kind !== table.kind) return null
  if (before.rowid !== now.rowid && before.sql !== now.sql) return null
  return earlier
}

/** What is new may be any of `vanished`, and its columns any column that went in the same look. */
function withIds(table: Table, carried: Carried | null, vanished: readonly Table[], origin: readonly [string, number]): Table {
  const fresh = `t:${digest([...origin, table.name])}`
  const suspects = vanished.flatMap(({ id }) => id ?? [])
  const freshColumn = (name: string) => `c:${digest([...origin, table.name, name])}`
  const ids =
    carried?.columns?.map((column, index) => column?.id ?? freshColumn(table.columns[index]?.name ?? '')) ??
    carryIds(carried?.table.columns ?? [], table.columns, freshColumn, carried?.doubted ?? new Set())
  return {
    ...table,
    id: carried?.table.id ?? (suspects.length === 0 ? fresh : uncertainId(fresh, suspects)),
    columns: table.columns.map((column, index) => ({ ...column, id: ids[index] ?? null })),
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}

function formerNames(known: Known, tables: readonly Table[]): Details['former'] {
  const byId = new Map(tables.map((table) => [table.id, table]))
  const left = [...known.tables.values()].flatMap((table) => namesLost(table, byId.get(table.id)))
  return left.length === 0 ? known.details.former : [...known.details.former, ...left].slice(-formerLimit)
}

/** The names of a table and its columns that their ids do not have any more. */
function namesLost(table: Table, now: Table | undefined): Details['former'] {
  const owner = table.id ?? ''
  const names = new Map(now?.columns.map(({ id, name }) => [id, name]))
  const columns = table.columns.flatMap(({ id, name }) =>
    id === null || names.get(id) === name ? [] : [[owner, name, id] as const],
  )
  return now?.name === table.name ? columns : [['', table.name, owner], ...columns]
}
