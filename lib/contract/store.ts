import type { LiveSchema, Table } from '../schema/table.js'
import type { ResolutionChange, StoredResolution } from './resolution.js'
import type { Change, ContractVersion, LockMode } from './types.js'

/**
 * Where contract versions, what engines call their tables, and the audit log are kept. Every function is one
 * transaction, shared safely with other processes. All may throw `store-unavailable`, `store-too-new`,
 * `store-corrupt`, and `closed` after {@link ContractStore.close}; what failed that way wrote nothing.
 */
export interface ContractStore {
  /** What is known of one service; nulls (and not unlocked) for one never heard of. Creates nothing. */
  service(name: string): Promise<ServiceRecord>
  /** The served version; null when never locked, or unlocked. */
  current(name: string): Promise<ContractVersion | null>
  /** One stored version, its latest revision when `revision` is omitted; null when there is none. */
  version(name: string, version: number, revision?: number): Promise<ContractVersion | null>
  /** All stored versions and revisions, newest first. */
  versions(name: string): Promise<readonly VersionSummary[]>
  /**
   * Adds a version and makes it the served one. Compare-and-set: throws `contract-moved` unless the served version is
   * `expected`, so of several that expect the same exactly one wins. A `merge` is the next revision of the served
   * version (`not-locked` without one); every other kind is the next number, revision 0, and ends an unlock.
   * Numbers are never reused, not after `unlock` and not after a purge. Versions beyond `retain` are removed with their revisions.
   */
  commit(name: string, commit: VersionCommit): Promise<ContractVersion>
  /**
   * Remembered until the next commit of a kind other than `merge`; unlocking twice does nothing. `purge` also removes the service's versions,
   * history, resolutions, identities and snapshot; the entry of the purge itself stays, and so does a run-time mode.
   */
  unlock(name: string, by: By & { readonly purge?: boolean }): Promise<void>
  /** Sets the mode that wins over the configured one; null hands back to the configuration. Same mode: does nothing. */
  setMode(name: string, mode: LockMode | null, by: By): Promise<void>
  /** Notes which state an operator has seen (an opaque text to the store). The same again does nothing. */
  acknowledge(name: string, fingerprint: string, by: By): Promise<void>
  /** Notes what operators settled, or that they withdrew it; a line of the audit log each. The same again does nothing. */
  resolve(name: string, changes: readonly ResolutionChange[], by: By): Promise<void>
  /** Notes which pending changes listeners were told of (an opaque text to the store). Not in the audit log. */
  announce(name: string, fingerprint: string): Promise<void>
  /** Logical id → engine id, as known in one scope; empty for a scope never met. */
  identities(name: string, scope: string): Promise<ReadonlyMap<string, string>>
  /** Adds and replaces pairs of logical id and engine id; keeps the others. Writes only what differs. */
  saveIdentities(name: string, scope: string, pairs: Iterable<IdentityPair>): Promise<void>
  /** The last reading saved, for engines that prove renames by comparing. */
  snapshot(name: string): Promise<LiveSchema | null>
  /**
   * Replaces the last reading if it still is `previous` (or already is `live`); false when another process saved one meanwhile.
   */
  saveSnapshot(name: string, live: LiveSchema, previous: LiveSchema | null): Promise<boolean>
  /** Hands out `count` (at least 1) logical id numbers from the one returned on; never the same one twice. Counts from 1. */
  reserveIds(name: string, count: number): Promise<number>
  /** The audit log, newest first, 100 entries unless `limit` says otherwise. */
  history(name: string, options?: { readonly limit?: number }): Promise<readonly HistoryEntry[]>
  /** Resolves when the store can be read. */
  ping(): Promise<void>
  /** Releases the store; calls that still wait reject with `closed`. Again: does nothing. */
  close(): Promise<void>
}

export interface ServiceRecord {
  /** Set at run time; null: the configured mode holds. */
  readonly mode: LockMode | null
  /** True from `unlock` to the next lock. */
  readonly unlocked: boolean
  /** The served version; null when never locked, or unlocked. */
  readonly current: VersionNumber | null
  /** What was last acknowledged. */
  readonly acknowledged: string | null
  /** What was last announced. */
  readonly announced: string | null
  /** The highest version number ever given; 0 for none. */
  readonly lastVersion: number
  /** What operators settled and did not withdraw, oldest first. */
  readonly resolutions: readonly StoredResolution[]
}

export type VersionNumber = Pick<ContractVersion, 'version' | 'revision'>

export type VersionSummary = Omit<ContractVersion, 'tables'>

/** A logical id and what an engine calls it in one scope. */
export type IdentityPair = readonly [logicalId: string, engineId: string]

/** Who did it and why, for the audit log. */
export interface By {
  readonly actor: string
  readonly reason: string | null
}

export interface VersionCommit extends By {
  /** What the caller saw being served; null for nothing. */
  readonly expected: VersionNumber | null
  readonly kind: ContractVersion['kind']
  /** With logical ids and different names; in any order. */
  readonly tables: readonly Table[]
  readonly changes: readonly Change[]
  /** Where `identities` hold. */
  readonly scope: string
  /** Saved in the same transaction. */
  readonly identities: readonly IdentityPair[]
  /** What is settled or withdrawn in the same transaction. */
  readonly resolutions?: readonly ResolutionChange[]
  /** How many versions to keep, this one among them; at least 1. */
  readonly retain: number
}

/** One line of the audit log. */
export interface HistoryEntry {
  /** Grows with time; unique within the store. */
  readonly id: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly event: ContractVersion['kind'] | 'unlock' | 'mode' | 'acknowledge' | 'resolve'
  /** What a commit made; for other events what was served at that moment, null for nothing. */
  readonly version: number | null
  readonly revision: number | null
  readonly actor: string
  readonly reason: string | null
  readonly changes: readonly Change[]
  /** `unlock`: `{ purged }`; `mode`: `{ mode }`; `acknowledge`: `{ fingerprint }`; `resolve`: `{ resolution, withdrawn }`; else empty. */
  readonly details: Readonly<Record<string, unknown>>
}
