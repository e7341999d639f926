import { CompiledQuery } from 'kysely'
import type { DatabaseSettings, HostKysely, QueryResult, Row, StatementOptions } from '../../../lib/database.js'
import { DatabaseError } from '../../../lib/database.js'
import { assertRunning, cancellable } from './cancel.js'
import { classify, unavailable } from './errors.js'
import type { Flavour } from './flavour.js'
import type { Connection, ConnectionOptions, Link } from './link.js'

/** What Kysely offers for streaming; optional, because it is not part of what a host must pass. */
interface StreamingKysely extends HostKysely {
  getExecutor(): { stream(query: CompiledQuery, chunkSize: number): AsyncIterable<{ rows: readonly object[] }> }
}

/** Connections of the host's own Kysely instance, whose driver options and sessions are not ours to change. */
export function hostLink(host: HostKysely, flavour: Flavour, settings: DatabaseSettings): Link {
  const kysely = host.withoutPlugins()
  const guarded = (query: CompiledQuery): CompiledQuery => flavour.guard(query, settings)

  async function run(db: HostKysely, query: CompiledQuery, { signal, bare }: ConnectionOptions = {}): Promise<QueryResult> {
    const statement = bare === true ? query : guarded(query)
    try {
      if (signal === undefined) return await send(db, statement)
      assertRunning(signal)
      const { rows } = await send(db, CompiledQuery.raw('select connection_id() as id'))
      return await runKillable(db, statement, rows[0]?.[0], signal)
    } catch (error) {
      throw classify(error, flavour.failures)
    }
  }

  async function runKillable(db: HostKysely, query: CompiledQuery, id: unknown, signal: AbortSignal): Promise<QueryResult> {
    let killed = false
    const cancel = async (): Promise<void> => {
      killed = true
      await kysely.executeQuery(CompiledQuery.raw('kill query ?', [Number(id)]))
    }
    try {
      return await cancellable(signal, cancel, () => send(db, query))
    } finally {
      // A kill that came after the statement's end hits this one, and not the host's next.
      if (killed) await send(db, CompiledQuery.raw('do 0')).catch(() => {})
    }
  }

  async function use<T>(work: (connection: Connection) => Promise<T>, options: StatementOptions = {}): Promise<T> {
    assertRunning(options.signal)
    let connected = false
    try {
      return await kysely.connection().execute((db) => {
        connected = true
        return work({ query: (query, statement) => run(db, query, statement), discard: () => {} })
      })
    } catch (error) {
      throw connected ? error : unavailable(error)
    }
  }

  /** Leaving early frees the host's connection when the server has sent what it already began. */
  async function* stream(query: CompiledQuery, { signal }: StatementOptions = {}): AsyncIterable<readonly Row[]> {
    assertRunning(signal)
    try {
      for await (const rows of chunksOf(kysely, guarded(query))) {
        yield rows.map((row) => Object.values(row))
        if (signal?.aborted) throw new DatabaseError('cancelled')
      }
    } catch (error) {
      throw classify(error, flavour.failures)
    }
  }

  return { use, stream, close: () => Promise.resolve() }
}

/** Object rows keep the select list's order: aliases are unique and never look like array indexes. */
async function send(db: HostKysely, query: CompiledQuery): Promise<QueryResult> {
  const { rows, numAffectedRows } = await db.executeQuery<object>(query as CompiledQuery<object>)
  return { rows: rows.map((row) => Object.values(row)), affected: Number(numAffectedRows ?? rows.length) }
}

async function* chunksOf(kysely: HostKysely, query: CompiledQuery): AsyncIterable<readonly object[]> {
  if (!canStream(kysely)) {
    yield (await kysely.executeQuery<object>(query as CompiledQuery<object>)).rows
    return
  }
  let chunk: object[] = []
  for await (const { rows } of kysely.getExecutor().stream(query, 500)) {
    chunk.push(...rows)
    if (chunk.length < 500) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function canStream(kysely: HostKysely): kysely is StreamingKysely {
  return 'getExecutor' in kysely && typeof kysely.getExecutor === 'function'
}
