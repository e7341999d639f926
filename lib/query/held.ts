import { type RawBuilder, sql } from 'kysely'
import type { Aggregate } from '../database.js'
import { fail } from '../errors.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { unservable } from '../projection/unservable.js'
import type { FilterNode, Literal } from './ast.js'
import { fromLiteral } from './values.js'

type Sql = RawBuilder<unknown>

/** One condition of a filter on one column. */
export type Predicate = Exclude<FilterNode, { kind: 'and' | 'or' | 'not' }>

/** Rows are never chosen for a write by what is answered in place of values that are not there. */
export function refuseHeld(plan: TablePlan, { column, hold, isFilled }: ColumnPlan): void {
  if (hold !== 'null' && hold !== 'stand-in' && !isFilled) return
  fail('contract-drift', {
    detail: `"${plan.table.name}.${column.name}" has no values of its own in the database any more, so rows cannot be chosen by it`,
    hint: 'leave the column out of the filter',
    context: { table: plan.table.name, column: column.name },
  })
}

/** A column with nothing live behind it is compared as what it is answered as. */
export function heldPredicate(plan: TablePlan, column: ColumnPlan, node: Predicate): Sql {
  const { name } = column.column
  if (column.hold !== 'null' && column.hold !== 'stand-in') return unservable(plan.table.name, name)
  const isNull = column.nullText === 'null'
  if (node.kind === 'null') return isNull === node.negated ? nothing : everything
  if (isNull) return sql`(1 = null)`
  const wanted = literalsOf(node).map((literal) => String(fromLiteral(literal, column.column, plan.table.name)))
  const isFound = wanted.includes(String(JSON.parse(column.standIn ?? 'null')))
  if (node.kind === 'in') return isFound === node.negated ? nothing : everything
  if (node.kind === 'compare' && node.op === '=') return isFound ? everything : nothing
  if (node.kind === 'compare' && node.op === '<>') return isFound ? nothing : everything
  return unservable(plan.table.name, name, 'its values cannot be compared as promised')
}

/**
 * An aggregate over a column with nothing live behind it, which reads the same in every row. `json` is what it shows where it is not
 * NULL; null: what the aggregate itself shows.
 */
export function heldAggregate(
  plan: TablePlan,
  { column, nullText, standIn }: ColumnPlan,
  fn: Aggregate,
  distinct: boolean,
): { readonly source: Sql; readonly json: string | null } {
  if (nullText === 'null') {
    return { source: fn === 'count' ? sql`(count(*) - count(*))` : sql`nullif(count(*), count(*))`, json: null }
  }
  if (fn === 'count') return { source: distinct ? sql`(case when count(*) > 0 then 1 else 0 end)` : sql`count(*)`, json: null }
  if (fn === 'min' || fn === 'max') return { source: sql`nullif(count(*), 0)`, json: standIn }
  return unservable(plan.table.name, column.name, 'its values cannot be added up as promised')
}

const everything = sql`(1 = 1)`
const nothing = sql`(1 = 0)`

/** The values that a condition compares with, by `=` or otherwise. */
export function literalsOf(node: Predicate): readonly Literal[] {
  if (node.kind === 'in') return node.values
  if (node.kind === 'between') return [node.low, node.high]
  return node.kind === 'compare' ? [node.value] : []
}
