import { type RawBuilder, sql } from 'kysely'
import type { SqlDialect } from '../database.js'
import type { ColumnPlan, TablePlan } from '../projection/projection.js'
import type { Selection } from './read-query.js'
import { fromText } from './values.js'
import { balanced, buildWhere, liveRef, type Purpose } from './where.js'

type Sql = RawBuilder<unknown>

/** The condition of `filter` and `ids` together; null when neither is given. */
export function selectionWhere(plan: TablePlan, selection: Selection, dialect: SqlDialect, purpose: Purpose): Sql | null {
  const filter = selection.filter === null ? null : buildWhere(plan, selection.filter, dialect, purpose)
  const ids = selection.ids === null ? null : keysWhere(plan, selection.ids, dialect)
  return both(filter, ids)
}

/** The condition for rows by their keys (as text, one list a row). */
export function keysWhere(plan: TablePlan, keys: readonly (readonly string[])[], dialect: SqlDialect): Sql {
  const bind = (part: ColumnPlan, text: string | undefined) =>
    dialect.bind(fromText(text ?? '', part.column, plan.table.name, 'invalid-id'), part.column.type)
  const [first] = plan.key
  if (plan.key.length === 1 && first !== undefined) {
    return sql`${liveRef(plan, first)} in (${sql.join(keys.map(([text]) => bind(first, text)))})`
  }
  const rows = keys.map(
    (key) =>
      sql`(${sql.join(
        plan.key.map((part, index) => sql`${liveRef(plan, part)} = ${bind(part, key[index])}`),
        sql` and `,
      )})`,
  )
  return balanced(rows, sql`or`)
}

/** Both conditions, where there are two. */
export function both(left: Sql | null, right: Sql | null): Sql | null {
  return left !== null && right !== null ? sql`${left} and ${right}` : (left ?? right)
}
