import { type RawBuilder, sql } from 'kysely'
import type { TablePlan } from '../projection/projection.js'

type Sql = RawBuilder<unknown>

/** ` from` the table ` where` rows are chosen, and only while the table is the one that was planned on. Every read goes through it. */
export function fromTable(plan: TablePlan, where: Sql | null): Sql {
  return sql` from ${plan.source}${whereRows(plan, where)}`
}

/** {@link fromTable} for a statement whose result tells what it was read from: see `toldColumns`. */
export function fromTold(plan: TablePlan, where: Sql | null): Sql {
  const condition = where === null ? sql`` : sql` where ${where}`
  return sql` from ${plan.source}${condition}${plan.mark ?? sql``}`
}

/** The ` where` of {@link fromTable}, for statements that change rows. */
export function whereRows({ guard }: TablePlan, where: Sql | null): Sql {
  const condition = both(where, guard)
  return condition === null ? sql`` : sql` where ${condition}`
}

/** Both conditions, where there are two. */
export function both(left: Sql | null, right: Sql | null): Sql | null {
  return left !== null && right !== null ? sql`${left} and ${right}` : (left ?? right)
}
