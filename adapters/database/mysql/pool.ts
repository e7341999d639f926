import type { Duplex } from 'node:stream'
import type { CompiledQuery } from 'kysely'
import type { Pool, PoolConnection, PoolOptions, QueryOptions, ResultSetHeader } from 'mysql2'
import { DatabaseError, type DatabaseSettings, type QueryResult, type Row, type StatementOptions } from '../../../lib/database.js'
import { isFaucetError } from '../../../lib/errors.js'
import { assertRunning, cancellable, limited } from './cancel.js'
import { classify, unavailable } from './errors.js'
import type { Flavour } from './flavour.js'
import type { Connection, ConnectionOptions, Link } from './link.js'
import { assertServer } from './server.js'

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
  /** How many are lent. */
  #out = 0
  /** The server was asked once what it is. */
  #known = false

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
      throw classify(error, this.#flavour)
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
    this.#out += 1
    if (this.#ready.has(connection)) return connection
    try {
      await this.#setUp(connection)
    } catch (error) {
      this.#giveBack(connection, false)
      throw isFaucetError(error) ? error : unavailable(error)
    }
    this.#ready.add(connection)
    return connection
  }

  async #setUp(connection: PoolConnection): Promise<void> {
    if (!this.#known) await assertServer((query) => this.#send(connection, query), this.#flavour)
    this.#known = true
    await this.#send(connection, this.#flavour.session(this.#settings))
  }

  get #isFull(): boolean {
    return this.#out >= this.#settings.poolMax
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
      const late = new Error('no connection became free in time')
      const onTime = (): void => settle(() => reject(this.#isFull ? new DatabaseError('busy', {}, late) : unavailable(late)))
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
    this.#out -= 1
    if (sound) {
      connection.release()
      return
    }
    connection.destroy()
    // The driver only says that it will send no more, and reads on to the last row, which the server then sends.
    const { stream } = connection as unknown as { readonly stream: Duplex }
    stream.destroy()
  }

  async #run(
    raw: PoolConnection,
    query: CompiledQuery,
    discard: () => void,
    { signal, bare }: ConnectionOptions = {},
  ): Promise<QueryResult> {
    const limit = bare === true || this.#flavour.limits === 'all' ? 0 : this.#settings.statementTimeout
    return limited(limit, signal, (either) => this.#sendKillable(raw, query, discard, either))
  }

  async #sendKillable(
    raw: PoolConnection,
    query: CompiledQuery,
    discard: () => void,
    signal: AbortSignal | undefined,
  ): Promise<QueryResult> {
    const cancel = (): Promise<void> => {
      discard()
      return this.#kill(raw)
    }
    try {
      return await cancellable(signal, cancel, () => this.#send(raw, query))
    } catch (error) {
      throw classify(error, this.#flavour)
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
  const { affectedRows, insertId } = result as ResultSetHeader
  // Unsigned on the server, signed in the driver.
  const made = BigInt.asUintN(64, BigInt(insertId))
  return { rows: [], affected: affectedRows, ...(made === 0n ? {} : { insertId: String(made) }) }
}
