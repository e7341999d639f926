import { type RawBuilder, sql } from 'kysely'
import type { ColumnBinding, SchemaBinding, TableBinding } from '../contract/bind.js'
import type { Change, Hold } from '../contract/types.js'
import type { Encoder, SqlDialect } from '../database.js'
import { ValueMismatch } from '../database.js'
import { fail } from '../errors.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Column, Table } from '../schema/table.js'

/**
 * The seam between contract and database: every request names contract tables and columns, every statement names
 * what the live schema calls them, and only a plan knows both.
 */
export interface TablePlan {
  readonly table: Table
  /** The live table as SQL. */
  readonly source: RawBuilder<unknown>
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
}

export interface ColumnPlan {
  readonly column: Column
  /** null: nothing to hold, the live column is as promised. */
  readonly hold: Hold | null
  /** The live column as SQL. Not there under `null` and `unservable`. */
  readonly ref: RawBuilder<unknown> | null
  /** What the live schema calls it, to read the database's errors; null where there is none. */
  readonly liveName: string | null
  /** What the live schema has behind `ref`; null where there is none. */
  readonly live: Column | null
  /** What to select, and how its raw value becomes JSON text. */
  readonly read: RawBuilder<unknown>
  readonly encode: Encoder
}

export interface ProjectionOptions {
  readonly dialect: SqlDialect
  /** The live schema's own name, where tables need it. */
  readonly schema: string | null
  readonly bigints: 'string' | 'number'
}

export interface Projection {
  /** The engine's SQL with values as this service shows them. */
  readonly dialect: SqlDialect
  /** The plan of a contract table; fails with `contract-unservable` when the whole table cannot be served. */
  table(name: string): TablePlan | undefined
}

/** Plans are compiled on first use and kept as long as the projection, which a schema change replaces whole. */
export function createProjection(binding: SchemaBinding, changes: readonly Change[], settings: ProjectionOptions): Projection {
  const options = settings.bigints === 'number' ? { ...settings, dialect: withNumbers(settings.dialect) } : settings
  const bindings = new Map(binding.tables.map((table) => [table.contract.name, table]))
  const plans = new Map<string, TablePlan>()
  return {
    dialect: options.dialect,
    table(name) {
      const known = plans.get(name)
      if (known !== undefined) return known
      const table = bindings.get(name)
      if (table === undefined) return undefined
      const plan = planTable(table, changes, options)
      plans.set(name, plan)
      return plan
    },
  }
}

function planTable(binding: TableBinding, changes: readonly Change[], options: ProjectionOptions): TablePlan {
  const name = binding.contract.name
  const own = changes.filter((change) => change.table === name && change.hold !== null)
  const whole = own.find((change) => change.column === null && change.hold === 'unservable')
  if (whole !== undefined || binding.live === null) unservable(name, null)
  const columns = binding.columns.map((column) => planColumn(column, own, options))
  const byName = new Map(columns.map((plan) => [plan.column.name, plan]))
  const key = (binding.contract.primaryKey ?? []).flatMap((part) => byName.get(part) ?? [])
  return {
    table: binding.contract,
    source: options.dialect.table(options.schema, binding.live.name),
    columns,
    key,
    ...keyStrength(binding, key),
    column: (column) => byName.get(column),
  }
}

/** Any live key within the promised one keeps that one unique too. */
function keyStrength({ contract, live }: TableBinding, key: readonly ColumnPlan[]) {
  const names = key.flatMap(({ liveName }) => liveName ?? [])
  const isWhole = names.length > 0 && names.length === contract.primaryKey?.length
  const keys = [live?.primaryKey ?? [], ...(live?.uniqueKeys.map(({ columns }) => columns) ?? [])]
  const keyIsUnique = isWhole && keys.some((one) => one.length > 0 && one.every((name) => names.includes(name)))
  return { keyIsUnique, keyIsTotal: keyIsUnique && key.every((part) => part.live?.nullable === false) }
}

function planColumn(binding: ColumnBinding, changes: readonly Change[], options: ProjectionOptions): ColumnPlan {
  const column = binding.contract
  const hold = strongest(changes.filter((change) => change.column === column.name))
  const encode = options.dialect.encoder(column.type)
  if (hold === 'null' || hold === 'unservable' || hold === 'stand-in' || binding.live === null) {
    return { column, hold: hold ?? 'unservable', ref: null, liveName: null, live: null, read: sql`null`, encode }
  }
  const ref = sql.id(binding.live.name)
  const { live } = binding
  return { column, hold, ref, liveName: live.name, live, read: options.dialect.read(ref, live.type), encode }
}

const strength: Record<Hold, number> = { mapped: 1, converted: 2, null: 3, 'stand-in': 4, unservable: 5 }

function strongest(changes: readonly Change[]): Hold | null {
  return changes.reduce<Hold | null>((most, { hold }) => {
    if (hold === null) return most
    return most === null || strength[hold] > strength[most] ? hold : most
  }, null)
}

/** 64-bit integers, also those that aggregates make, as JSON numbers; what a number cannot keep is refused. */
function withNumbers(dialect: SqlDialect): SqlDialect {
  const encoder = (type: ColumnType): Encoder => {
    const encode = dialect.encoder(type)
    if (type.name !== 'bigint') return encode
    return (raw) => {
      const digits = encode(raw).slice(1, -1)
      if (!Number.isSafeInteger(Number(digits))) throw new ValueMismatch(`${digits} is beyond what a JSON number keeps`)
      return digits
    }
  }
  return { ...dialect, encoder }
}

/** Refuses by name what cannot be served: the consumer did nothing wrong, so it is 503. */
export function unservable(table: string, column: string | null, why?: string): never {
  const what = column === null ? `table "${table}"` : `column "${table}.${column}"`
  fail('contract-unservable', {
    detail: `the contract promises ${what}, and the database cannot serve it now${why === undefined ? '' : `: ${why}`}`,
    hint: 'an operator sees the change behind it in the drift report of this service',
    context: { table, ...(column === null ? {} : { column }) },
    headers: { 'Retry-After': '300' },
  })
}
