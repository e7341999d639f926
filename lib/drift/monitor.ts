import type { ServiceRecord } from '../contract/store.js'
import { fail } from '../errors.js'
import { LookLoop } from './look-loop.js'
import { isStoreFailure } from './look-record.js'
import { Pins } from './pins.js'
import { isRegressed } from './regressed.js'
import { Relooks } from './relooks.js'
import type { Served } from './served.js'

/** Milliseconds between attempts to reach a database that was never reached, as far as requests ask for them. */
const attemptAfter = 250

/** One service as requests and operators meet it: what is served, and what was pinned, on the schema of this moment. */
export class ServiceMonitor extends LookLoop {
  readonly #pins = new Pins()
  readonly #relooks = new Relooks(() => this.look())
  #first: Promise<void> | null = null

  /** What is served now; null before the first successful look. */
  get current(): Served | null {
    return this.cycle.served
  }

  /** When what may be served last changed, ms since the epoch. */
  get stillSince(): number {
    return this.cycle.stillSince
  }

  /** What the store said of the service at the last look; null before the first successful one. */
  get record(): ServiceRecord | null {
    return this.cycle.record
  }

  /** Whether the store has lost versions that it had; what this process knows of them is still served. */
  get regressed(): boolean {
    return this.cycle.regressed
  }

  /** Fails with `store-regressed` when the store must not be written. */
  async requireStore(): Promise<void> {
    const { store, service } = this.parts
    if (await isRegressed(store, await store.service(service.name), this.cycle, service.name)) throw this.lostVersions()
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
    if (this.closed) fail('closed', { detail: 'this API has been closed' })
    if (this.cycle.served !== null) return this.cycle.served
    await within(
      this.start().catch(() => {}),
      this.parts.service.limits.statementTimeout,
    )
    const missing = this.cycle.served === null
    if (missing && Date.now() - this.lastAttempt > attemptAfter) this.look().catch(() => {})
    return this.now
  }

  /**
   * A version that consumers can still pin, over the schema of this moment; only after {@link ServiceMonitor.served}.
   *
   * @param revision the latest of the version without one
   * @returns null when it is not kept, and while nothing is locked
   */
  async pinned(version: number, revision?: number): Promise<Served | null> {
    const { served, record, identities } = this.cycle
    if (served === null || record === null || !served.locked) return null
    return this.#pins.serve({ parts: this.parts, database: this.database, base: served, record, identities }, version, revision)
  }

  /** Whether what is served, or was pinned, is on the schema of this moment. */
  isCurrent(served: Served): boolean {
    return (served.base ?? served) === this.cycle.served
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
