import type { CompiledQuery } from 'kysely'
import type { Capabilities, DatabaseSettings, FailureKind, SqlDialect } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { ColumnDefault } from '../../../lib/schema/table.js'
import type { ColumnText } from './column-text.js'

/** What the servers that speak the MySQL protocol do differently. The folder of each one is such a value and little else. */
export interface Flavour {
  /** First part of {@link LiveSchema.scope}, and the engine's name. */
  readonly name: string
  /** DSN schemes, without the colon. */
  readonly schemes: readonly string[]
  readonly can: Capabilities
  readonly sql: SqlDialect
  /** What is wrong with a server of this `version()`, such as that it is the relative; null when it is one of this flavour. */
  refuses(version: string): { readonly detail: string; readonly hint: string } | null
  /** Run once on every new connection of our own pool. */
  session(settings: DatabaseSettings): CompiledQuery
  /** Which statements the server ends after the time limit by itself. The others are killed from here. */
  readonly limits: 'all' | 'reads'
  /** Wraps one statement for a connection whose session belongs to the host, so that it runs as if in ours. */
  guard(query: CompiledQuery, settings: DatabaseSettings): CompiledQuery
  /** Run before and after a statement whose rows are read as slowly as the consumer likes. */
  readonly patience: { begin(settings: DatabaseSettings): CompiledQuery; end(settings: DatabaseSettings): CompiledQuery }
  /** `name, level, table, expression` of CHECK constraints; one parameter, the database. */
  readonly checksStatement: string
  /**
   * What to write to give a column the definition that SHOW CREATE TABLE tells; null where that is not all there is to it.
   */
  definition(told: ColumnText): ColumnText | null
  readonly innodb: InnodbCatalog
  /** Fingerprint branches, see `probe.ts`. */
  readonly probeParts: readonly ProbePart[]
  /** Error numbers that only this server has, or uses differently. */
  readonly failures: ReadonlyMap<number, FailureKind>
  /** The name of a unique key from the text of error 1062. */
  keyName(text: string): string
  /** Reads `information_schema.columns.column_default`. */
  readDefault(text: string | null, extra: string, type: ColumnType): ColumnDefault | null
  /** Reads the expression of {@link Flavour.checksStatement}. */
  readCheck(text: string): string
  /** The check that makes a column of text one of JSON, where JSON is no type of its own. Renaming the column changes its text, not its name. */
  readonly jsonCheck?: (column: string) => string
}

/** What InnoDB itself tells accounts with PROCESS. One parameter each: {@link InnodbCatalog.filter} of the database. */
export interface InnodbCatalog {
  /** `name, id, version` of tables, see {@link TableMark}. */
  readonly tables: string
  /** `id, column, place` of stored columns, where the version says whether they are still the same. */
  readonly places: string | null
  filter(database: string): string
  /** InnoDB's names to the server's own, of which there are `tables`. Left out are those that cannot be told for certain. */
  namesOf(names: readonly string[], tables: readonly string[], database: string): ReadonlyMap<string, string>
}

/** The SQL mode of every session: strict for every storage engine, so that no value is cut or bent to fit; 0 is a value of an AUTO_INCREMENT column like any other. */
export const strictMode =
  'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'

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
