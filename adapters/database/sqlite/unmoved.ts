import { CompiledQuery } from 'kysely'
import { DatabaseError, type Planned, type QueryResult } from '../../../lib/database.js'
import { type Patience, whileBusy } from './busy.js'
import type { Handle } from './handle.js'
import type { Run } from './transaction.js'

export const schemaVersion = CompiledQuery.raw('select schema_version as v from pragma_schema_version')

/** Most rows that wait for a shared look: more of them, of all requests at once, cost the garbage collector more than it saves. */
const fewRows = 50

/**
 * After a read, before anyone sees its rows. Fails with kind `schema`. The version only ever grows, also when a backup is restored
 * into the file: what it is after the read it was before it, too. Small reads of one turn of the event loop share the look at it.
 */
export async function checkRead(
  reader: Handle,
  { rows }: QueryResult,
  plannedOn: Planned | undefined,
  patience: Patience,
): Promise<void> {
  if (plannedOn === undefined) return
  const look = rows.length > fewRows ? reader.schemaVersion : reader.schemaVersionSoon
  compare(await whileBusy(look, patience), plannedOn)
}

/** For the start of a transaction that `run` is in. Fails with kind `schema`. */
export function checkUnmoved(run: Run, plannedOn: Planned | undefined): void | Promise<void> {
  if (plannedOn === undefined) return
  const found = run(schemaVersion)
  return found instanceof Promise
    ? found.then((result) => compare(versionIn(result), plannedOn))
    : compare(versionIn(found), plannedOn)
}

function versionIn({ rows }: QueryResult): number {
  return Number(rows[0]?.[0])
}

/** A probe begins with the version it was made at. */
function compare(version: number, { live }: Planned): void {
  if (version === Number.parseInt(live.probe, 10)) return
  throw new DatabaseError('schema', {}, new Error('the schema has moved since the statement was planned'))
}
