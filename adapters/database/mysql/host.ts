import { CompiledQuery } from 'kysely'
import type { DatabaseSettings, HostKysely, QueryResult, Row, StatementOptions } from '../../../lib/database.js'
import { DatabaseError } from '../../../lib/database.js'
import { assertRunning, cancellable, limited } from './cancel.js'
import { classify, unavailable } from './errors.js'
import type { Flavour } from './flavour.js'
import type { Connection, ConnectionOptions, Link } from './link.js'
import { assertServer } from './server.js'

/** What Kysely offers for streaming; optional, because it is not part of what a host must pass. */
interface StreamingKysely extends HostKysely {
  getExecutor(): { stream(query: CompiledQuery, chunkSize: number): AsyncIterable<{ rows: readonly object[] }> }
}

/** Connections of the host's own Kysely instance, whose driver options and sessions are not ours to change. */
export function hostLink(host: HostKysely, flavour: Flavour, settings: DatabaseSettings): Link {
  const kysely = host.withoutPlugins()
  const guarded = (query: CompiledQuery): CompiledQuery => flavour.guard(query, settings)
  /** The server was asked once what it is. */
  let known = false

  async function run(
    db: HostKysely,
    query: CompiledQuery,
    idOf: () => Promise<unknown>,
    { signal, bare }: ConnectionOptions = {},
  ): Promise<QueryResult> {
    const statement = bare === true ? query : guarded(query)
    const limit = bare === true || flavour.limits === 'all' ? 0 : settings.statementTimeout
    return limited(limit, signal, async (either) => {
      try {
        if (either === undefined) return await send(db, statement)
        assertRunning(either)
        return await runKillable(db, statement, await idOf(), either)
      } catch (error) {
        throw classify(error, flavour)
      }
    })
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
      return await kysely.connection().execute(async (db) => {
        connected = true
        if (!known) await identify(db)
        let id: Promise<unknown> | undefined
        const idOf = (): Promise<unknown> => {
          id ??= send(db, CompiledQuery.raw('select connection_id() as id')).then(({ rows }) => rows[0]?.[0])
          return id
        }
        return work({ query: (query, statement) => run(db, query, idOf, statement), discard: () => {} })
      })
    } catch (error) {
      throw connected ? error : unavailable(error)
    }
  }

  async function identify(db: HostKysely): Promise<void> {
    try {
      await assertServer((query) => send(db, query), flavour)
      known = true
    } catch (error) {
      throw classify(error, flavour)
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
      throw classify(error, flavour)
    }
  }

  return { use, stream, close: () => Promise.resolve() }
}

/** Object rows keep the select list's order: aliases are unique and never look like array indexes. */
async function send(db: HostKysely, query: CompiledQuery): Promise<QueryResult> {
  const { rows, numAffectedRows, insertId } = await db.executeQuery<object>(query as CompiledQuery<object>)
  const result = { rows: rows.map((row) => Object.values(row)), affected: Number(numAffectedRows ?? rows.length) }
  return isExact(insertId) ? { ...result, insertId: String(insertId) } : result
}

/** A pool with mysql2's default options rounds what is beyond the safe range. */
function isExact(insertId: bigint | undefined): boolean {
  return insertId !== undefined && insertId > 0n && insertId <= BigInt(Number.MAX_SAFE_INTEGER)
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
