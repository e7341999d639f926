import { CompiledQuery } from 'kysely'
import { DatabaseError, type Planned, type QueryResult } from '../../../lib/database.js'
import type { Handle } from './handle.js'
import { begin, commit, type Run, rollback } from './transaction.js'

export const schemaVersion = CompiledQuery.raw('select schema_version as v from pragma_schema_version')

/** A read on the schema it was planned on: both see one snapshot, because they are one transaction. Fails with kind `schema`. */
export function readUnmoved(handle: Handle, query: CompiledQuery, plannedOn: Planned | undefined): QueryResult {
  if (plannedOn === undefined) return handle.run(query)
  handle.run(begin)
  try {
    compare(handle.run(schemaVersion), plannedOn)
    const result = handle.run(query)
    handle.run(commit)
    return result
  } catch (error) {
    if (handle.inTransaction) handle.run(rollback)
    throw error
  }
}

/** For the start of a transaction that `run` is in. Fails with kind `schema`. */
export function checkUnmoved(run: Run, plannedOn: Planned | undefined): void | Promise<void> {
  if (plannedOn === undefined) return
  const found = run(schemaVersion)
  return found instanceof Promise ? found.then((result) => compare(result, plannedOn)) : compare(found, plannedOn)
}

/** A probe begins with the version it was made at. */
function compare({ rows }: QueryResult, { live }: Planned): void {
  if (Number(rows[0]?.[0]) === Number.parseInt(live.probe, 10)) return
  throw new DatabaseError('schema', {}, new Error('the schema has moved since the statement was planned'))
}
