import { type RawBuilder, sql } from 'kysely'
import type { Parameter, SqlDialect } from '../database.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { unservable } from '../projection/unservable.js'
import { equalsAny } from './equality.js'
import { both, fromTable } from './from.js'
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
  const value = (part: ColumnPlan, text: string | undefined) => fromText(text ?? '', part.column, plan.table.name, 'invalid-id')
  const equals = (part: ColumnPlan, values: readonly Parameter[]) => {
    if (part.ref === null) unservable(plan.table.name, part.column.name)
    return equalsAny(plan, part, values, false, dialect)
  }
  const [first] = plan.key
  if (plan.key.length === 1 && first !== undefined) {
    return equals(
      first,
      keys.map(([text]) => value(first, text)),
    )
  }
  const rows = keys.map((key) => {
    const parts = plan.key.map((part, index) => equals(part, [value(part, key[index])]))
    return sql`(${sql.join(parts, sql` and `)})`
  })
  return balanced(rows, sql`or`)
}

/** Rows a PATCH or DELETE chooses with one statement, and the most there can be; null: as many as there are. */
export interface WritePart {
  readonly where: Sql
  readonly most: number | null
}

/**
 * The condition of {@link selectionWhere} for a write; null when nothing is chosen. Ids that may mean several rows are treated
 * one by one, so that too many rows of one do not hide behind another that has none.
 */
export function writeParts(plan: TablePlan, selection: Selection, dialect: SqlDialect): readonly WritePart[] | null {
  const { ids } = selection
  const where = selectionWhere(plan, selection, dialect, 'write')
  if (where === null) return null
  if (ids === null || plan.keyIsUnique) return [{ where, most: ids?.length ?? null }]
  const one = (id: readonly string[]) => selectionWhere(plan, { ...selection, ids: [id] }, dialect, 'write') ?? where
  return distinct(plan, ids).map((id) => ({ where: one(id), most: 1 }))
}

function distinct(plan: TablePlan, ids: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const valuesOf = (id: readonly string[]) =>
    plan.key.map((part, index) => fromText(id[index] ?? '', part.column, plan.table.name, 'invalid-id'))
  return [...new Map(ids.map((id) => [JSON.stringify(valuesOf(id)), id])).values()]
}

/** A statement that finds a row when one of these ids means several rows. */
export function severalRowsById(plan: TablePlan, ids: readonly (readonly string[])[], dialect: SqlDialect): Sql {
  const key = sql.join(plan.key.map((part) => part.value ?? liveRef(plan, part)))
  return sql`select 1${fromTable(plan, keysWhere(plan, ids, dialect))} group by ${key} having count(*) > 1 limit 1`
}
