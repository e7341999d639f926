import { createHash } from 'node:crypto'
import { stateOf } from '../contract/diff.js'
import type { Change, DriftState } from '../contract/types.js'
import { canonicalJson, digestOf } from '../schema/canonical.js'
import type { Served } from './served.js'

/** What an operator reviews before promoting. */
export interface DriftReport {
  readonly state: DriftState
  /** Names exactly what was reviewed: base version, live schema, changes. `promote({ expect })` refuses when it moved. */
  readonly fingerprint: string
  /** Pending. */
  readonly changes: readonly Change[]
}

/** The report of a service, or of some of its tables. A table counts under its contract name or its new name. */
export function reportOf(served: Served, tables?: readonly string[]): DriftReport {
  const chosen = tables === undefined ? null : new Set(tables)
  const changes = served.changes.filter((change) => chosen === null || isAbout(change, chosen))
  const live = served.live.tables.filter(
    ({ name }) => chosen === null || chosen.has(name) || changes.some((change) => change.after === name),
  )
  const parts = [served.contract.version, served.contract.revision, served.contract.digest, digestOf(live), changes]
  const fingerprint = createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 16)
  const narrowed = chosen === null || served.state === 'unlocked' ? served.state : stateOf(changes)
  return { state: narrowed, fingerprint, changes }
}

/** Whether a change belongs to one of the named tables. */
export function isAbout(change: Change, tables: ReadonlySet<string>): boolean {
  return tables.has(change.table) || (change.column === null && change.after !== null && tables.has(change.after))
}
