import type { ResolvedService } from '../config/resolve.js'
import type { ContractStore, ServiceRecord } from '../contract/store.js'
import type { Database, Engine } from '../database.js'
import { FaucetError, fail, isFaucetError } from '../errors.js'
import type { EventBus } from '../events.js'
import type { Logger } from '../logger.js'
import { type Cycle, firstCycle, runCycle } from './cycle.js'
import { lookAlone } from './look-alone.js'
import { isStoreFailure, LookRecord } from './look-record.js'
import { createNotices } from './notices.js'
import { Opening } from './opening.js'
import { Pins } from './pins.js'
import { isRegressed } from './regressed.js'
import { Relooks } from './relooks.js'
import type { Served } from './served.js'
import { stampContract } from './stamping.js'

export interface MonitorParts {
  readonly service: ResolvedService
  readonly engine: Engine
  readonly store: ContractStore
  readonly events: EventBus
  readonly logger: Logger
}

/** Milliseconds between attempts to reach a database that was never reached, as far as requests ask for them. */
const attemptAfter = 250

/** Keeps one service's {@link Served} true: looks at the database on a timer, and at once when asked. */
export class ServiceMonitor {
  readonly parts: MonitorParts
  #cycle: Cycle = firstCycle
  readonly #pins = new Pins()
  readonly #opening: Opening
  readonly #looks: LookRecord
  #queue: Promise<unknown> = Promise.resolve()
  #first: Promise<void> | null = null
  readonly #relooks = new Relooks(() => this.look())
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(parts: MonitorParts) {
    this.parts = parts
    this.#opening = new Opening(
      parts,
      createNotices(() => this.look()),
    )
    this.#looks = new LookRecord(parts)
  }

  /** What is served now; null before the first successful look. */
  get current(): Served | null {
    return this.#cycle.served
  }

  /** When what may be served last changed, ms since the epoch. */
  get stillSince(): number {
    return this.#cycle.stillSince
  }

  /** What the store said of the service at the last look; null before the first successful one. */
  get record(): ServiceRecord | null {
    return this.#cycle.record
  }

  /** Whether the store has lost versions that it had; what this process knows of them is still served. */
  get regressed(): boolean {
    return this.#cycle.regressed
  }

  /** Fails with `store-regressed` when the store must not be written. */
  async requireStore(): Promise<void> {
    const { store, service } = this.parts
    if (await isRegressed(store, await store.service(service.name), this.#cycle, service.name)) throw this.#lostVersions()
  }

  /** Why the last look failed; null when it did not. */
  get failure(): unknown {
    return this.#looks.failure
  }

  /** When the database was last looked at with success, ms since the epoch; 0 never. */
  get lastLook(): number {
    return this.#looks.lastSuccess
  }

  /** Starts looking. Resolves after the first attempt, whether or not the database answered; rejects only for the store. */
  start(): Promise<void> {
    this.#first ??= this.look().catch((error: unknown) => {
      if (isStoreFailure(error)) throw error
    })
    // Nobody has to wait for it: the failure is kept, reported and tried again.
    this.#first.catch(() => {})
    return this.#first
  }

  /** The state to answer a request from. Waits for the first attempt; fails with what keeps the service from being served. */
  async served(): Promise<Served> {
    if (this.#closed) fail('closed', { detail: 'this API has been closed' })
    if (this.#cycle.served !== null) return this.#cycle.served
    await within(
      this.start().catch(() => {}),
      this.parts.service.limits.statementTimeout,
    )
    const missing = this.#cycle.served === null
    if (missing && Date.now() - this.#looks.lastAttempt > attemptAfter) this.look().catch(() => {})
    return this.now
  }

  /** {@link ServiceMonitor.current}; fails with what keeps the service from being served. */
  get now(): Served {
    if (this.#cycle.served !== null) return this.#cycle.served
    if (isFaucetError(this.failure)) throw this.failure
    return fail('database-unavailable', {
      detail: `the database of "${this.parts.service.name}" cannot be reached`,
      headers: { 'Retry-After': '5' },
      cause: this.failure,
    })
  }

  /** The open database; only after {@link ServiceMonitor.served}. */
  get database(): Database {
    return (
      this.#opening.database ??
      fail('database-unavailable', { detail: `the database of "${this.parts.service.name}" is not open` })
    )
  }

  /** One look. `force`: read the schema even when the probe has not moved. `merge`: take additive drift over without waiting. */
  look(options: { readonly force?: boolean; readonly merge?: boolean } = {}): Promise<void> {
    return this.exclusive(() => this.lookNow(options))
  }

  /** {@link ServiceMonitor.look} for work that already runs under {@link ServiceMonitor.exclusive}. */
  async lookNow(options: { readonly force?: boolean; readonly merge?: boolean } = {}): Promise<void> {
    try {
      const database = await this.#opening.open()
      const before = this.#cycle
      this.#cycle = await runCycle({ ...this.parts, database }, before, options)
      if (this.#cycle.regressed && !before.regressed) this.#looks.tell(this.#lostVersions())
      this.#opening.listen()
      this.#looks.succeeded()
      if (this.#cycle.hasLocked && !before.hasLocked) await this.stampNow()
    } catch (error) {
      if (isStoreFailure(error)) await this.#withoutStore()
      this.#looks.failed(error)
      throw error
    } finally {
      this.#schedule()
    }
  }

  /** Stamps what is promised, where the service wants it; after a lock or another version was made, as {@link ServiceMonitor.lookNow}. Never fails. */
  async stampNow(): Promise<void> {
    const { service, logger } = this.parts
    const look = async () => {
      await this.lookNow({ force: true })
      return this.now
    }
    await stampContract({ ...this.parts, database: this.database }, this.now, look).catch((error: unknown) => {
      logger.warn('columns could not be stamped', { service: service.name, error })
    })
  }

  /** The database may move while the store cannot be used. */
  async #withoutStore(): Promise<void> {
    const { served } = this.#cycle
    if (served === null) return
    const look = lookAlone({ ...this.parts, database: this.database }, this.#cycle, served, false)
    this.#cycle = await look.catch(() => this.#cycle)
  }

  /** Runs `work` when no look and no other such work runs: looks and promotions of one process never interleave. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(() => {
      if (this.#closed) fail('closed', { detail: 'this API has been closed' })
      return work()
    })
    this.#queue = run.catch(() => {})
    return run
  }

  /**
   * A version that consumers can still pin, over the schema of this moment; only after {@link ServiceMonitor.served}.
   *
   * @param revision the latest of the version without one
   * @returns null when it is not kept, and while nothing is locked
   */
  async pinned(version: number, revision?: number): Promise<Served | null> {
    const { served, record, identities } = this.#cycle
    if (served === null || record === null || !served.locked) return null
    return this.#pins.serve({ parts: this.parts, database: this.database, base: served, record, identities }, version, revision)
  }

  /** Whether what is served, or was pinned, is on the schema of this moment. */
  isCurrent(served: Served): boolean {
    return (served.base ?? served) === this.#cycle.served
  }

  /** What `before` is on the schema of this moment: the version that was pinned, else what is served now. null: gone. */
  async again(before: Served): Promise<Served | null> {
    if (before.base === null || this.isCurrent(before)) return before.base === null ? this.current : before
    return this.pinned(before.contract.version, before.contract.revision)
  }

  /** After a statement found the schema moved: looks again (shared by all who ask meanwhile). True when what is served changed. */
  async lookAgain(before: Served): Promise<boolean> {
    if (!this.isCurrent(before)) return true
    await this.#relooks.soon()
    return !this.isCurrent(before)
  }

  /** Looks again where that is due: a hold that a request met may be over. True when what is served changed. */
  async lookIfDue(before: Served): Promise<boolean> {
    if (this.isCurrent(before)) await this.#relooks.ifDue()
    return !this.isCurrent(before)
  }

  /** Stops the timer, waits for work under way and closes the pool that was opened here. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#queue
    await this.#opening.close()
  }

  #lostVersions(): FaucetError {
    const { name } = this.parts.service
    return new FaucetError('store-regressed', {
      detail: `the contract store has lost versions of "${name}" that were served already`,
      hint: 'put the newest copy of the store back; until then nothing is written to it. A restart takes it as it is',
      context: { service: name },
    })
  }

  #schedule(): void {
    if (this.#closed) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.look().catch(() => {}), this.#looks.delay(this.#cycle.mergeDueAt))
    // The host decides how long the process lives.
    this.#timer.unref()
  }
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
    timer.unref()
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
