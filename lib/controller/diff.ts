import { bindSchema, type SchemaBinding } from '../contract/bind.js'
import { diffSchema, stateOf } from '../contract/diff.js'
import { takenTables } from '../contract/taken.js'
import type { Change, ContractVersion } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { type DriftReport, reportOf } from '../drift/report.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'
import type { Narrowed } from './status.js'

export interface ServiceDiff extends DriftReport {
  /** What `auto` merged since the last version an operator made. */
  readonly promoted: readonly Change[]
}

/** What to compare: the contract with the database, or with `from` or `to` one version with another (the served one by default). */
export interface DiffQuery extends Narrowed {
  readonly from?: number
  readonly to?: number
}

/** What is pending, and what was merged; looks at the database first. */
export async function diffService(monitor: ServiceMonitor, options: DiffQuery): Promise<ServiceDiff> {
  await monitor.start().catch(() => {})
  if (options.from !== undefined || options.to !== undefined) return diffVersions(monitor, options)
  await monitor.look().catch(() => {})
  const served = monitor.now
  const promoted = served.locked ? await mergedSince(monitor, served) : []
  const { isAbout } = takenTables(served.binding, options.tables ?? null)
  const about = options.tables === undefined ? promoted : promoted.filter(isAbout)
  return { ...reportOf(served, options.tables), promoted: about }
}

async function mergedSince({ parts }: ServiceMonitor, { contract }: Served): Promise<readonly Change[]> {
  const revisions = (await parts.store.versions(parts.service.name)).filter(
    ({ version, revision }) => version === contract.version && revision > 0,
  )
  return revisions.reverse().flatMap(({ changes }) => changes)
}

async function diffVersions(monitor: ServiceMonitor, { from, to, tables }: DiffQuery): Promise<ServiceDiff> {
  const [before, after] = await Promise.all([versionOf(monitor, from), versionOf(monitor, to)])
  const isAbout = takenTables(bindVersions(before, after), tables ?? null).isAbout
  const changes = versionChanges(monitor, before, after).filter(isAbout)
  return { state: stateOf(changes), fingerprint: `${versionName(before)}..${versionName(after)}`, changes, promoted: [] }
}

/** What is different for consumers of one version when they get another. */
export function versionChanges({ parts }: ServiceMonitor, before: ContractVersion, after: ContractVersion): readonly Change[] {
  const { enums, dangerousIsBreaking } = parts.service
  return diffSchema(bindVersions(before, after), { enums, dangerousIsBreaking })
}

/** Two versions share logical ids, so the ids themselves prove what was renamed. */
function bindVersions(before: ContractVersion, after: ContractVersion): SchemaBinding {
  const ids = before.tables.flatMap((table) => [table.id, ...table.columns.map((column) => column.id)])
  return bindSchema(before.tables, after.tables, new Map(ids.flatMap((id) => (id === null ? [] : [[id, id]]))), 'proven')
}

async function versionOf({ parts }: ServiceMonitor, version: number | undefined): Promise<ContractVersion> {
  const { store, service } = parts
  const found = version === undefined ? await store.current(service.name) : await store.version(service.name, version)
  return (
    found ?? fail('unknown-version', { detail: `"${service.name}" has no contract version ${version ?? '(it is not locked)'}` })
  )
}
