import { setTimeout as sleep } from 'node:timers/promises'
import type { ResolvedService } from '../config/resolve.js'
import type { ContractStore } from '../contract/store.js'
import type { Database, Engine } from '../database.js'
import { FaucetError, fail, isFaucetError } from '../errors.js'
import type { EventBus } from '../events.js'
import type { Logger } from '../logger.js'
import { type Cycle, runCycle } from './cycle.js'
import type { Served } from './served.js'

export interface MonitorParts {
  readonly service: ResolvedService
  readonly engine: Engine
  readonly store: ContractStore
  readonly events: EventBus
  readonly logger: Logger
}

/** Milliseconds: the first wait after a failed attempt, doubled each time up to the longest. */
const retryFirst = 500
const retryLongest = 30_000
/** A request may ask for a new look at most this often (ms), so that a broken client cannot cause a storm of them. */
const lookAgainAfter = 250

/** Keeps one service's {@link Served} true: looks at the database on a timer, and at once when asked. */
export class ServiceMonitor {
  readonly parts: MonitorParts
  #cycle: Cycle = { served: null, reading: null, stillSince: 0, mergeDueAt: null, seen: null }
  #database: Promise<Database> | null = null
  #opened: Database | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #first: Promise<void> | null = null
  #failure: unknown = null
  #failures = 0
  #lastLook = 0
  #lastAttempt = 0
  #again: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(parts: MonitorParts) {
    this.parts = parts
  }

  /** What is served now; null before the first successful look. */
  get current(): Served | null {
    return this.#cycle.served
  }

  /** Why the last look failed; null when it did not. */
  get failure(): unknown {
    return this.#failure
  }

  /** When the database was last looked at with success, ms since the epoch; 0 never. */
  get lastLook(): number {
    return this.#lastLook
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
    if (missing && Date.now() - this.#lastAttempt > lookAgainAfter) this.look().catch(() => {})
    return this.now
  }

  /** {@link ServiceMonitor.current}; fails with what keeps the service from being served. */
  get now(): Served {
    if (this.#cycle.served !== null) return this.#cycle.served
    if (isFaucetError(this.#failure)) throw this.#failure
    return fail('database-unavailable', {
      detail: `the database of "${this.parts.service.name}" cannot be reached`,
      headers: { 'Retry-After': '5' },
      cause: this.#failure,
    })
  }

  /** The open database; only after {@link ServiceMonitor.served}. */
  get database(): Database {
    return this.#opened ?? fail('database-unavailable', { detail: `the database of "${this.parts.service.name}" is not open` })
  }

  /** One look. `force`: read the schema even when the probe has not moved. `merge`: take additive drift over without waiting. */
  look(options: { readonly force?: boolean; readonly merge?: boolean } = {}): Promise<void> {
    return this.exclusive(() => this.lookNow(options))
  }

  /** {@link ServiceMonitor.look} for work that already runs under {@link ServiceMonitor.exclusive}. */
  async lookNow(options: { readonly force?: boolean; readonly merge?: boolean } = {}): Promise<void> {
    try {
      const database = await this.#open()
      this.#cycle = await runCycle({ ...this.parts, database }, this.#cycle, options)
      this.#succeeded()
    } catch (error) {
      this.#failed(error)
      throw error
    } finally {
      this.#lastAttempt = Date.now()
      this.#schedule()
    }
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

  /** After a statement found the schema moved: looks again (shared by all who ask meanwhile). True when what is served changed. */
  async lookAgain(before: Served): Promise<boolean> {
    if (this.#cycle.served !== before) return true
    this.#again ??= this.#soon().finally(() => {
      this.#again = null
    })
    await this.#again
    return this.#cycle.served !== before
  }

  async #soon(): Promise<void> {
    const wait = this.#lastAttempt + lookAgainAfter - Date.now()
    if (wait > 0) await sleep(wait)
    await this.look().catch(() => {})
  }

  /** Stops the timer, waits for work under way and closes the pool that was opened here. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#queue
    const database = await this.#database?.catch(() => null)
    await database?.close()
  }

  #open(): Promise<Database> {
    const { engine, service, events } = this.parts
    this.#database ??= engine
      .open(service.target, {
        poolMax: service.pool.max,
        connectTimeout: service.pool.connectTimeout,
        statementTimeout: service.limits.statementTimeout,
        onConnectionError: (error) => events.emit('error', { service: service.name, error }),
      })
      .then((database) => {
        this.#opened = database
        return database
      })
      .catch((error: unknown) => {
        this.#database = null
        throw error
      })
    return this.#database
  }

  #succeeded(): void {
    this.#lastLook = Date.now()
    if (this.#failures > 0) this.parts.events.emit('reconnect', { service: this.parts.service.name })
    this.#failure = null
    this.#failures = 0
  }

  #failed(error: unknown): void {
    this.#failures += 1
    this.#failure = error
    if (this.#failures === 1) {
      this.parts.logger.error('the schema could not be read', { service: this.parts.service.name, error })
      this.parts.events.emit('error', { service: isStoreFailure(error) ? null : this.parts.service.name, error })
    }
  }

  #schedule(): void {
    if (this.#closed) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.look().catch(() => {}), this.#delay())
    // The host decides how long the process lives.
    this.#timer.unref()
  }

  #delay(): number {
    if (this.#failures > 0) return jittered(Math.min(retryLongest, retryFirst * 2 ** Math.min(this.#failures - 1, 10)))
    const probe = jittered(this.parts.service.probeInterval)
    const merge = this.#cycle.mergeDueAt
    return merge === null ? probe : Math.max(10, Math.min(probe, merge - Date.now()))
  }
}

/** ±10 %, so that many processes do not look in step. */
function jittered(delay: number): number {
  return Math.round(delay * (0.9 + Math.random() * 0.2))
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof FaucetError && error.code.startsWith('store-')
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
