import type { CompiledQuery } from 'kysely'
import type { QueryResult, StatementOptions } from '../../../lib/database.js'

/** One reserved connection. Failures are {@link DatabaseError}s. */
export interface Connection {
  /** Aborting the signal cancels the statement where this kind of connection can. */
  run(query: CompiledQuery, signal?: AbortSignal): Promise<QueryResult>
  /** Whether a statement without a transaction is of the isolation that guards need. */
  readonly commitsAlone: boolean
  /** Starts a transaction with its first statement, in one round trip where this kind of connection can. */
  begin(start: CompiledQuery, first: CompiledQuery, signal?: AbortSignal): Promise<QueryResult>
  /** Gives it back; `broken` asks for it not to be used again. */
  release(broken: boolean): void
}

/** Where connections come from: a pool opened here, or the host's own Kysely. */
export interface Connections {
  acquire(signal?: AbortSignal): Promise<Connection>
  /** One statement outside any transaction. */
  query(query: CompiledQuery, options?: StatementOptions): Promise<QueryResult>
  /** Ends what was opened here. */
  close(): Promise<void>
}
