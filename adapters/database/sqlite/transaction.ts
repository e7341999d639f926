import { CompiledQuery } from 'kysely'
import { DatabaseError, type QueryResult, type Session } from '../../../lib/database.js'
import { type Patience, whileBusy } from './busy.js'

/** Runs one statement on the connection the transaction has to itself. */
export type Run = (query: CompiledQuery) => QueryResult | Promise<QueryResult>

export const begin = CompiledQuery.raw('begin')
/** Takes the write lock at once: a deferred transaction that starts to write after others did can only fail. */
export const beginImmediate = CompiledQuery.raw('begin immediate')
export const commit = CompiledQuery.raw('commit')
export const rollback = CompiledQuery.raw('rollback')

/** `check` and `work` between `start` and COMMIT; ROLLBACK when one of them, or the COMMIT, fails. */
export async function inTransaction<T>(
  run: Run,
  start: CompiledQuery,
  work: (session: Session) => Promise<T>,
  patience: Patience,
  check: () => void | Promise<void> = () => {},
): Promise<T> {
  let over = false
  const session: Session = {
    query(query) {
      if (over) throw new DatabaseError('unknown', {}, new Error('the transaction is over'))
      return whileBusy(() => run(query), patience)
    },
  }
  await whileBusy(() => run(start), patience)
  try {
    await whileBusy(check, patience)
    const result = await work(session)
    over = true
    await whileBusy(() => run(commit), patience)
    return result
  } catch (error) {
    over = true
    await undo(run)
    throw error
  }
}

/** Some failures (a full disk) have rolled back already; the first error is the one to tell. */
async function undo(run: Run): Promise<void> {
  try {
    await run(rollback)
  } catch {
    // Nothing is left to undo.
  }
}
