import type { ResolvedService } from '../config/resolve.js'
import type { ContractStore } from '../contract/store.js'
import type { Database, Engine } from '../database.js'
import { FaucetError, fail, isFaucetError } from '../errors.js'
import type { EventBus } from '../events.js'
import type { Logger } from '../logger.js'
import { type Cycle, firstCycle, runCycle } from './cycle.js'
import { lookAlone } from './look-alone.js'
import { isStoreFailure, LookRecord } from './look-record.js'
import { createNotices } from './notices.js'
import { Opening } from './opening.js'
import type { Served } from './served.js'
import { stampContract } from './stamping.js'

export interface MonitorParts {
  readonly service: ResolvedService
  readonly engine: Engine
  readonly store: ContractStore
  readonly events: EventBus
  readonly logger: Logger
}

/** Looks at one service's database on a timer, when it tells of changes, and when asked; one look at a time. */
export class LookLoop {
  readonly parts: MonitorParts
  #cycle: Cycle = firstCycle
  readonly #opening: Opening
  readonly #looks: LookRecord
  #queue: Promise<unknown> = Promise.resolve()
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

  /** What the last successful look found. */
  get cycle(): Cycle {
    return this.#cycle
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Why the last look failed; null when it did not. */
  get failure(): unknown {
    return this.#looks.failure
  }

  /** When the database was last looked at with success, ms since the epoch; 0 never. */
  get lastLook(): number {
    return this.#looks.lastSuccess
  }

  /** When a look was last tried, ms since the epoch; 0 never. */
  get lastAttempt(): number {
    return this.#looks.lastAttempt
  }

  /** What is served now; fails with what keeps the service from being served. */
  get now(): Served {
    if (this.#cycle.served !== null) return this.#cycle.served
    if (isFaucetError(this.failure)) throw this.failure
    return fail('database-unavailable', {
      detail: `the database of "${this.parts.service.name}" cannot be reached`,
      headers: { 'Retry-After': '5' },
      cause: this.failure,
    })
  }

  /** The open database; only after a look that succeeded. */
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

  /** {@link LookLoop.look} for work that already runs under {@link LookLoop.exclusive}. */
  async lookNow(options: { readonly force?: boolean; readonly merge?: boolean } = {}): Promise<void> {
    try {
      const database = await this.#opening.open()
      const before = this.#cycle
      this.#cycle = await runCycle({ ...this.parts, database }, before, options)
      if (this.#cycle.regressed && !before.regressed) this.#looks.tell(this.lostVersions())
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

  /** Stamps what is promised, where the service wants it; after a lock or another version was made, as {@link LookLoop.lookNow}. Never fails. */
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

  /** Stops the timer, waits for work under way and closes the pool that was opened here. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#queue
    await this.#opening.close()
  }

  /** The problem of a store in whose place an older copy was put. */
  protected lostVersions(): FaucetError {
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
