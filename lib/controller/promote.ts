import type { RenameOptions } from '../config/options.js'
import type { Resolution, ResolutionChange, StoredResolution } from '../contract/resolution.js'
import type { Change, ContractVersion, DriftState } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { reportOf } from '../drift/report.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { OpenApiChange } from '../openapi/diff/index.js'
import { columnOf, type Table } from '../schema/table.js'
import { type Author, by } from './author.js'
import { acceptable, commitNext, previewedTables, promotedTables } from './next-version.js'
import { openApiChanges } from './openapi-changes.js'
import { withRenames } from './renames.js'

export interface PromoteOptions extends Author {
  /**
   * Only these tables, by contract name or new name, and those whose name one of them takes over. Absent: the live schema whole,
   * but for columns whose names look secret: they are taken only with a table that is named.
   */
  readonly tables?: readonly string[]
  /** The fingerprint of the report that was reviewed; refuses with `contract-moved` if anything in it moved since. */
  readonly expect?: string
  /** Renames that are true, whatever the database can prove: the contract's names → the names now. */
  readonly renames?: RenameOptions
  /** Only tell what would be promoted. */
  readonly dryRun?: boolean
}

/** A version as the history and the answers show it: all but its tables. */
export type VersionRecord = Omit<ContractVersion, 'tables'>

export interface PromoteResult {
  readonly dryRun: boolean
  /** What was, or would be, accepted. Empty: nothing was there to take, no version was made, and merged additions are acknowledged. */
  readonly changes: readonly Change[]
  readonly state: DriftState
  readonly fingerprint: string
  /** The version served afterwards; the one served now in a dry run. */
  readonly contract: VersionRecord
  /** Of a dry run: what the OpenAPI document would become, in the rules of oasdiff. */
  readonly openapi?: readonly OpenApiChange[]
}

/** Makes the live schema, whole or some tables of it, the next contract version. */
export function promote(monitor: ServiceMonitor, options: PromoteOptions): Promise<PromoteResult> {
  return monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const now = lockedNow(monitor)
    checkTables(now, options.tables)
    const served = await withRenames(monitor, now, options.renames, options.tables)
    const report = reportOf(served, options.tables)
    // Either report was about this schema; what the renames settle is in the request itself.
    checkReviewed(served, options.expect, [report.fingerprint, reportOf(now, options.tables).fingerprint])
    const accepted = await acceptable(monitor, served, report.changes, options.tables)
    if (options.dryRun === true) {
      const openapi = await openApiChanges(monitor, now.contract, previewedTables(monitor, served, options.tables))
      return { dryRun: true, ...report, changes: accepted, contract: recordOf(served.contract), openapi }
    }
    if (accepted.length === 0) await acknowledge(monitor, served, options)
    else await commit(monitor, served, accepted, options)
    await monitor.lookNow()
    await monitor.stampNow()
    const after = lockedNow(monitor)
    return { dryRun: false, ...reportOf(after), changes: accepted, contract: recordOf(after.contract) }
  })
}

/** Fails with `contract-moved` when what was reviewed is none of what there is now; the first is told. */
export function checkReviewed({ contract }: Served, expected: string | undefined, fingerprints: readonly string[]): void {
  if (expected === undefined || fingerprints.includes(expected)) return
  fail('contract-moved', {
    detail: `the schema of "${contract.service}" is not the one that was reviewed`,
    hint: 'review the report again and send its fingerprint',
    context: { expected, fingerprint: fingerprints[0] },
  })
}

/** What is served, for operations that need a lock. */
export function lockedNow(monitor: ServiceMonitor): Served {
  if (monitor.now.locked) return monitor.now
  return fail('not-locked', {
    detail: `"${monitor.parts.service.name}" is not locked, so there is no contract to change`,
    hint: monitor.now.mode === 'none' ? 'it is in mode none: set its mode to auto or strict first' : 'lock it first',
  })
}

export function recordOf(contract: ContractVersion): VersionRecord {
  const { tables: _, ...record } = contract
  return record
}

function checkTables(served: Served, tables: readonly string[] | undefined): void {
  const known = [...served.contract.tables, ...served.live.tables].map(({ name }) => name)
  for (const name of tables ?? []) {
    if (!known.includes(name))
      fail('unknown-table', { detail: `no table "${name}" in contract or database`, hint: didYouMean(name, known) })
  }
}

async function acknowledge(monitor: ServiceMonitor, served: Served, options: PromoteOptions): Promise<void> {
  const { store, service } = monitor.parts
  await store.acknowledge(service.name, versionName(served.contract), by(options))
}

async function commit(
  monitor: ServiceMonitor,
  served: Served,
  changes: readonly Change[],
  options: PromoteOptions,
): Promise<void> {
  const { tables, identities } = await promotedTables(monitor, served, options.tables)
  const resolutions = fulfilled(monitor.record?.resolutions ?? [], tables)
  await commitNext(monitor, served, { kind: 'promotion', tables, identities, changes, resolutions }, options)
}

/** What needs no saying any more: what was declined is promoted by name, what was renamed has its new name in the contract. */
function fulfilled(held: readonly StoredResolution[], tables: readonly Table[]): ResolutionChange[] {
  return held.filter(({ resolution }) => isFulfilled(resolution, tables)).map(({ subject }) => ({ subject, resolution: null }))
}

function isFulfilled(resolution: Resolution, tables: readonly Table[]): boolean {
  if (resolution.kind !== 'decline' && resolution.kind !== 'confirm-rename') return false
  const { ids, table, column } = resolution
  const found = tables.find(({ id, name }) => (ids.table === null ? name === table : id === ids.table))
  if (found === undefined) return false
  if (resolution.kind === 'decline') return column === null || columnOf(found, column) !== undefined
  const named = column === null ? found : found.columns.find(({ id }) => id === ids.column)
  return named?.name === resolution.to
}
