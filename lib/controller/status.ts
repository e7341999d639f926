import type { StoredResolution } from '../contract/resolution.js'
import type { ServiceRecord } from '../contract/store.js'
import type { Change, DriftState, LockMode } from '../contract/types.js'
import { isStoreFailure } from '../drift/look-record.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { pendingOf } from '../drift/report.js'
import type { Served } from '../drift/served.js'
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
  /** Tables with a mode of their own, which the service's does not touch while it is locked. */
  readonly tableModes: Readonly<Record<string, LockMode>>
  /** null in mode `none`, after unlock, and before the first connect. */
  readonly contract: VersionRecord | null
  readonly tables: number
  /** What operators settled at run time; wins over `configured`. */
  readonly resolutions: readonly StoredResolution[]
  /** What the configuration says of renames and stand-ins. */
  readonly configured: readonly ConfiguredWord[]
  readonly pending: { readonly additive: number; readonly breaking: number }
  readonly database: 'up' | 'down'
  /** `regressed`: it lost versions that were served already, and is not written to before it has them again. */
  readonly store: 'ok' | 'regressed'
  /** When the schema was last looked at, ISO 8601 UTC; null never. */
  readonly checkedAt: string | null
}

/** An entry of the configuration, spelled as what `resolve` would take. */
export interface ConfiguredWord {
  readonly kind: 'confirm-rename' | 'stand-in'
  readonly table: string
  readonly column: string | null
  /** The new name, or the value. */
  readonly says: unknown
  /** Whether what is served has, or had to supply, something of this name: where it does not, the entry is settled or misspelt. */
  readonly known: boolean
}

/** How a service stands, also while its database is down. */
export async function statusOf(monitor: ServiceMonitor, { tables }: Narrowed): Promise<ServiceStatus> {
  await monitor.start().catch(() => {})
  const { service, store } = monitor.parts
  const known = monitor.regressed ? monitor.record : null
  const record = known ?? (await store.service(service.name))
  const served = monitor.current
  const report = served === null ? null : pendingOf(served, tables)
  const contract = served === null ? await store.current(service.name) : served.locked ? served.contract : null
  const count = (wanted: Change['class']) => report?.changes.filter((change) => change.class === wanted).length ?? 0
  return {
    service: service.name,
    state: report?.state ?? (contract === null ? 'unlocked' : 'green'),
    locked: contract !== null,
    mode: modeIn(record, service.mode),
    tableModes: Object.fromEntries(service.tableModes),
    contract: contract === null ? null : recordOf(contract),
    tables: (served?.contract ?? contract)?.tables.length ?? 0,
    resolutions: record.resolutions,
    configured: configuredWords(monitor),
    pending: { additive: count('additive'), breaking: count('breaking') },
    database: (monitor.failure === null || isStoreFailure(monitor.failure)) && served !== null ? 'up' : 'down',
    store: monitor.regressed ? 'regressed' : 'ok',
    checkedAt: monitor.lastLook === 0 ? null : new Date(monitor.lastLook).toISOString(),
  }
}

/** The mode that holds, and where it comes from. */
export async function modeOf({ parts: { store, service } }: ServiceMonitor): Promise<ServiceStatus['mode']> {
  return modeIn(await store.service(service.name), service.mode)
}

function modeIn({ mode: override }: ServiceRecord, configured: LockMode): ServiceStatus['mode'] {
  return { effective: override ?? configured, configured, override }
}

function configuredWords({ parts, current }: ServiceMonitor): ConfiguredWord[] {
  const { renames, standIns } = parts.service.words
  const word = (kind: ConfiguredWord['kind'], table: string, column: string | null, says: unknown): ConfiguredWord => {
    return { kind, table, column, says, known: current !== null && isKnown(current, table, column) }
  }
  return [
    ...Array.from(renames.tables, ([table, to]) => word('confirm-rename', table, null, to)),
    ...columnsOf(renames.columns).map(([table, column, to]) => word('confirm-rename', table, column, to)),
    ...columnsOf(standIns).map(([table, column, value]) => word('stand-in', table, column, value)),
  ]
}

function columnsOf<T>(tables: ReadonlyMap<string, ReadonlyMap<string, T>>): [table: string, column: string, said: T][] {
  return [...tables].flatMap(([table, columns]) =>
    [...columns].map(([column, said]): [string, string, T] => [table, column, said]),
  )
}

function isKnown({ binding }: Served, table: string, column: string | null): boolean {
  const bound = binding.tables.find(({ contract }) => contract.name === table)
  if (bound === undefined || column === null) return bound !== undefined
  return [...bound.contract.columns, ...bound.added].some(({ name }) => name === column)
}
