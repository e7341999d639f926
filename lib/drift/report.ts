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
  const { state, changes } = pendingOf(served, tables)
  const parts = [served.contract.version, served.contract.revision, served.contract.digest, liveDigest(served, tables), changes]
  const fingerprint = createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 16)
  return { state, fingerprint, changes }
}

/** {@link reportOf} without its fingerprint, which costs a digest of the live schema. */
export function pendingOf(served: Served, tables?: readonly string[]): Pick<DriftReport, 'state' | 'changes'> {
  if (tables === undefined) return { state: served.state, changes: served.changes }
  const changes = served.changes.filter(takenTables(served.binding, tables).isAbout)
  return { state: served.state === 'unlocked' ? 'unlocked' : stateOf(changes), changes }
}

/** Of whole schemas, which stay the same for many looks. */
const digests = new WeakMap<readonly Table[], string>()

function liveDigest({ binding, live }: Served, tables: readonly string[] | undefined): string {
  if (tables !== undefined) {
    const taken = takenTables(binding, tables)
    const present = new Set<Table | null>([...Array.from(taken.tables, (table) => table.live), ...taken.added])
    return digestOf(live.tables.filter((table) => present.has(table)))
  }
  // What is not part of the lock has no logical id, and nobody reviews it.
  const unlocked = new Set(binding.tables.flatMap((table) => (table.contract.id === null ? [table.live] : [])))
  const digest = digests.get(live.tables) ?? digestOf(live.tables.filter((table) => !unlocked.has(table)))
  digests.set(live.tables, digest)
  return digest
}
