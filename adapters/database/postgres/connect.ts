import { type CompiledQuery, sql } from 'kysely'
import type { Client, ClientConfig, Pool, PoolClient } from 'pg'
import { DatabaseError, type DatabaseSettings, type Planned, type QueryResult } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import type { Column } from '../../../lib/schema/table.js'
import { loadDriver } from '../shared/load-driver.js'
import type { Connection, Connections } from './connection.js'
import { classify, isLost, unavailable } from './errors.js'
import { createPreparedStatements, type PreparedStatements } from './prepared.js'
import { dialect } from './sql.js'
import { runStatement } from './statement.js'
import { requireColumns } from './told.js'

/** A connection that tells what a result was read from. */
interface OwnConnection extends Connection {
  /** @param planned the columns that the rows must be of */
  run(query: CompiledQuery, signal?: AbortSignal, planned?: PlannedColumns): Promise<QueryResult>
}

interface PlannedColumns {
  readonly columns: readonly (Column | null)[]
  readonly on: Planned
}

type Driver = typeof import('pg')['default']

/** Loads the driver and prepares a pool on `dsn`; connects on first use. `schema` is the one served. */
export async function openPool(dsn: URL, schema: string, settings: DatabaseSettings): Promise<Connections> {
  const driver = await loadPg()
  const config = configOf(dsn, settings)
  const pool = new driver.Pool({ ...config, max: settings.poolMax, allowExitOnIdle: true })
  pool.on('error', (error) => settings.onConnectionError(error))
  // The pool hears a connection only while it is idle; one that breaks in use says so too, and an unheard `error` ends the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const prepare = preparer(schema, settings)
  const cancel = canceller(driver, config)
  const prepared = createPreparedStatements()
  const acquire = async (signal?: AbortSignal): Promise<OwnConnection> => {
    const client = await checkOut(pool, signal)
    const session = await prepare(client)
    await prepared.tidy(client)
    return reserved(client, session, prepared, cancel)
  }
  let ended: Promise<void> | undefined
  return {
    acquire,
    async query(query, { signal, columns, plannedOn } = {}) {
      const connection = await acquire(signal)
      const planned = columns === undefined || plannedOn === undefined ? undefined : { columns, on: plannedOn }
      let broken = false
      try {
        return await connection.run(query, signal, planned)
      } catch (error) {
        broken = isLost(error)
        throw error
      } finally {
        connection.release(broken)
      }
    },
    close() {
      ended ??= pool.end()
      return ended
    },
  }
}

/** A connection outside the pool, for what outlasts statements. It says by `end` that it is gone. */
export async function openAlone(dsn: URL, settings: DatabaseSettings): Promise<Client> {
  const driver = await loadPg()
  const client = new driver.Client({
    ...configOf(dsn, settings),
    fallback_application_name: 'faucet-db listener',
    // Nothing is sent while it waits: only this tells that the other end is gone.
    keepAliveInitialDelayMillis: 30_000,
    query_timeout: settings.connectTimeout,
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw unavailable(error)
  }
  return client
}

/** The default export, because older versions are CommonJS and name nothing else. */
async function loadPg(): Promise<Driver> {
  const { default: driver } = await loadDriver('pg', () => import('pg'))
  if ('connection' in new driver.Client()) return driver
  return fail('invalid-config', {
    detail: 'the native binding of pg cannot be used here',
    hint: 'unset NODE_PG_FORCE_NATIVE, or pass a Kysely instance of your own',
  })
}

function configOf(dsn: URL, settings: DatabaseSettings): ClientConfig {
  const url = new URL(dsn)
  // Ours; everything else in the query (sslmode, host, application_name …) is the driver's to read.
  url.searchParams.delete('schema')
  return {
    connectionString: url.href,
    connectionTimeoutMillis: settings.connectTimeout,
    fallback_application_name: 'faucet-db',
    keepAlive: true,
  }
}

/** The driver's error says neither that all connections are in use nor that none could be had. */
function isFull(pool: Pool): boolean {
  return pool.totalCount >= pool.options.max && pool.idleCount === 0
}

/** Waits for a connection, unless the caller stops waiting; one that comes too late goes back to the pool. */
function checkOut(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  if (signal?.aborted) return Promise.reject(new DatabaseError('cancelled'))
  const refuse = (error: unknown) => (isFull(pool) ? new DatabaseError('busy', {}, error) : unavailable(error))
  // One that is idle comes at once.
  if (signal === undefined || pool.idleCount > pool.waitingCount) {
    return pool.connect().catch((error: unknown) => Promise.reject(refuse(error)))
  }
  return new Promise((resolve, reject) => {
    const waiting = pool.connect()
    const giveUp = () => {
      reject(new DatabaseError('cancelled'))
      waiting.then(
        (client) => client.release(),
        () => {},
      )
    }
    signal.addEventListener('abort', giveUp, { once: true })
    waiting.finally(() => signal.removeEventListener('abort', giveUp)).then(resolve, (error: unknown) => reject(refuse(error)))
  })
}

interface OwnSession {
  /** The backend's. */
  readonly pid: number
  /** Whether it is so for a statement alone without our settings: a connection pooler may put it where they are not. */
  readonly isReadCommitted: boolean
}

/**
 * Fixes the session's settings once for every connection. A statement, not the
 * startup packet: connection poolers refuse unknown startup parameters. `public` stays on the path behind the served
 * schema because extensions live there, and their operators are found by it. As for the
 * isolation, see `begin` in database.ts.
 */
function preparer(schema: string, { statementTimeout }: DatabaseSettings): (client: PoolClient) => Promise<OwnSession> {
  const sessions = new WeakMap<PoolClient, OwnSession>()
  const path = schema === 'public' ? sql`'public'` : sql`quote_ident(${schema}) || ', public'`
  const statement = dialect.compile(sql`select pg_backend_pid() as pid,
    set_config('timezone', 'UTC', false) as a, set_config('datestyle', 'ISO', false) as b,
    set_config('intervalstyle', 'iso_8601', false) as c, set_config('bytea_output', 'hex', false) as d,
    set_config('extra_float_digits', '1', false) as e, set_config('standard_conforming_strings', 'on', false) as f,
    set_config('statement_timeout', ${String(statementTimeout)}, false) as g, set_config('search_path', ${path}, false) as h,
    set_config('default_transaction_isolation', 'read committed', false) as i,
    (select reset_val from pg_settings where name = 'default_transaction_isolation') as isolation`)
  return async (client) => {
    const known = sessions.get(client)
    if (known !== undefined) return known
    try {
      const { rows } = await client.query<{ pid: number; isolation: string }>(statement.sql, [...statement.parameters])
      const session = { pid: Number(rows[0]?.pid), isReadCommitted: rows[0]?.isolation === 'read committed' }
      sessions.set(client, session)
      return session
    } catch (error) {
      client.release(true)
      throw unavailable(error)
    }
  }
}

function reserved(
  client: PoolClient,
  { pid, isReadCommitted }: OwnSession,
  prepared: PreparedStatements,
  cancel: (pid: number) => Promise<void>,
): OwnConnection {
  const send = async (
    query: CompiledQuery,
    signal: AbortSignal | undefined,
    planned?: PlannedColumns,
    before?: CompiledQuery,
  ) => {
    if (signal?.aborted) throw new DatabaseError('cancelled')
    const settled = cancelOnAbort(signal, () => cancel(pid))
    const options = { name: prepared.nameOf(query.sql), asksFields: planned !== undefined }
    try {
      const { fields, rows, affected } = await runStatement(client, query, before ? { ...options, before: before.sql } : options)
      if (planned !== undefined) requireColumns(fields, planned.columns, planned.on)
      return { rows, affected }
    } catch (error) {
      prepared.failed(error)
      throw classify(error, signal)
    } finally {
      await settled()
    }
  }
  return {
    commitsAlone: isReadCommitted,
    run: send,
    begin: (start, first, signal) => send(first, signal, undefined, start),
    release: (broken) => client.release(broken),
  }
}

/** The returned function ends the watch; it waits for a request under way, which could else hit the next statement. */
function cancelOnAbort(signal: AbortSignal | undefined, cancel: () => Promise<void>): () => Promise<void> {
  let request = Promise.resolve()
  const onAbort = () => {
    request = cancel()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    signal?.removeEventListener('abort', onAbort)
    return request
  }
}

/** Cancels from a connection of its own, because the pool may have none left. Without success the statement runs on. */
function canceller(driver: Driver, config: ClientConfig): (pid: number) => Promise<void> {
  return async (pid) => {
    const client: Client = new driver.Client(config)
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select pg_cancel_backend($1)', [pid])
    } catch {
      // The statement's own time-out is left.
    } finally {
      await client.end().catch(() => {})
    }
  }
}
