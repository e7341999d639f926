import { bindSchema } from './contract/bind.js'
import { diffSchema } from './contract/diff.js'
import { by, type PromoteOptions, type PromoteResult, promote, recordOf, type VersionRecord } from './contract/promote.js'
import { type DriftReport, isAbout, reportOf } from './contract/report.js'
import type { ContractStore, HistoryEntry } from './contract/store.js'
import type { Change, ContractVersion, DriftState, LockMode } from './contract/types.js'
import { lock as lockLive } from './drift/cycle.js'
import type { ServiceMonitor } from './drift/monitor.js'
import { type Served, versionName } from './drift/served.js'
import { fail } from './errors.js'
import type { EventBus, FaucetEventName, FaucetEvents } from './events.js'
import { didYouMean } from './query/nearest.js'

/** Who does it and why, for the history. `actor` is `code` by default. */
export interface Author {
  readonly actor?: string
  readonly reason?: string
}

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

export interface ServiceDiff extends DriftReport {
  /** What `auto` merged since the last version an operator made. */
  readonly promoted: readonly Change[]
}

/**
 * Everything an operator can do with the contracts; the system routes, the command line and the explorer go through it.
 * All results are plain data. All fail with a `FaucetError`.
 */
export interface ContractController<Name extends string = string> {
  /** Resolves after every service's first attempt to connect and lock; rejects only when the contract store cannot be used. */
  ready(): Promise<void>
  /** Freezes the live schema as a version. Does nothing to a service that is locked. */
  lock(service: Name, author?: Author): Promise<VersionRecord>
  /** Serves the live schema until {@link ContractController.lock}, also after a restart. `purge` forgets versions and history. */
  unlock(service: Name, options?: Author & { readonly purge?: boolean }): Promise<void>
  status(service: Name, options?: Narrowed): Promise<ServiceStatus>
  /** Pending changes; with `from` and `to`, the changes between two versions. Never locks or promotes. */
  diff(service: Name, options?: Narrowed & { readonly from?: number; readonly to?: number }): Promise<ServiceDiff>
  promote(service: Name, options?: PromoteOptions): Promise<PromoteResult>
  /** Newest first; at most `limit` (100). */
  history(service: Name, options?: { readonly limit?: number }): Promise<readonly HistoryEntry[]>
  /** Overrides the configured mode until set to null. */
  setMode(service: Name, mode: LockMode | null, author?: Author): Promise<ServiceStatus>
  /** Looks at the database now and, in `auto`, merges additive changes without waiting for them to settle. */
  refresh(service: Name): Promise<ServiceStatus>
  on<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  off<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  /** Stops timers, waits for work under way and closes the pools that were opened here. Idempotent. */
  close(): Promise<void>
}

export interface ControllerParts {
  readonly monitors: ReadonlyMap<string, ServiceMonitor>
  readonly store: ContractStore
  readonly events: EventBus
  readonly close: () => Promise<void>
}

export function createController(parts: ControllerParts): ContractController {
  const { monitors, store, events } = parts
  const find = (name: string): ServiceMonitor =>
    monitors.get(name) ?? fail('unknown-route', { detail: `no service "${name}"`, hint: didYouMean(name, monitors.keys()) })

  return {
    ready: async () => void (await Promise.all([...monitors.values()].map((monitor) => monitor.start()))),
    lock: (name, author = {}) => lockService(find(name), author),
    unlock: async (name, options = {}) => unlockService(find(name), options),
    status: async (name, options = {}) => statusOf(find(name), options),
    diff: async (name, options = {}) => diffService(find(name), options),
    promote: async (name, options = {}) => promote(find(name), options),
    history: async (name, options = {}) => store.history(find(name).parts.service.name, { limit: options.limit ?? 100 }),
    async setMode(name, mode, author = {}) {
      const monitor = find(name)
      checkMode(mode)
      await store.setMode(name, mode, by(author))
      await monitor.look().catch(() => {})
      return statusOf(monitor, {})
    },
    async refresh(name) {
      const monitor = find(name)
      await monitor.look({ force: true, merge: true })
      return statusOf(monitor, {})
    },
    on: events.on,
    off: events.off,
    close: parts.close,
  }
}

function checkMode(mode: LockMode | null): void {
  if (mode === null || mode === 'none' || mode === 'auto' || mode === 'strict') return
  fail('invalid-body', { detail: `mode must be none, auto, strict or null, not ${JSON.stringify(mode)}` })
}

function lockService(monitor: ServiceMonitor, author: Author): Promise<VersionRecord> {
  return monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const served = known(monitor)
    if (served.locked) return recordOf(served.contract)
    const { service } = monitor.parts
    const { actor, reason } = by(author)
    if ((await modeOf(monitor)).effective === 'none') {
      fail('not-locked', {
        detail: `"${service.name}" is in mode none, which has no lock`,
        hint: 'set its mode to auto or strict first',
      })
    }
    const contract = await lockLive({ ...monitor.parts, database: monitor.database }, served.live, actor, reason)
    await monitor.lookNow()
    return recordOf(contract)
  })
}

async function unlockService(monitor: ServiceMonitor, options: Author & { readonly purge?: boolean }): Promise<void> {
  const { store, service, events } = monitor.parts
  const { actor, reason } = by(options)
  await monitor.exclusive(async () => {
    const { unlocked } = await store.service(service.name)
    if (unlocked && options.purge !== true) return
    await store.unlock(service.name, { actor, reason, purge: options.purge ?? false })
    await monitor.lookNow().catch(() => {})
    if (!unlocked) events.emit('unlock', { service: service.name, actor })
  })
}

async function modeOf(monitor: ServiceMonitor): Promise<ServiceStatus['mode']> {
  const { store, service } = monitor.parts
  const { mode: override } = await store.service(service.name)
  return { effective: override ?? service.mode, configured: service.mode, override }
}

async function statusOf(monitor: ServiceMonitor, { tables }: Narrowed): Promise<ServiceStatus> {
  await monitor.start().catch(() => {})
  const { service, store } = monitor.parts
  const served = monitor.current
  const report = served === null ? null : reportOf(served, tables)
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

async function diffService(
  monitor: ServiceMonitor,
  options: Narrowed & { readonly from?: number; readonly to?: number },
): Promise<ServiceDiff> {
  await monitor.start().catch(() => {})
  if (options.from !== undefined || options.to !== undefined) return diffVersions(monitor, options)
  await monitor.look().catch(() => {})
  const served = known(monitor)
  const promoted = served.locked ? await mergedSince(monitor, served) : []
  const chosen = options.tables === undefined ? null : new Set(options.tables)
  return {
    ...reportOf(served, options.tables),
    promoted: promoted.filter((change) => chosen === null || isAbout(change, chosen)),
  }
}

async function mergedSince({ parts }: ServiceMonitor, { contract }: Served): Promise<readonly Change[]> {
  const revisions = (await parts.store.versions(parts.service.name)).filter(
    ({ version, revision }) => version === contract.version && revision > 0,
  )
  return revisions.reverse().flatMap(({ changes }) => changes)
}

/** Two versions share logical ids, so the ids themselves prove what was renamed. */
async function diffVersions(
  monitor: ServiceMonitor,
  { from, to, tables }: Narrowed & { readonly from?: number; readonly to?: number },
): Promise<ServiceDiff> {
  const [before, after] = await Promise.all([versionOf(monitor, from), versionOf(monitor, to)])
  const ids = before.tables.flatMap((table) => [table.id, ...table.columns.map((column) => column.id)])
  const binding = bindSchema(before.tables, after.tables, new Map(ids.flatMap((id) => (id === null ? [] : [[id, id]]))), 'proven')
  const { enums, dangerousIsBreaking } = monitor.parts.service
  const chosen = tables === undefined ? null : new Set(tables)
  const changes = diffSchema(binding, { enums, dangerousIsBreaking }).filter(
    (change) => chosen === null || isAbout(change, chosen),
  )
  const worst = changes.some((change) => change.class === 'breaking') ? 'red' : changes.length > 0 ? 'yellow' : 'green'
  return { state: worst, fingerprint: `${versionName(before)}..${versionName(after)}`, changes, promoted: [] }
}

async function versionOf({ parts }: ServiceMonitor, version: number | undefined): Promise<ContractVersion> {
  const { store, service } = parts
  const found = version === undefined ? await store.current(service.name) : await store.version(service.name, version)
  return (
    found ?? fail('unknown-version', { detail: `"${service.name}" has no contract version ${version ?? '(it is not locked)'}` })
  )
}

function known(monitor: ServiceMonitor): Served {
  const served = monitor.current
  if (served !== null) return served
  if (monitor.failure instanceof Error && 'code' in monitor.failure && 'hint' in monitor.failure) throw monitor.failure
  return fail('database-unavailable', {
    detail: `the database of "${monitor.parts.service.name}" cannot be reached`,
    cause: monitor.failure,
  })
}
