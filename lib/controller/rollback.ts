import { createHash } from 'node:crypto'
import type { Change, ContractVersion, DriftState } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { preview } from '../drift/preview.js'
import { reportOf } from '../drift/report.js'
import { type Served, versionName } from '../drift/served.js'
import { lockedTables } from '../drift/table-modes.js'
import { fail } from '../errors.js'
import type { OpenApiChange } from '../openapi/diff/index.js'
import type { Author } from './author.js'
import { versionChanges } from './diff.js'
import { commitNext } from './next-version.js'
import { openApiChanges } from './openapi-changes.js'
import { checkReviewed, lockedNow, recordOf, type VersionRecord } from './promote.js'
import { type Declined, settledByReturn } from './settled-by-return.js'

export interface RollbackOptions extends Author {
  /** The earlier version, at its latest revision. */
  readonly version: number
  /** An earlier revision of it; also of the served version. */
  readonly revision?: number
  /** The fingerprint of the dry run that was reviewed; refuses with `contract-moved` if anything in it moved since. */
  readonly expect?: string
  /** Go back even where a promise of the earlier version can only be answered null, or not at all. @default false */
  readonly acceptHolds?: boolean
  /** Only tell what would happen. */
  readonly dryRun?: boolean
}

export interface RollbackResult {
  readonly dryRun: boolean
  readonly fingerprint: string
  /** How the service stands afterwards. */
  readonly state: DriftState
  /** What becomes different for those who use what is served now. */
  readonly changes: readonly Change[]
  /** What the database has become since the earlier version, each with the hold that keeps it from consumers. */
  readonly holds: readonly Change[]
  /** What is served now and is hidden then, by the database's names. */
  readonly declined: readonly Declined[]
  /** The version served afterwards; the one served now in a dry run. */
  readonly contract: VersionRecord
  /** Of a dry run: what the OpenAPI document would become, in the rules of oasdiff. */
  readonly openapi?: readonly OpenApiChange[]
}

/** Makes an earlier version the served one, as a new version. What it does not have is declined, so that `auto` does not merge it again. */
export function rollback(monitor: ServiceMonitor, options: RollbackOptions): Promise<RollbackResult> {
  return monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const now = lockedNow(monitor)
    const earlier = await earlierVersion(monitor, now, options)
    const { declined, said } = settledByReturn(now.binding, earlier.tables)
    const then = await preview(monitor, { contract: earlier, said })
    const fingerprint = fingerprintOf(now, then)
    checkReviewed(now, options.expect, [fingerprint])
    const changes = versionChanges(monitor, lockedPart(monitor, now.contract), lockedPart(monitor, earlier))
    const told = { fingerprint, changes, holds: then.changes.filter(({ withheld }) => withheld !== 'declined'), declined }
    if (options.dryRun === true) {
      const openapi = await openApiChanges(monitor, now.contract, earlier.tables)
      return { dryRun: true, state: then.state, ...told, contract: recordOf(now.contract), openapi }
    }
    if (options.acceptHolds !== true) refuseHolds(then)
    const made = { kind: 'rollback' as const, tables: [...earlier.tables], identities: [], changes, resolutions: said }
    await commitNext(monitor, now, made, options)
    await monitor.lookNow()
    await monitor.stampNow()
    const after = lockedNow(monitor)
    return { dryRun: false, state: after.state, ...told, contract: recordOf(after.contract) }
  })
}

async function earlierVersion(monitor: ServiceMonitor, { contract }: Served, wanted: RollbackOptions): Promise<ContractVersion> {
  const { store, service } = monitor.parts
  const { version, revision } = wanted
  const found = await store.version(service.name, version, revision)
  const name = revision === undefined ? String(version) : versionName({ version, revision })
  if (found === null) {
    const kept = new Set((await store.versions(service.name)).map((one) => one.version))
    return fail('unknown-version', {
      detail: `"${service.name}" has no contract version ${name}`,
      hint: `kept are ${[...kept].join(', ')}`,
    })
  }
  if (found.version !== contract.version || found.revision !== contract.revision) return found
  return fail('invalid-body', { detail: `version ${name} is what is served`, hint: 'name an earlier one' })
}

function lockedPart({ parts }: ServiceMonitor, contract: ContractVersion): ContractVersion {
  return { ...contract, tables: lockedTables(parts.service, contract.tables) }
}

/** Names what was reviewed: what is served, what would be, and the live schema under both. */
function fingerprintOf(now: Served, then: Served): string {
  const parts = [reportOf(now).fingerprint, reportOf(then).fingerprint]
  return createHash('sha256').update(parts.join()).digest('hex').slice(0, 16)
}

function refuseHolds({ changes }: Served): void {
  const lost = changes.filter(({ hold }) => hold === 'null' || hold === 'unservable')
  if (lost.length === 0) return
  const named = lost.map(({ table, column }) => (column === null ? table : `${table}.${column}`))
  fail('rollback-holds', {
    detail: `the database no longer has what that version promises: ${named.join(', ')}`,
    hint: 'put it back, let a value stand in, or accept the holds (acceptHolds)',
    context: { holds: lost.map(({ kind, table, column, hold }) => ({ kind, table, column, hold })) },
  })
}
