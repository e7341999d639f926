import type { Table } from '../../../lib/schema/table.js'
import { movedNames } from '../shared/doubted-names.js'

/** Costs of the cheapest ways that lead from nothing, or to the end, by columns before and columns now. */
type Costs = readonly (readonly number[])[]

/**
 * The names of a table's columns that stayed, but may be other columns now, as far as the steps of `schema_version` allow.
 *
 * ALTER TABLE is one step for each column: DROP closes the gap, RENAME stays in place, ADD appends. So the columns now
 * are those that were not dropped, in their order, and then those that were added. A name is trusted where every such history of no
 * more than `steps` leaves it its column. Without any history the table was made anew, and order is all there is to go by.
 *
 * @param steps as many as may have been of this table
 */
export function doubtedNames(before: Table, now: Table, steps: number): ReadonlySet<string> {
  const [old, columns] = [before.columns, now.columns]
  const kinds = [before, now].map((table) => table.columns.map((column) => kindOf(table, column)))
  const keep = (i: number, j: number): number => {
    if (old[i]?.name === columns[j]?.name) return 0
    return kinds[0]?.[i] === kinds[1]?.[j] ? 1 : Number.POSITIVE_INFINITY
  }
  const to = costsTo(old.length, columns.length, keep)
  const from = costsFrom(old.length, columns.length, keep)
  if (at(from, 0, 0) > steps) return movedNames(old, columns, true)
  const places = new Map(old.map(({ name }, index) => [name, index]))
  const doubted = columns.filter(({ name }, j) => {
    const place = places.get(name)
    if (place === undefined) return false
    const isOther = old.some((_, i) => i !== place && at(to, i, j) + keep(i, j) + at(from, i + 1, j + 1) <= steps)
    return isOther || costToAdd(to, old.length, columns.length, j) <= steps
  })
  return new Set(doubted.map(({ name }) => name))
}

/** What no RENAME changes. */
function kindOf({ primaryKey }: Table, { name, nativeType, nullable }: Table['columns'][number]): string {
  return JSON.stringify([nativeType, nullable, primaryKey?.includes(name) ?? false])
}

type Keep = (i: number, j: number) => number

/** `[i][j]`: of the first `i` columns before, `j` are left. */
function costsTo(before: number, now: number, keep: Keep): Costs {
  const costs: number[][] = []
  for (let i = 0; i <= before; i += 1) {
    const row: number[] = []
    for (let j = 0; j <= now; j += 1) {
      const kept = i === 0 || j === 0 ? Number.POSITIVE_INFINITY : at(costs, i - 1, j - 1) + keep(i - 1, j - 1)
      row.push(i === 0 && j === 0 ? 0 : Math.min(kept, at(costs, i - 1, j) + 1))
    }
    costs.push(row)
  }
  return costs
}

/** `[i][j]`: from there to all columns of both; when none is left of those before, the rest was added. */
function costsFrom(before: number, now: number, keep: Keep): Costs {
  const costs: number[][] = []
  for (let i = before; i >= 0; i -= 1) {
    costs[i] = Array.from({ length: now + 1 }, (_, j) => {
      if (i === before) return now - j
      return Math.min(at(costs, i + 1, j) + 1, j === now ? Number.POSITIVE_INFINITY : keep(i, j) + at(costs, i + 1, j + 1))
    })
  }
  return costs
}

/** The cheapest way in which the column at `j` was added. */
function costToAdd(to: Costs, before: number, now: number, j: number): number {
  return Math.min(...Array.from({ length: j + 1 }, (_, left) => at(to, before, left) + now - left))
}

function at(costs: Costs, i: number, j: number): number {
  return costs[i]?.[j] ?? Number.POSITIVE_INFINITY
}
