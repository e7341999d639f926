import { type RawBuilder, sql } from 'kysely'
import type { QueryResult } from '../database.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { unservable } from '../projection/unservable.js'
import { isNumeric } from '../schema/column-type.js'
import type { FilterNode } from './ast.js'
import { fromTable } from './from.js'
import type { ReadQuery, Selection } from './read-query.js'

type Sql = RawBuilder<unknown>

/** What of a query can compare columns by more than equality. */
type Comparing = Pick<Selection, 'filter'> & Partial<Pick<ReadQuery, 'order' | 'fields' | 'group'>>

/**
 * Fails where values that are none of the promised type would take part in a comparison by size or pattern, an order or an
 * aggregate: they have no place there. Asks nothing where no column is converted.
 */
export async function requireFits(
  plan: TablePlan,
  query: Comparing,
  run: (statement: Sql) => Promise<QueryResult>,
): Promise<void> {
  const misfits = [
    ...[...compared(plan, query)].map((column) => [column, misfitOf(column)] as const),
    ...aggregated(plan, query).map((column) => [column, nullsOf(column)] as const),
  ]
  for (const [{ column }, misfit] of misfits) {
    if (misfit === null) continue
    const { rows } = await run(sql`select 1${fromTable(plan, misfit)} limit 1`)
    if (rows.length > 0) unservable(plan.table.name, column.name, 'a stored value is not of its type')
  }
}

function aggregated(plan: TablePlan, { fields = [] }: Comparing): readonly ColumnPlan[] {
  const names = fields.flatMap((field) => (field.kind === 'aggregate' ? (field.column ?? []) : []))
  return names.flatMap((name) => plan.column(name) ?? [])
}

/** NULLs count for nothing in an aggregate, where the contract promises a value in every row. */
function nullsOf({ column, live, value, nullText }: ColumnPlan): Sql | null {
  if (column.nullable || live === null || value === null || !live.nullable || nullText !== null) return null
  return sql`${value} is null`
}

/** A whole number beyond the promised range still has its place among numbers; showing it is refused by itself. */
function misfitOf({ column, live, value, comparable }: ColumnPlan): Sql | null {
  if (live === null || value === null || comparable === null || comparable.fits === null) return null
  if (isNumeric(column.type) && (live.type.name === 'integer' || live.type.name === 'bigint')) return null
  return sql`${value} is not null and not (${comparable.fits})`
}

function compared(plan: TablePlan, { filter, order, fields = [], group = [] }: Comparing): Set<ColumnPlan> {
  const isGrouped = group.length > 0 || fields.some(({ kind }) => kind === 'aggregate')
  const byKey = order === undefined || isGrouped ? [] : plan.key.map(({ column }) => column.name)
  const names = [
    ...(filter === null ? [] : comparedIn(filter)),
    ...(order ?? []).map(({ name }) => name),
    ...(isGrouped ? group.filter((name) => order?.length === 0 || isRuled(plan, name)) : []),
    ...fields.flatMap((field) =>
      field.kind === 'aggregate' && (field.fn !== 'count' || field.distinct) ? (field.column ?? []) : [],
    ),
    ...byKey,
  ]
  return new Set(names.flatMap((name) => plan.column(name) ?? []))
}

/** Its groups are made of what it is converted to. */
function isRuled(plan: TablePlan, name: string): boolean {
  return plan.column(name)?.ruled?.literals === 'all'
}

/** `=` and IN find only what fits; their opposites would find the rest, too. */
function comparedIn(node: FilterNode, isNegated = false): readonly string[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.terms.flatMap((term) => comparedIn(term, isNegated))
    case 'not':
      return comparedIn(node.term, !isNegated)
    case 'null':
      return []
    case 'in':
      return node.negated || isNegated ? [node.column] : []
    case 'compare':
      return node.op === '=' && !isNegated ? [] : [node.column]
    default:
      return [node.column]
  }
}
