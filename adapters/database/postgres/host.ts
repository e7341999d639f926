import type { CompiledQuery } from 'kysely'
import { DatabaseError, type HostKysely, type QueryResult } from '../../../lib/database.js'
import type { Connection, Connections } from './connection.js'
import { classify } from './errors.js'

/** The host's own Kysely: its pool, without its plugins. Running statements cannot be cancelled here. */
export function useHost(host: HostKysely): Connections {
  const kysely = host.withoutPlugins()
  return {
    acquire: (signal) => reserve(kysely, signal),
    query: (query, options) => run(kysely, query, options?.signal),
    close: () => Promise.resolve(),
  }
}

async function run(kysely: HostKysely, query: CompiledQuery, signal: AbortSignal | undefined): Promise<QueryResult> {
  if (signal?.aborted) throw new DatabaseError('cancelled')
  try {
    const { rows, numAffectedRows } = await kysely.executeQuery<object>(query as CompiledQuery<object>)
    return { rows: rows.map((row) => Object.values(row)), affected: Number(numAffectedRows ?? rows.length) }
  } catch (error) {
    throw classify(error, signal)
  }
}

/** Kysely lends a connection for the time of a callback; this one lasts until `release`. */
function reserve(kysely: HostKysely, signal: AbortSignal | undefined): Promise<Connection> {
  if (signal?.aborted) return Promise.reject(new DatabaseError('cancelled'))
  return new Promise((resolve, reject) => {
    const lent = kysely.connection().execute(
      (db) =>
        new Promise<void>((release) => {
          const runOn: Connection['run'] = (query, own) => run(db, query, own)
          const begin: Connection['begin'] = async (start, first, own) => {
            await runOn(start, own)
            return runOn(first, own)
          }
          resolve({ commitsAlone: false, run: runOn, begin, release: () => release() })
        }),
    )
    lent.catch((error: unknown) => reject(classify(error, signal)))
  })
}
