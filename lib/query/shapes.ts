import type { TablePlan } from '../projection/projection.js'

/** Most shapes of one kind that are kept for one table. */
const most = 100

/**
 * Keeps what requests of one shape have in common, whatever rows they choose: made once for a table's plan, and gone with it when the
 * schema moves. Those not asked for longest make room.
 */
export function keptShapes<T>(): (plan: TablePlan, shape: string, make: () => T) => T {
  const kept = new WeakMap<TablePlan, Map<string, T>>()
  return (plan, shape, make) => {
    const shapes = kept.get(plan) ?? new Map<string, T>()
    kept.set(plan, shapes)
    const known = shapes.get(shape)
    const found = known === undefined ? make() : known
    shapes.delete(shape)
    shapes.set(shape, found)
    const [oldest] = shapes.keys()
    if (shapes.size > most && oldest !== undefined) shapes.delete(oldest)
    return found
  }
}
