import type { SchemaBinding, TableBinding } from '../contract/bind.js'
import { isSettled } from '../contract/holds.js'
import { type Resolution, type ResolutionChange, saying } from '../contract/resolution.js'
import type { Table } from '../schema/table.js'

/** An addition that nobody is to see; names are the database's, `column` null for a whole table. */
export interface Declined {
  readonly table: string
  readonly column: string | null
}

/**
 * What going back to an earlier contract settles: what only the served one has is declined, and a rename that was promoted since
 * stays true, which the database may not be able to prove.
 */
export function settledByReturn(
  served: SchemaBinding,
  earlier: readonly Table[],
): { readonly declined: readonly Declined[]; readonly said: readonly ResolutionChange[] } {
  const before = new Map(earlier.map((table) => [table.id, table]))
  const declined: Declined[] = []
  const said: Resolution[] = []
  for (const bound of served.tables) {
    // What is not part of the lock is in no version.
    if (bound.live === null || bound.contract.id === null) continue
    const table = before.get(bound.contract.id)
    if (table === undefined) {
      declined.push({ table: bound.live.name, column: null })
      said.push({ kind: 'decline', table: bound.live.name, column: null, ids: { table: null, column: null } })
    } else said.push(...inTable(bound, bound.live, table, declined))
  }
  return { declined, said: said.map(saying) }
}

function inTable(bound: TableBinding, live: Table, earlier: Table, declined: Declined[]): Resolution[] {
  const columns = new Map(earlier.columns.map((column) => [column.id, column]))
  const said: Resolution[] = renamed(bound, earlier.name, live.name)
    ? [{ kind: 'confirm-rename', table: earlier.name, column: null, to: live.name, ids: { table: earlier.id, column: null } }]
    : []
  for (const column of bound.columns) {
    if (column.live === null) continue
    const before = column.contract.id === null ? undefined : columns.get(column.contract.id)
    const to = column.live.name
    if (before === undefined) {
      declined.push({ table: live.name, column: to })
      said.push({ kind: 'decline', table: earlier.name, column: to, ids: { table: earlier.id, column: null } })
    } else if (renamed(column, before.name, to)) {
      const ids = { table: earlier.id, column: before.id }
      said.push({ kind: 'confirm-rename', table: earlier.name, column: before.name, to, ids })
    }
  }
  return said
}

function renamed({ relation, evidence }: Pick<TableBinding, 'relation' | 'evidence'>, before: string, now: string): boolean {
  return before !== now && (relation === 'same' || isSettled(evidence))
}
