import type { CompiledQuery } from 'kysely'
import type { Pool, PoolConnection, PoolOptions, QueryOptions, ResultSetHeader } from 'mysql2'
import { DatabaseError, type DatabaseSettings, type QueryResult, type Row, type StatementOptions } from '../../../lib/database.js'
import { assertRunning, cancellable } from './cancel.js'
import { classify, unavailable } from './errors.js'
import type { Flavour } from './flavour.js'
import type { Connection, Link } from './link.js'

/** Rows in one chunk of a stream. */
const chunkSize = 500

type Mysql2 = typeof import('mysql2')

/** Our own pool of mysql2 connections. Connects on first use. */
export class PoolLink implements Link {
  readonly #pool: Pool
  readonly #driver: Mysql2
  readonly #options: PoolOptions
  readonly #flavour: Flavour
  readonly #settings: DatabaseSettings
  /** Connections whose session is set up. */
  readonly #ready = new WeakSet<PoolConnection>()
  readonly #lent = new WeakSet<PoolConnection>()

  constructor(driver: Mysql2, options: PoolOptions, flavour: Flavour, settings: DatabaseSettings) {
    this.#driver = driver
    this.#options = options
    this.#flavour = flavour
    this.#settings = settings
    this.#pool = driver.createPool(options)
    this.#pool.on('connection', (connection) => this.#watch(connection))
  }

  async use<T>(work: (connection: Connection) => Promise<T>, options: StatementOptions = {}): Promise<T> {
    const raw = await this.#acquire(options.signal)
    let sound = true
    const discard = (): void => {
      sound = false
    }
    try {
      return await work({ query: (query, statement) => this.#run(raw, query, discard, statement), discard })
    } finally {
      this.#giveBack(raw, sound)
    }
  }

  async *stream(query: CompiledQuery, { signal }: StatementOptions = {}): AsyncIterable<readonly Row[]> {
    const raw = await this.#acquire(signal)
    let complete = false
    try {
      await this.#send(raw, this.#flavour.patience.begin(this.#settings))
      yield* this.#chunks(raw, query, signal)
      await this.#send(raw, this.#flavour.patience.end(this.#settings))
      complete = true
    } catch (error) {
      throw classify(error, this.#flavour.failures)
    } finally {
      // Left early, the rest of the rows is still on its way: only closing stops it.
      this.#giveBack(raw, complete)
    }
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => this.#pool.end((error) => (error ? reject(error) : resolve())))
  }

  #watch(connection: PoolConnection): void {
    connection.on('error', (error: unknown) => {
      // A lent connection's statement is told itself.
      if (!this.#lent.has(connection)) this.#settings.onConnectionError(error)
    })
  }

  async #acquire(signal: AbortSignal | undefined): Promise<PoolConnection> {
    assertRunning(signal)
    const connection = await this.#wait(signal)
    this.#lent.add(connection)
    if (this.#ready.has(connection)) return connection
    try {
      await this.#send(connection, this.#flavour.session(this.#settings))
    } catch (error) {
      this.#giveBack(connection, false)
      throw unavailable(error)
    }
    this.#ready.add(connection)
    return connection
  }

  /** mysql2 waits for a free connection without end, so the time-out is ours. One that comes too late goes back. */
  #wait(signal: AbortSignal | undefined): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      let waiting = true
      const settle = (act: () => void): void => {
        waiting = false
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        act()
      }
      const onAbort = (): void => settle(() => reject(new DatabaseError('cancelled', {}, signal?.reason)))
      const onTime = (): void => settle(() => reject(unavailable(new Error('no connection became free in time'))))
      const timer = setTimeout(onTime, this.#settings.connectTimeout)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pool.getConnection((error, connection) => {
        if (!waiting) return error ? undefined : connection.release()
        return settle(() => (error ? reject(unavailable(error)) : resolve(connection)))
      })
    })
  }

  #giveBack(connection: PoolConnection, sound: boolean): void {
    this.#lent.delete(connection)
    if (sound) connection.release()
    else connection.destroy()
  }

  async #run(
    raw: PoolConnection,
    query: CompiledQuery,
    discard: () => void,
    options: StatementOptions = {},
  ): Promise<QueryResult> {
    const cancel = (): Promise<void> => {
      discard()
      return this.#kill(raw)
    }
    try {
      return await cancellable(options.signal, cancel, () => this.#send(raw, query))
    } catch (error) {
      throw classify(error, this.#flavour.failures)
    }
  }

  #send(connection: PoolConnection, query: CompiledQuery): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      connection.query(statementOf(query), (error: Error | null, result: unknown) => {
        if (error) return reject(error)
        return resolve(resultOf(result))
      })
    })
  }

  /** From a connection of its own: the pool may be full of statements just as long. */
  #kill(target: PoolConnection): Promise<void> {
    const connection = this.#driver.createConnection(this.#options)
    return new Promise((resolve) => {
      const done = (): void => {
        connection.destroy()
        resolve()
      }
      connection.on('error', done)
      connection.query('kill query ?', [target.threadId], done)
    })
  }

  async *#chunks(raw: PoolConnection, query: CompiledQuery, signal: AbortSignal | undefined): AsyncIterable<readonly Row[]> {
    assertRunning(signal)
    const rows = raw.query(statementOf(query)).stream({ highWaterMark: chunkSize })
    // mysql2 does not tell a streaming command that its connection broke.
    const onError = (error: Error): void => void rows.destroy(error)
    const stop = (kind: 'cancelled' | 'timeout') => (): void => {
      void this.#kill(raw)
      rows.destroy(new DatabaseError(kind))
    }
    const onAbort = stop('cancelled')
    // The server's own limit is off, as it would count the consumer's time too.
    const limit = this.#settings.statementTimeout
    const first = limit > 0 ? setTimeout(stop('timeout'), limit) : undefined
    raw.on('error', onError)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      yield* chunked(rows, () => clearTimeout(first))
    } finally {
      clearTimeout(first)
      raw.off('error', onError)
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

/** Collects rows to chunks; `onFirst` is called once, when the first row or the end is there. */
async function* chunked(rows: AsyncIterable<Row>, onFirst: () => void): AsyncIterable<readonly Row[]> {
  let chunk: Row[] = []
  for await (const row of rows) {
    if (chunk.push(row) === 1) onFirst()
    if (chunk.length < chunkSize) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function statementOf(query: CompiledQuery): QueryOptions {
  return { sql: query.sql, values: [...query.parameters] as QueryOptions['values'], rowsAsArray: true }
}

function resultOf(result: unknown): QueryResult {
  if (Array.isArray(result)) return { rows: result as Row[], affected: result.length }
  return { rows: [], affected: (result as ResultSetHeader).affectedRows }
}
