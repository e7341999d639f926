import { createHash } from 'node:crypto'
import { stateOf } from '../contract/diff.js'
import { takenTables } from '../contract/taken.js'
import type { Change, DriftState } from '../contract/types.js'
import { canonicalJson, digestOf } from '../schema/canonical.js'
import type { Table } from '../schema/table.js'
import type { Served } from './served.js'

/** What an operator reviews before promoting. */
export interface DriftReport {
  readonly state: DriftState
  /** Names exactly what was reviewed: base version, live schema, changes. `promote({ expect })` refuses when it moved. */
  readonly fingerprint: string
  /** Pending. */
  readonly changes: readonly Change[]
}

/**
 * The report of a service, or of some of its tables: of exactly those that a promotion with these names takes. A table counts
 * under its contract name or its new name, and one whose name another takes over comes along.
 */
export function reportOf(served: Served, tables?: readonly string[]): DriftReport {
  const taken = takenTables(served.binding, tables ?? null)
  const changes = served.changes.filter(taken.isAbout)
  const present = new Set<Table | null>([...Array.from(taken.tables, ({ live }) => live), ...taken.added])
  const live = served.live.tables.filter((table) => tables === undefined || present.has(table))
  const parts = [served.contract.version, served.contract.revision, served.contract.digest, digestOf(live), changes]
  const fingerprint = createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 16)
  const narrowed = tables === undefined || served.state === 'unlocked' ? served.state : stateOf(changes)
  return { state: narrowed, fingerprint, changes }
}
