import type { ContractStore, HistoryEntry } from '../contract/store.js'
import type { LockMode } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { fail } from '../errors.js'
import type { EventBus, FaucetEventName, FaucetEvents } from '../events.js'
import { didYouMean } from '../nearest.js'
import type { OpenApiDocument, OpenApiDocuments } from '../openapi/documents.js'
import { type Author, by } from './author.js'
import { type DiffQuery, diffService, type ServiceDiff } from './diff.js'
import { lockService, unlockService } from './lock.js'
import { installNotifications } from './notifications.js'
import { openapiOf } from './openapi.js'
import { type PromoteOptions, type PromoteResult, promote, type VersionRecord } from './promote.js'
import type { ResolutionRequest } from './resolution-request.js'
import { resolve } from './resolve.js'
import { type RollbackOptions, type RollbackResult, rollback } from './rollback.js'
import { type Narrowed, type ServiceStatus, statusOf } from './status.js'

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
  diff(service: Name, query?: DiffQuery): Promise<ServiceDiff>
  promote(service: Name, options?: PromoteOptions): Promise<PromoteResult>
  /** Makes an earlier version the served one, as a new version; refuses with `rollback-holds` where promises could not be kept. */
  rollback(service: Name, options: RollbackOptions): Promise<RollbackResult>
  /** Settles one thing without a new version, at once: a rename, a stand-in, an addition nobody wants, another database. */
  resolve(service: Name, request: ResolutionRequest, author?: Author): Promise<ServiceStatus>
  /** The OpenAPI document of what is served, or of a version that is kept: `7` is its latest revision, `7.2` that one. */
  openapi(service: Name, options?: { readonly version?: number | string }): Promise<OpenApiDocument>
  /** Newest first; at most `limit` (100). */
  history(service: Name, options?: { readonly limit?: number }): Promise<readonly HistoryEntry[]>
  /** Overrides the configured mode until set to null. */
  setMode(service: Name, mode: LockMode | null, author?: Author): Promise<ServiceStatus>
  /** Looks at the database now and, in `auto`, merges additive changes without waiting for them to settle. */
  refresh(service: Name): Promise<ServiceStatus>
  /**
   * Makes the database tell of changes to its schema from now on, to every process that listens; again: the same. Fails with
   * `not-supported` where it cannot, and with `forbidden` for a role without the right (`context.sql`: what one with it can run).
   */
  installDdlNotifications(service: Name, author?: Author): Promise<void>
  on<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  off<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  /** Stops timers, waits for work under way and closes the pools that were opened here. Idempotent. */
  close(): Promise<void>
}

export interface ControllerParts {
  readonly monitors: ReadonlyMap<string, ServiceMonitor>
  readonly store: ContractStore
  readonly events: EventBus
  readonly documents: OpenApiDocuments
  readonly close: () => Promise<void>
}

export function createController(parts: ControllerParts): ContractController {
  const { monitors, store, events } = parts
  const find = (name: string): ServiceMonitor =>
    monitors.get(name) ?? fail('unknown-route', { detail: `no service "${name}"`, hint: didYouMean(name, monitors.keys()) })

  /** For what writes to the store. */
  const writable = async (name: string): Promise<ServiceMonitor> => {
    const monitor = find(name)
    await monitor.requireStore()
    return monitor
  }

  return {
    ready: async () => void (await Promise.all([...monitors.values()].map((monitor) => monitor.start()))),
    lock: async (name, author = {}) => lockService(await writable(name), author),
    unlock: async (name, options = {}) => unlockService(await writable(name), options),
    status: async (name, options = {}) => statusOf(find(name), options),
    diff: async (name, options = {}) => diffService(find(name), options),
    promote: async (name, options = {}) => promote(await writable(name), options),
    rollback: async (name, options) => rollback(await writable(name), options),
    resolve: async (name, request, author = {}) => resolve(await writable(name), request, author),
    openapi: async (name, options = {}) => openapiOf(find(name), parts.documents, options.version),
    history: async (name, options = {}) => store.history(find(name).parts.service.name, { limit: options.limit ?? 100 }),
    async setMode(name, mode, author = {}) {
      const monitor = await writable(name)
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
    installDdlNotifications: async (name, author = {}) => installNotifications(find(name), author),
    on: events.on,
    off: events.off,
    close: parts.close,
  }
}

function checkMode(mode: LockMode | null): void {
  if (mode === null || mode === 'none' || mode === 'auto' || mode === 'strict') return
  fail('invalid-body', { detail: `mode must be none, auto, strict or null, not ${JSON.stringify(mode)}` })
}
