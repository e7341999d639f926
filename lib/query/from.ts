import { type RawBuilder, sql } from 'kysely'
import type { TablePlan } from '../projection/projection.js'

type Sql = RawBuilder<unknown>

/** ` from` the table ` where` rows are chosen, and only while the table is the one that was planned on. Every read goes through it. */
export function fromTable(plan: TablePlan, where: Sql | null): Sql {
  return sql` from ${plan.source}${whereRows(plan, where)}`
}

/** {@link fromTable} for a statement whose result tells what it was read from: see `toldColumns`. */
export function fromTold(plan: TablePlan, where: Sql | null): Sql {
  return sql`${fromUnguarded(plan, where)}${plan.mark ?? sql``}`
}

/** {@link fromTable} for a statement that has the guard elsewhere: where the database looks at it once, and not with every row. */
export function fromUnguarded({ source }: TablePlan, where: Sql | null): Sql {
  return where === null ? sql` from ${source}` : sql` from ${source} where ${where}`
}

/** `select count(*)` over the rows of a query, which is not guarded. */
export function countOf({ guard }: TablePlan, from: Sql): Sql {
  return guard === null ? sql`select count(*)${from}` : sql`select count(*), ${guard} as guarded${from}`
}

/** ` limit`, with the guard in it for a query that is not guarded. */
export function guardedLimit({ guard }: TablePlan, limit: number): Sql {
  return guard === null ? sql` limit ${limit}` : sql` limit case when ${guard} then cast(${limit} as bigint) end`
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
