import type { RawBuilder } from 'kysely'
import type { SchemaBinding, TableBinding } from '../contract/bind.js'
import { listed } from '../contract/difference.js'
import type { ChangeKind } from '../contract/rules.js'
import type { Change } from '../contract/types.js'
import { asNumber } from '../conversion/numbers.js'
import type { Encoder, Planned, SqlDialect } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import type { LiveSchema, Table } from '../schema/table.js'
import { type ColumnPlan, planColumn } from './column-plan.js'
import { finished } from './finished.js'
import { unservable } from './unservable.js'

/**
 * The seam between contract and database: every request names contract tables and columns, every statement names
 * what the live schema calls them, and only a plan knows both.
 */
export interface TablePlan {
  readonly table: Table
  /** The live table as SQL. */
  readonly source: RawBuilder<unknown>
  /** True in a statement, which fails with `schema` where `source` is not what was planned on any more; null: see `plannedOn`. */
  readonly guard: RawBuilder<unknown> | null
  /** In place of the guard, in statements whose results tell what they were read from; null: none do. */
  readonly mark: RawBuilder<unknown> | null
  readonly plannedOn: Planned
  /** In contract order. */
  readonly columns: readonly ColumnPlan[]
  /** The primary key's columns in key order; empty without one. */
  readonly key: readonly ColumnPlan[]
  /** Whether the live table still keeps rows from having equal keys. Where it does not, an id can mean several rows. */
  readonly keyIsUnique: boolean
  /** Whether besides that no part of the key is ever NULL, so that ordering by it ends with no two rows equal. */
  readonly keyIsTotal: boolean
  /** A column by its contract name. */
  column(name: string): ColumnPlan | undefined
  /** What inserts write besides their record: an operator's values for columns that the contract does not have. */
  readonly supplied: readonly ColumnPlan[]
  /** Breaking changes that writers can meet, to tell what the database refuses because of them. */
  readonly tightened: readonly Change[]
}

export interface ProjectionOptions {
  readonly dialect: SqlDialect
  readonly live: LiveSchema
  /** The live schema's own name, where tables need it. */
  readonly schema: string | null
  readonly bigints: 'string' | 'number'
  /** Table → column → the JSON value that an operator gave. */
  readonly standIns: ReadonlyMap<string, ReadonlyMap<string, unknown>>
}

export interface Projection {
  /** The engine's SQL with values as this service shows them. */
  readonly dialect: SqlDialect
  /** The plan of a contract table; fails with `contract-unservable` when the whole table cannot be served. */
  table(name: string): TablePlan | undefined
  /** Whether a contract table has nothing behind it. */
  isGone(name: string): boolean
}

/** Plans are compiled on first use and kept as long as the projection, which a schema change replaces whole. */
export function createProjection(binding: SchemaBinding, changes: readonly Change[], settings: ProjectionOptions): Projection {
  const options = settings.bigints === 'number' ? { ...settings, dialect: withNumbers(settings.dialect) } : settings
  const bindings = new Map(binding.tables.map((table) => [table.contract.name, table]))
  const plans = new Map<string, TablePlan>()
  return {
    dialect: options.dialect,
    isGone: (name) => bindings.get(name)?.live === null,
    table(name) {
      const known = plans.get(name)
      if (known !== undefined) return known
      const table = bindings.get(name)
      if (table === undefined) return undefined
      const own = planTable(table, changes, options)
      const plan = { ...own, tightened: [...own.tightened, ...referring(table, binding, changes)] }
      plans.set(name, plan)
      return plan
    },
  }
}

function planTable(binding: TableBinding, changes: readonly Change[], options: ProjectionOptions): TablePlan {
  const name = binding.contract.name
  const all = changes.filter((change) => change.table === name && change.class === 'breaking')
  const own = all.filter(({ hold }) => hold !== null)
  const standIns = options.standIns.get(name) ?? new Map()
  const whole = own.find((change) => change.column === null && change.hold === 'unservable')
  if (whole !== undefined || binding.live === null) unservable(name, null)
  const columns = binding.columns.map((column) => planColumn(column, own, standIns, options))
  const byName = new Map(columns.map((plan) => [plan.column.name, plan]))
  const key = (binding.contract.primaryKey ?? []).flatMap((part) => byName.get(part) ?? [])
  const guard = options.dialect.guard(binding.live, options.live)
  return {
    table: binding.contract,
    source: finished(options.dialect, options.dialect.table(options.schema, binding.live.name)),
    guard: guard && finished(options.dialect, guard),
    mark: options.dialect.tells?.mark(binding.live.id, options.live) ?? null,
    plannedOn: { live: options.live, table: binding.live },
    columns,
    key,
    ...keyStrength(binding, key),
    column: (column) => byName.get(column),
    supplied: supplied(binding, own, standIns, options),
    tightened: all.filter(({ affects }) => affects !== 'read'),
  }
}

/** What became of references from other tables, which can keep rows of this one from being deleted. */
function referring({ contract, live }: TableBinding, { tables }: SchemaBinding, changes: readonly Change[]): readonly Change[] {
  const keyed = changes.filter((change) => tightensKey.has(change.kind) && change.class === 'breaking')
  return tables.flatMap((other) => {
    if (other.contract.name === contract.name) return []
    const promised = new Map(other.columns.map((column) => [column.live?.name, column.contract.name]))
    const keys = other.live?.foreignKeys.filter(({ references }) => references.table === live?.name) ?? []
    const columns = new Set(keys.map((key) => listed(key.columns.map((name) => promised.get(name) ?? name))))
    return keyed.filter(({ table, column }) => table === other.contract.name && columns.has(column ?? ''))
  })
}

const tightensKey: ReadonlySet<ChangeKind> = new Set([
  'foreign-key-added',
  'foreign-key-retargeted',
  'foreign-key-action-tightened',
])

/** Columns that came after the contract and that every insert must supply. */
function supplied(
  { added }: TableBinding,
  changes: readonly Change[],
  standIns: ReadonlyMap<string, unknown>,
  options: ProjectionOptions,
): readonly ColumnPlan[] {
  return added
    .filter(({ name }) =>
      changes.some(({ column, kind, hold }) => column === name && kind === 'required-column-added' && hold === 'stand-in'),
    )
    .map((column) => planColumn({ contract: column, live: column, relation: 'same', evidence: 'none' }, [], standIns, options))
}

/** Any live key within the promised one keeps that one unique too. */
function keyStrength({ contract, live }: TableBinding, key: readonly ColumnPlan[]) {
  const names = key.flatMap(({ liveName }) => liveName ?? [])
  const isWhole = names.length > 0 && names.length === contract.primaryKey?.length
  const keys = [live?.primaryKey ?? [], ...(live?.uniqueKeys.map(({ columns }) => columns) ?? [])]
  const isApart = key.every(({ ruled }) => ruled === null || ruled.literals === 'strangers' || ruled.isFiner)
  const keyIsUnique = isWhole && isApart && keys.some((one) => one.length > 0 && one.every((name) => names.includes(name)))
  return { keyIsUnique, keyIsTotal: keyIsUnique && key.every((part) => part.live?.nullable === false) }
}

/** 64-bit integers, also those that aggregates make, as JSON numbers; what a number cannot keep is refused. */
function withNumbers(dialect: SqlDialect): SqlDialect {
  const encoder = (type: ColumnType): Encoder => {
    const encode = dialect.encoder(type)
    if (type.name !== 'bigint') return encode
    return (raw) => asNumber(encode(raw))
  }
  return { ...dialect, encoder }
}
