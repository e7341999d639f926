import { type RawBuilder, sql } from 'kysely'
import { requireFit } from '../conversion/parameters.js'
import { type Comparable, type Parameter, type SqlDialect, ValueMismatch } from '../database.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import type { Ruled } from '../projection/text-rules.js'
import { unservable } from '../projection/unservable.js'

type Sql = RawBuilder<unknown>

/** What a column is compared and ordered by; fails where it cannot be as promised. */
export function comparableOf(plan: TablePlan, column: ColumnPlan): Comparable {
  const found = equalityOf(plan, column)
  return found.sorts === false ? incomparable(plan, column) : found
}

/** What tells which of a column's values are equal; fails where they may be others than promised. */
export function equalityOf(plan: TablePlan, column: ColumnPlan): Comparable {
  return column.comparable ?? incomparable(plan, column)
}

function incomparable(plan: TablePlan, { column }: ColumnPlan): never {
  return unservable(plan.table.name, column.name, 'its values cannot be compared as promised')
}

/** A checked value as what it is compared with. */
export function boundFor(
  plan: TablePlan,
  { column }: ColumnPlan,
  by: Comparable,
  value: Parameter,
  dialect: SqlDialect,
): unknown {
  try {
    return dialect.bind(by.bound === undefined ? value : by.bound(value), by.type)
  } catch (error) {
    if (!(error instanceof ValueMismatch)) throw error
    return unservable(plan.table.name, column.name, 'the value cannot be compared as promised')
  }
}

/**
 * `=` and IN, or with `negated` their opposites. A value that the live column cannot hold exactly equals nothing that is there,
 * unless it is text that equals another by the promised rules.
 */
export function equalsAny(
  plan: TablePlan,
  column: ColumnPlan,
  values: readonly Parameter[],
  negated: boolean,
  dialect: SqlDialect,
): Sql {
  const { ruled } = column
  if (ruled === null) return equalsLive(column, values, negated, dialect)
  if (ruled.literals === 'all') return equalsText(plan, column, ruled, values, negated, dialect)
  const strangers = values.filter((one) => inLive(column, one) === null)
  if (strangers.length === 0) return equalsLive(column, values, negated, dialect)
  const known = equalsLive(column, values, negated, dialect)
  const other = equalsText(plan, column, ruled, strangers, negated, dialect)
  return sql`(${known} ${negated ? sql`and` : sql`or`} ${other})`
}

function equalsLive(column: ColumnPlan, values: readonly Parameter[], negated: boolean, dialect: SqlDialect): Sql {
  const { value, live, comparable } = column
  const found = values.flatMap((one) => inLive(column, one) ?? [])
  if (live === null || found.length === 0) return negated ? sql`(${value} is not null or null)` : sql`(${value} is null and null)`
  const equal = isAny(
    sql`${value}`,
    found.map((one) => dialect.bind(one, live.type)),
    negated,
  )
  // The live type may find values equal that are not the same, and none of the promised type.
  const fits = comparable?.fits ?? null
  return fits === null || negated ? equal : sql`(${equal} and ${fits})`
}

/** By the promised rules, with what the live column finds equal as a first sieve where that has an index. */
function equalsText(
  plan: TablePlan,
  column: ColumnPlan,
  { isFiner, literals: which }: Ruled,
  values: readonly Parameter[],
  negated: boolean,
  dialect: SqlDialect,
): Sql {
  const found = comparableOf(plan, column)
  const literals = () => values.map((one) => boundFor(plan, column, found, one, dialect))
  const equal = isAny(found.value, literals(), negated)
  if (negated) return equal
  const sieve = isFiner && column.ref !== null && !column.isFilled ? sql`${isAny(column.ref, literals(), false)} and ` : sql``
  // What is none of the live type's values was promised like any other where it could be stored.
  const fits = which === 'strangers' && dialect.storesAnything === true ? null : found.fits
  return fits === null ? sql`(${sieve}${equal})` : sql`(${sieve}${equal} and ${fits})`
}

function isAny(value: Sql, literals: readonly unknown[], negated: boolean): Sql {
  const [first, ...more] = literals
  if (more.length > 0) return sql`${value} ${negated ? sql`not in` : sql`in`} (${sql.join(literals)})`
  return negated ? sql`${value} <> ${first}` : sql`${value} = ${first}`
}

function inLive(column: ColumnPlan, value: Parameter): [Parameter] | null {
  try {
    const found = column.toLive(value)
    if (column.live !== null && column.isOther) requireFit(found, column.live.type)
    return [found]
  } catch (error) {
    if (error instanceof ValueMismatch) return null
    throw error
  }
}
