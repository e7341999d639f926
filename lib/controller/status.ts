import type { Change, DriftState, LockMode } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { pendingOf } from '../drift/report.js'
import { recordOf, type VersionRecord } from './promote.js'

/** Narrows a report to some tables. */
export interface Narrowed {
  readonly tables?: readonly string[]
}

export interface ServiceStatus {
  readonly service: string
  readonly state: DriftState
  readonly locked: boolean
  /** `effective` is what holds: the run-time `override` if there is one, else what the config says. */
  readonly mode: { readonly effective: LockMode; readonly configured: LockMode; readonly override: LockMode | null }
  /** null in mode `none`, after unlock, and before the first connect. */
  readonly contract: VersionRecord | null
  readonly tables: number
  readonly pending: { readonly additive: number; readonly breaking: number }
  readonly database: 'up' | 'down'
  /** When the schema was last looked at, ISO 8601 UTC; null never. */
  readonly checkedAt: string | null
}

/** How a service stands, also while its database is down. */
export async function statusOf(monitor: ServiceMonitor, { tables }: Narrowed): Promise<ServiceStatus> {
  await monitor.start().catch(() => {})
  const { service, store } = monitor.parts
  const served = monitor.current
  const report = served === null ? null : pendingOf(served, tables)
  const contract = served === null ? await store.current(service.name) : served.locked ? served.contract : null
  const count = (wanted: Change['class']) => report?.changes.filter((change) => change.class === wanted).length ?? 0
  return {
    service: service.name,
    state: report?.state ?? (contract === null ? 'unlocked' : 'green'),
    locked: contract !== null,
    mode: await modeOf(monitor),
    contract: contract === null ? null : recordOf(contract),
    tables: (served?.contract ?? contract)?.tables.length ?? 0,
    pending: { additive: count('additive'), breaking: count('breaking') },
    database: monitor.failure === null && served !== null ? 'up' : 'down',
    checkedAt: monitor.lastLook === 0 ? null : new Date(monitor.lastLook).toISOString(),
  }
}

/** The mode that holds, and where it comes from. */
export async function modeOf(monitor: ServiceMonitor): Promise<ServiceStatus['mode']> {
  const { store, service } = monitor.parts
  const { mode: override } = await store.service(service.name)
  return { effective: override ?? service.mode, configured: service.mode, override }
}
