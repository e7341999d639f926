import { type FaucetError, isFaucetError } from '../../lib/errors.js'

/** The library's error that `work` throws; anything else, or nothing, fails the test. */
export function problemOf(work: () => unknown): FaucetError {
  let value: unknown
  try {
    value = work()
  } catch (error) {
    if (isFaucetError(error)) return error
    throw error
  }
  throw new Error(`expected a problem, got ${JSON.stringify(value)?.slice(0, 200)}`)
}
