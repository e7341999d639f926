import { FaucetError } from '../errors.js'
import type { MonitorParts } from './look-loop.js'

/** Milliseconds: the first wait after a failed attempt, doubled each time up to the longest. */
const retryFirst = 500
const retryLongest = 30_000

/** How the looks at one service went, told to listeners once a change. */
export class LookRecord {
  readonly #parts: MonitorParts
  #failure: unknown = null
  #failures = 0
  #lastSuccess = 0
  #lastAttempt = 0

  constructor(parts: MonitorParts) {
    this.#parts = parts
  }

  /** Why the last look failed; null when it did not. */
  get failure(): unknown {
    return this.#failure
  }

  /** ms since the epoch; 0 never. */
  get lastSuccess(): number {
    return this.#lastSuccess
  }

  /** ms since the epoch; 0 never. */
  get lastAttempt(): number {
    return this.#lastAttempt
  }

  succeeded(): void {
    const { events, service } = this.#parts
    this.#lastSuccess = this.#lastAttempt = Date.now()
    if (this.#failures > 0 && !isStoreFailure(this.#failure)) events.emit('reconnect', { service: service.name })
    this.#failure = null
    this.#failures = 0
  }

  failed(error: unknown): void {
    this.#lastAttempt = Date.now()
    this.#failures += 1
    this.#failure = error
    if (this.#failures === 1) this.tell(error)
  }

  tell(error: unknown): void {
    const { logger, service, events } = this.#parts
    const what = isStoreFailure(error) ? 'the contract store cannot be used' : 'the schema could not be read'
    logger.error(what, { service: service.name, error })
    events.emit('error', { service: isStoreFailure(error) ? null : service.name, error })
  }

  /** Milliseconds until the next look; `mergeDueAt`: when waiting additions may be merged, null when none wait. */
  delay(mergeDueAt: number | null): number {
    if (this.#failures > 0) return jittered(Math.min(retryLongest, retryFirst * 2 ** Math.min(this.#failures - 1, 10)))
    const probe = jittered(this.#parts.service.probeInterval)
    return mergeDueAt === null ? probe : Math.max(10, Math.min(probe, mergeDueAt - Date.now()))
  }
}

export function isStoreFailure(error: unknown): boolean {
  return error instanceof FaucetError && error.code.startsWith('store-')
}

/** ±10 %, so that many processes do not look in step. */
function jittered(delay: number): number {
  return Math.round(delay * (0.9 + Math.random() * 0.2))
}
