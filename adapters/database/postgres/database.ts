import { CompiledQuery, sql } from 'kysely'
import type { Database, Row, Session, StatementOptions } from '../../../lib/database.js'
import type { Connection, Connections } from './connection.js'
import { isLost } from './errors.js'
import { createIntrospector } from './introspect.js'
import { dialect } from './sql.js'
import { stampColumns } from './stamp.js'

/** A {@link Database} on `connections`, serving `schema`. */
export function createDatabase(connections: Connections, schema: string): Database {
  const introspector = createIntrospector(connections, schema)
  const inTransaction: Database['transaction'] = (work, options) => transaction(connections, work, options)
  return {
    schema,
    query: (query, options) => connections.query(query, options),
    transaction: inTransaction,
    stream: (query, options) => stream(connections, query, options),
    introspect: introspector.introspect,
    probe: introspector.probe,
    stamp: (table, stamps) => stampColumns({ transaction: inTransaction }, schema, table, stamps),
    close: () => connections.close(),
  }
}

// With a snapshot from before it got its locks, a statement would be guarded by a catalog older than the names it was resolved by.
const begin = dialect.compile(sql`begin isolation level read committed`)
const beginReadOnly = dialect.compile(sql`begin isolation level read committed read only`)
const commit = dialect.compile(sql`commit`)
const rollback = dialect.compile(sql`rollback`)
const stillSound = dialect.compile(sql`select 1 as one`)
const fetch = dialect.compile(sql`fetch forward 500 from faucet_rows`)
const chunk = 500

async function transaction<T>(
  connections: Connections,
  work: (session: Session) => Promise<T>,
  options?: StatementOptions,
): Promise<T> {
  const connection = await connections.acquire(options?.signal)
  const session = watched(connection, options?.signal)
  let broken = false
  try {
    const result = await work(session)
    await session.check()
    if (session.hasBegun()) await connection.run(commit)
    return result
  } catch (error) {
    broken = isLost(error) || (session.hasBegun() && !(await undo(connection)))
    throw error
  } finally {
    connection.release(broken)
  }
}

interface WatchedSession extends Session {
  /** Fails as the last failed statement did when the server has given the transaction up. */
  check(): Promise<void>
  hasBegun(): boolean
}

/**
 * Remembers the last failed statement: COMMIT of a transaction that the server has given up is answered as a ROLLBACK
 * without an error, and `work` may have swallowed the failure. The transaction begins with the first statement.
 */
function watched(connection: Connection, signal: AbortSignal | undefined): WatchedSession {
  let failure: unknown
  let begun = false
  return {
    hasBegun: () => begun,
    async query(query, { isAlone = false } = {}) {
      const begins = !begun && !(isAlone && connection.commitsAlone)
      begun ||= begins
      try {
        return await (begins ? connection.begin(begin, query, signal) : connection.run(query, signal))
      } catch (error) {
        failure = error
        throw error
      }
    },
    async check() {
      if (failure === undefined) return
      await connection.run(stillSound).catch(() => {
        throw failure
      })
    },
  }
}

async function undo(connection: Connection): Promise<boolean> {
  try {
    await connection.run(rollback)
    return true
  } catch {
    return false
  }
}

async function* stream(
  connections: Connections,
  query: CompiledQuery,
  options?: StatementOptions,
): AsyncGenerator<readonly Row[]> {
  const signal = options?.signal
  const connection = await connections.acquire(signal)
  let broken = false
  try {
    await connection.run(beginReadOnly, signal)
    // A fixed prefix to compiled text; the values stay parameters.
    await connection.run(
      CompiledQuery.raw(`declare faucet_rows no scroll cursor for ${query.sql}`, [...query.parameters]),
      signal,
    )
    for (let more = true; more; ) {
      const { rows } = await connection.run(fetch, signal)
      more = rows.length === chunk
      if (rows.length > 0) yield rows
    }
  } catch (error) {
    broken = isLost(error)
    throw error
  } finally {
    // Also when the reader left early: the cursor ends with its transaction.
    if (!broken) broken = !(await undo(connection))
    connection.release(broken)
  }
}
