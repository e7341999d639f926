import type { CompiledQuery } from 'kysely'
import type { QueryResult, Row, StatementOptions } from '../../../lib/database.js'

/** How one statement of a {@link Connection} runs. */
export interface ConnectionOptions extends StatementOptions {
  /** On a host's connection, in the session as the host set it up. */
  readonly bare?: boolean
}

/** One connection, ours or the host's, for as long as the work it was given to runs. Rejects with {@link DatabaseError}s. */
export interface Connection {
  /** With a signal, aborting it kills the statement on the server. */
  query(query: CompiledQuery, options?: ConnectionOptions): Promise<QueryResult>
  /** The connection is in an unknown state: closed afterwards rather than used again, where it is ours. */
  discard(): void
}

/** Where connections come from: our own pool, or the host's Kysely instance. */
export interface Link {
  /** Lends a connection. `options.signal` also ends waiting for one. */
  use<T>(work: (connection: Connection) => Promise<T>, options?: StatementOptions): Promise<T>
  stream(query: CompiledQuery, options?: StatementOptions): AsyncIterable<readonly Row[]>
  close(): Promise<void>
}
