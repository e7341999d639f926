import { DatabaseError } from '../../../lib/database.js'

/**
 * Runs `work`; when `signal` aborts meanwhile, calls `cancel` once and waits for both, so that a kill that is
 * still on its way cannot hit the connection's next statement. Work that finishes all the same keeps its result.
 */
export async function cancellable<T>(
  signal: AbortSignal | undefined,
  cancel: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work()
  assertRunning(signal)
  let cancelling: Promise<void> | undefined
  const onAbort = (): void => {
    cancelling = cancel().catch(() => {})
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', onAbort)
    await cancelling
  }
}

/** Throws `cancelled` when the signal is aborted already. */
export function assertRunning(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DatabaseError('cancelled', {}, signal.reason)
}

/**
 * Runs `work` with a signal that aborts when `signal` does, or after `limit` milliseconds (0: never). Work that was cancelled by
 * the limit fails with `timeout`.
 */
export async function limited<T>(
  limit: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (limit <= 0) return work(signal)
  assertRunning(signal)
  const either = new AbortController()
  const onAbort = (): void => either.abort(signal?.reason)
  const timer = setTimeout(() => either.abort(), limit)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await work(either.signal)
  } catch (error) {
    const isLate = either.signal.aborted && signal?.aborted !== true
    if (isLate && error instanceof DatabaseError && error.kind === 'cancelled') throw new DatabaseError('timeout', {}, error)
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
