import { setTimeout as sleep } from 'node:timers/promises'

/** Asks until the answer is yes; the test's own time-out ends it otherwise. */
export async function until(ask: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await ask())) await sleep(50)
}
