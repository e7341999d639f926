import type { CompiledQuery } from 'kysely'
import type { Capabilities, DatabaseSettings, FailureKind } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { ColumnDefault } from '../../../lib/schema/table.js'

/** What the servers that speak the MySQL protocol do differently. The folder of each one is such a value and little else. */
export interface Flavour {
  /** First part of {@link LiveSchema.scope}, and the engine's name. */
  readonly name: string
  /** DSN schemes, without the colon. */
  readonly schemes: readonly string[]
  readonly can: Capabilities
  /** Run once on every new connection of our own pool. */
  session(settings: DatabaseSettings): CompiledQuery
  /** Wraps one statement for a connection whose session belongs to the host, so that it runs as if in ours. */
  guard(query: CompiledQuery, settings: DatabaseSettings): CompiledQuery
  /** Run before and after a statement whose rows are read as slowly as the consumer likes. */
  readonly patience: { begin(settings: DatabaseSettings): CompiledQuery; end(settings: DatabaseSettings): CompiledQuery }
  /** `name, level, table, expression` of CHECK constraints; one parameter, the database. */
  readonly checksStatement: string
  /** `table, id` of InnoDB tables, for accounts with PROCESS; one parameter, the database. */
  readonly idsStatement: string
  /** Fingerprint branches, see `probe.ts`. */
  readonly probeParts: readonly ProbePart[]
  /** Error numbers that only this server has, or uses differently. */
  readonly failures: ReadonlyMap<number, FailureKind>
  /** Reads `information_schema.columns.column_default`. */
  readDefault(text: string | null, extra: string, type: ColumnType): ColumnDefault | null
  /** How JSON columns show: a type of their own, or text with a check of the column's name. */
  isJson(column: { readonly name: string; readonly dataType: string }, checks: ReadonlyMap<string, string>): boolean
}

/** One catalog view that takes part in the fingerprint: what to hash of each row. All constants. */
export interface ProbePart {
  /** One letter in the fingerprint. */
  readonly key: string
  readonly view: string
  /** The column that holds the database's name. */
  readonly schemaColumn: string
  /** SQL expressions; texts are quoted so that two different rows never read the same. */
  readonly fields: readonly string[]
  readonly where?: string
}
