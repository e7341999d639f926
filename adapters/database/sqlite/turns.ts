import { DatabaseError } from '../../../lib/database.js'
import { type Patience, refuseAborted } from './busy.js'

/** Runs work one after the other, first come first served. Fails with kind `busy` when the turn does not come in time. */
export type Turns = <T>(work: () => Promise<T>, patience: Patience) => Promise<T>

interface Waiting {
  readonly start: () => void
}

export function createTurns(): Turns {
  const queue: Waiting[] = []
  let taken = false
  const next = () => {
    const first = queue.shift()
    if (first === undefined) taken = false
    else first.start()
  }
  return async (work, patience) => {
    refuseAborted(patience.signal)
    if (taken) await waitIn(queue, patience)
    taken = true
    try {
      return await work()
    } finally {
      next()
    }
  }
}

function waitIn(queue: Waiting[], { timeout, signal }: Patience): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (error: unknown) => {
      const at = queue.indexOf(waiting)
      if (at >= 0) queue.splice(at, 1)
      done()
      reject(error)
    }
    const onAbort = () => leave(new DatabaseError('cancelled', {}, signal?.reason))
    const timer =
      timeout > 0
        ? setTimeout(() => leave(new DatabaseError('busy', {}, new Error('waited too long for another transaction'))), timeout)
        : undefined
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const waiting: Waiting = {
      start: () => {
        done()
        resolve()
      },
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    queue.push(waiting)
  })
}
