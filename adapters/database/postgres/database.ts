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
    query: (query, options) => connections.query(query, options?.signal),
    transaction: inTransaction,
    stream: (query, options) => stream(connections, query, options),
    introspect: introspector.introspect,
    probe: introspector.probe,
    stamp: (table, stamps) => stampColumns({ transaction: inTransaction }, schema, table, stamps),
    close: () => connections.close(),
  }
}

const begin = dialect.compile(sql`begin`)
const beginReadOnly = dialect.compile(sql`begin read only`)
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
    await connection.run(begin, options?.signal)
    const result = await work(session)
    await session.check()
    await connection.run(commit)
    return result
  } catch (error) {
    broken = isLost(error) || !(await undo(connection))
    throw error
  } finally {
    connection.release(broken)
  }
}

/**
 * Remembers the last failed statement: COMMIT of a transaction that the server has given up is answered as a ROLLBACK
 * without an error, and `work` may have swallowed the failure.
 */
function watched(connection: Connection, signal: AbortSignal | undefined): Session & { check(): Promise<void> } {
  let failure: unknown
  return {
    async query(query) {
      try {
        return await connection.run(query, signal)
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
