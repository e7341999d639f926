import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { isText } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { FilterNode } from './ast.js'
import type { Selection } from './read-query.js'

/**
 * The live columns of a select list, when its result tells that they, and so all that the statement means, are what was planned
 * on; null: the statement needs a guard. Text is in an order, and equal, by rules of which a result tells nothing.
 *
 * @param named what else the statement names
 */
export function toldColumns(
  { mark }: TablePlan,
  selected: readonly ColumnPlan[],
  named: readonly ColumnPlan[],
): readonly (Column | null)[] | null {
  const isShown = selected.some(({ isTold }) => isTold) && selected.every(({ isTold, ref }) => isTold || ref === null)
  const isTold = named.every((column) => column.live === null || (selected.includes(column) && !isText(column.live.type)))
  return mark !== null && isShown && isTold ? selected.map(({ live }) => live) : null
}

/** The columns that a selection names. */
export function columnsChosenBy(plan: TablePlan, { filter, ids }: Selection): readonly ColumnPlan[] {
  const named = filter === null ? [] : namesIn(filter).flatMap((name) => plan.column(name) ?? [])
  return ids === null ? named : [...named, ...plan.key]
}

function namesIn(node: FilterNode): readonly string[] {
  if ('terms' in node) return node.terms.flatMap(namesIn)
  return 'term' in node ? namesIn(node.term) : [node.column]
}
