import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseError } from '../../../lib/database.js'
import { classify, isBusy } from './errors.js'

/** How long to go on, in milliseconds (0: without end), and what ends it early. */
export interface Patience {
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

const firstDelay = 2
const longestDelay = 50

/**
 * Runs `work`, and again while another connection holds a lock: SQLite's own waiting would stop the event loop.
 * Fails with kind `busy` when the time is over: nothing ran; `cancelled` when the signal aborts; any other failure is classified.
 */
export async function whileBusy<T>(work: () => T | Promise<T>, { timeout, signal }: Patience): Promise<T> {
  const end = timeout > 0 ? performance.now() + timeout : Number.POSITIVE_INFINITY
  for (let pause = firstDelay; ; pause = Math.min(pause * 2, longestDelay)) {
    refuseAborted(signal)
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw classify(error)
      if (performance.now() + pause > end) throw new DatabaseError('busy', {}, error)
    }
    // An abort ends the pause; the next round refuses it.
    await delay(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  }
}

/** Fails with kind `cancelled`. A statement that runs cannot be ended: the driver is synchronous. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DatabaseError('cancelled', {}, signal.reason)
}
