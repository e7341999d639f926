import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between the end of a look and the next one, when a database tells of its changes. */
const pause = 100

/**
 * Turns any number of notices into looks: one at once, then one after a pause for all that came meanwhile. None is lost.
 *
 * @param look a failed one is the monitor's to try again
 */
export function createNotices(look: () => Promise<void>): () => void {
  let noticed = false
  let busy = false
  const run = async () => {
    busy = true
    while (noticed) {
      noticed = false
      await look().catch(() => {})
      await sleep(pause, undefined, { ref: false })
    }
    busy = false
  }
  return () => {
    noticed = true
    if (!busy) void run()
  }
}
