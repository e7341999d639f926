import { FaucetError, isFaucetError } from '../../../lib/errors.js'

/** Another connection holds a lock for the moment; the same call may succeed later. */
export function isBusy(error: unknown): boolean {
  // PROTOCOL: lost the race for the WAL's index too often. LOCKED: the same, within one shared cache.
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error))
}

/**
 * The failure as hosts and operators see it: what SQLite or the file system throws becomes `store-unavailable` or
 * `store-corrupt`, with the path in `context` and the original as `cause`. A FaucetError, a broken constraint and a
 * programming error come back as they are.
 */
export function storeError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  // JSON of ours that no longer reads, or a hash that does not match.
  if (error instanceof SyntaxError) return damaged(path, error)
  if (isFaucetError(error) || code === '' || code.startsWith('SQLITE_CONSTRAINT')) return error
  if (isBusy(error)) {
    const detail = 'another process keeps the contract store locked'
    return unavailable(path, detail, 'look for a process that holds the file open: a backup, a shell, a stopped host', error)
  }
  if (/^SQLITE_(CORRUPT|NOTADB|FORMAT|ERROR|SCHEMA|MISMATCH)/.test(code)) return damaged(path, error)
  const hint = 'the file and its folder must be writable by this process, on a disk with room'
  return unavailable(path, 'the file of the contract store cannot be opened or written', hint, error)
}

/** A `store-unavailable` error to throw. */
export function unavailable(path: string, detail: string, hint: string, cause?: unknown): FaucetError {
  return new FaucetError('store-unavailable', { detail, hint, context: { path }, cause })
}

/** A `store-corrupt` error to throw. */
export function damaged(path: string, cause?: unknown): FaucetError {
  const detail = 'the contract store is damaged, or its file is something else'
  const hint = 'restore the file from a backup, or name another file'
  return new FaucetError('store-corrupt', { detail, hint, context: { path }, cause })
}

/** A `driver-missing` error to throw. */
export function driverMissing(cause: unknown): FaucetError {
  const detail = 'the contract store needs better-sqlite3, which cannot be loaded'
  const hint = 'run "npm rebuild better-sqlite3", or install again with its build script allowed'
  return new FaucetError('driver-missing', { detail, hint, cause })
}

/** SQLite's or the system's code; empty when the error has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}
