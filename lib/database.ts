import type { CompiledQuery, RawBuilder } from 'kysely'
import type { ColumnType } from './schema/column-type.js'
import type { Column, LiveSchema, Table } from './schema/table.js'

/** What one engine offers. Each folder of `adapters/database` exports one; nothing in `lib` asks for its name. */
export interface Engine {
  /** For messages and DSNs: `postgres`. Never compared in `lib`. */
  readonly name: string
  readonly can: Capabilities
  readonly sql: SqlDialect
  /** Loads the driver (or fails with `driver-missing`) and prepares a pool; connects only where it must ask a host's pool something. */
  open(target: Target, settings: DatabaseSettings): Promise<Database>
}

export interface Capabilities {
  /** Whether {@link Column.id} proves a rename. */
  readonly identity: 'proven' | 'likely' | 'none'
  /** Whether INSERT, UPDATE and DELETE can answer with rows. */
  readonly returning: { readonly insert: boolean; readonly update: boolean; readonly delete: boolean }
  /** Where NULL sorts in ascending order: `low` before, `high` after every value. */
  readonly nulls: 'low' | 'high'
  /** Most bound parameters in one statement. */
  readonly maxParameters: number
  readonly transactionalDdl: boolean
  /** Whether columns have comments, in which {@link Database.stamp} can keep keys. */
  readonly comments: boolean
}

/** Small pieces of SQL that differ by engine. All build with Kysely's tagged templates. */
export interface SqlDialect {
  /** Compiles to the engine's quoting and placeholders. */
  compile(query: RawBuilder<unknown>): CompiledQuery
  /** A table of the service's schema, qualified where the engine needs it. `schema` is the opened {@link Database.schema}. */
  table(schema: string | null, name: string): RawBuilder<unknown>
  /** The expression that reads `source` (a column or an aggregate) so that {@link SqlDialect.encoder} is exact. */
  read(source: RawBuilder<unknown>, type: ColumnType): RawBuilder<unknown>
  /** Turns one raw value of {@link SqlDialect.read} into JSON text. Throws {@link ValueMismatch} if it is not of the type. */
  encoder(type: ColumnType): Encoder
  /** A column as operators take it, of one of {@link LiveSchema.operandTypes}; absent where there are none. */
  operand?(column: RawBuilder<unknown>, type: readonly string[]): RawBuilder<unknown>
  /**
   * A checked value (see `lib/query/values.ts`) as a parameter of the column's type, for writes and comparisons: an expression, or
   * what the driver takes as it is. A template takes either.
   */
  bind(value: Parameter, type: ColumnType): unknown
  /**
   * A value, not NULL, written into the statement, where two parameters are never the same to GROUP BY; absent: they are. Throws
   * {@link ValueMismatch} for a value that no statement can have in it.
   */
  readonly constant?: (value: Parameter) => RawBuilder<unknown>
  /** `LIKE` with `%` and `_` as wildcards; `escapeWith` is the character that takes their meaning away, or null for none. */
  like(column: RawBuilder<unknown>, pattern: string, escapeWith: string | null, type: ColumnType): RawBuilder<unknown>
  /** What follows `insert into t` for a row of nothing but defaults; `default values` unless said otherwise. */
  readonly emptyRow?: RawBuilder<unknown>
  /**
   * Where INSERT cannot answer with rows: an empty table `name` of the session's own, with the columns, defaults and computed values
   * of `source`, in which the database can fill in a row before it is inserted. Neither ends a transaction.
   */
  readonly draft?: Draft
  /** Where INSERT cannot answer with rows: how an INSERT of several rows numbers them. */
  readonly numbering?: Numbering
  /** How many rows the database expects of a statement; absent: it does not tell. */
  readonly estimate?: Estimate
  /** Whether times are shown with all declared digits of a second (`12:00:00.500`), or without zeros at the end. */
  readonly padFractions: boolean
  /** How a column of the type `live` compares, orders and adds up as one of the type `contract` does; null: it cannot. */
  comparable(source: RawBuilder<unknown>, live: ColumnType, contract: ColumnType): Comparable | null
  /**
   * How text of a column like `live` compares, sorts and groups as that of one like `contract` does: by its collation, and by the blanks
   * at its end or not.
   */
  asText(source: RawBuilder<unknown>, live: TextRules, contract: TextRules): Comparable
  /** Whether all texts that are equal in a column like `contract` are equal in one like `live`, too. */
  isFiner(contract: TextRules, live: TextRules): boolean
  /** Whether a column may hold values of any type, whatever its own; absent: not. */
  readonly storesAnything?: boolean
  /** Whether a text column would keep another value than the text; absent: none does. */
  bends?(value: Parameter, live: TextRules): boolean
  /** The type of an aggregate over a column, so that its result is encoded exactly: SUM over `integer` is `bigint`. */
  aggregateType(fn: Aggregate, type: ColumnType): ColumnType
  /**
   * A condition that is true, and makes its statement fail with `schema` unless `table` (of `live`) still has the name, the columns
   * and the types it was read with. null where SQL cannot tell: see {@link StatementOptions.plannedOn}.
   */
  guard(table: Table, live: LiveSchema): RawBuilder<unknown> | null
  /** Absent: results do not tell what they were read from, so that every statement needs a guard. */
  readonly tells?: Tells
  /** Absent: every write is in a transaction. */
  readonly alone?: Alone
  /** The expression of SUM or AVG, cast where the engine would round or overflow. */
  aggregate(fn: Aggregate, column: RawBuilder<unknown>, type: ColumnType): RawBuilder<unknown>
}

/** For a write that is over with its one statement: see {@link SessionOptions.isAlone}. The table's guard is in it, too. */
export interface Alone {
  /**
   * {@link SqlDialect.read} of a live column, so that under the guard every value there can be is one that the encoder takes, and
   * not NULL where the column is not: whatever the session is set to. null: that is not certain.
   */
  read(column: Column, live: LiveSchema): RawBuilder<unknown> | null
  /** An expression that makes its statement fail with `schema` where the condition, about a row, is false. */
  require(condition: RawBuilder<unknown>): RawBuilder<unknown>
  /** A condition that is true, and makes its statement fail with `schema` where ` from` some rows there are several. */
  atMostOne(from: RawBuilder<unknown>): RawBuilder<unknown>
}

/** Results that tell which columns they were read from do instead of {@link SqlDialect.guard}: see {@link StatementOptions.columns}. */
export interface Tells {
  /** Whether it shows in a result that a column is still the one that was planned on, of the same type. */
  isTold(column: Column, live: LiveSchema): boolean
  /** What in a statement's text is another after every change of the table, in place of the guard. */
  mark(tableId: string | null, live: LiveSchema): RawBuilder<unknown>
}

/** See {@link SqlDialect.draft}. */
export interface Draft {
  create(name: RawBuilder<unknown>, source: RawBuilder<unknown>): RawBuilder<unknown>
  drop(name: RawBuilder<unknown>): RawBuilder<unknown>
}

/** See {@link SqlDialect.numbering}. */
export interface Numbering {
  /** Answers with a row where the numbers that one INSERT makes for a live table follow each other, and what it did can be undone. */
  isConsecutive(table: string): RawBuilder<unknown>
  /** The condition for the `count` rows of an INSERT that made the number `first` first. */
  made(column: RawBuilder<unknown>, first: string, count: number): RawBuilder<unknown>
}

/** See {@link SqlDialect.estimate}. */
export interface Estimate {
  /** Asks for the plan of a SELECT, which does not run. */
  ask(select: RawBuilder<unknown>): RawBuilder<unknown>
  /** The number of rows in the answer; null where it is not told. */
  read(answer: readonly Row[]): number | null
}

/** What decides which texts are equal. */
export type TextRules = Pick<Column, 'type' | 'collation'>

/** An expression that stands for a column of another type. */
export interface Comparable {
  /** Compares, orders, adds up and aggregates as the promised type does. Never raises. */
  readonly value: RawBuilder<unknown>
  /** What literals compared with it are bound as. */
  readonly type: ColumnType
  /** True for the values, not NULL, that convert exactly; null: all do. */
  readonly fits: RawBuilder<unknown> | null
  /** What a checked value of the promised type is bound as; absent: as it is. Throws {@link ValueMismatch} for one that cannot be compared. */
  readonly bound?: (value: Parameter) => Parameter
  /** false: it tells what is equal, but not what comes first. */
  readonly sorts?: false
}

export type Aggregate = 'count' | 'sum' | 'avg' | 'min' | 'max'

/** A value ready to bind. Integers beyond 2^53 and decimals are strings, binary is a Buffer, arrays are of parameters. */
export type Parameter = string | number | boolean | Buffer | null | readonly Parameter[]

/** Raw driver value → JSON text. `null` and `undefined` are the caller's to handle and never passed in. */
export type Encoder = (raw: unknown) => string

/** The stored value is not of the column's type (SQLite stores anything; `tinyint(1)` can hold 7). */
export class ValueMismatch extends Error {
  override readonly name = 'ValueMismatch'
}

export interface Target {
  /** `undefined` when the host passed its own `kysely` or `dialect`. */
  readonly dsn?: URL | undefined
  readonly kysely?: HostKysely | undefined
}

/** The part of a host's Kysely instance that is used; structural, so that any 0.28 or newer fits. */
export interface HostKysely {
  withoutPlugins(): HostKysely
  executeQuery<R>(query: CompiledQuery<R>): Promise<{ rows: R[]; numAffectedRows?: bigint; insertId?: bigint }>
  connection(): { execute<T>(work: (db: HostKysely) => Promise<T>): Promise<T> }
}

export interface DatabaseSettings {
  /** Most connections of the pool. */
  readonly poolMax: number
  /** Milliseconds to wait for a connection. */
  readonly connectTimeout: number
  /** Milliseconds a statement may take, enforced by the server where it can. */
  readonly statementTimeout: number
  /** Called when an idle connection breaks; never throws. */
  readonly onConnectionError: (error: unknown) => void
}

/** One opened database. All failures are {@link DatabaseError}s. */
export interface Database {
  /** The schema (PostgreSQL) or database (MariaDB) served; null where there is none. */
  readonly schema: string | null
  /** The engine's SQL as these connections take it, where it is another than {@link Engine.sql}. */
  readonly dialect?: SqlDialect
  /** One statement, outside any transaction. */
  query(query: CompiledQuery, options?: StatementOptions): Promise<QueryResult>
  /** `work` in one transaction on one connection: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (session: Session) => Promise<T>, options?: StatementOptions): Promise<T>
  /** Rows in chunks from one open cursor, for results that have no key to page by. Ends the cursor when left early. */
  stream(query: CompiledQuery, options?: StatementOptions): AsyncIterable<readonly Row[]>
  /**
   * Reads the whole schema in a fixed number of statements, consistent in itself.
   * `previous` is the last reading (also from before a restart), for engines that prove renames by comparing.
   */
  introspect(previous: LiveSchema | null): Promise<LiveSchema>
  /** A cheap fingerprint that moves whenever the schema may have changed. */
  probe(): Promise<string>
  /**
   * Where the engine can tell of changes by itself: calls `onChange` when the schema may have changed, soon after and perhaps for
   * nothing. On a connection of its own, made again whenever it is lost; `onChange` is called then too. null, without such a
   * connection, where the database would tell nothing. Rejects when the first connection cannot be had; after that nothing here
   * fails. Close it before the database.
   */
  watch?(onChange: () => void): Promise<Watch | null>
  /**
   * Makes the database tell {@link Database.watch} of changes; again: the same. Fails with `forbidden` for a role without the right,
   * and then has the SQL for one with it in `context.sql`.
   */
  installDdlNotifications?(): Promise<void>
  /**
   * Writes keys into the comments of columns, by column name, and keeps what else the comments say and all else the columns are.
   * Where the engine has comments. Never copies or rebuilds a table, nor waits more than about a second for its lock; what cannot be
   * done so is left undone and told. Rejects only when the database cannot be reached.
   *
   * @param table of the last reading; left alone if it is another by now
   */
  stamp?(table: Table, stamps: ReadonlyMap<string, string>): Promise<readonly Unstamped[]>
  /** Closes what was opened here; a host's own pool stays open. */
  close(): Promise<void>
}

/** A column that could not be given its key. */
export interface Unstamped {
  readonly column: string
  /**
   * `forbidden` the account lacks a right; `busy` somebody else holds the table; `full` the comment has no room left; `costly` the
   * engine would have to copy the table; `moved` the column is not what it was; `unsupported` the definition could not be kept exactly.
   */
  readonly reason: 'forbidden' | 'busy' | 'full' | 'costly' | 'moved' | 'unsupported'
  /** For `forbidden`: what to grant, in the engine's words. */
  readonly grant?: string
}

/** A running {@link Database.watch}. */
export interface Watch {
  /** Ends it and its connection; never rejects. */
  close(): Promise<void>
}

export interface Session {
  query(query: CompiledQuery, options?: SessionOptions): Promise<QueryResult>
}

export interface SessionOptions {
  /**
   * It is the whole transaction, so that it may commit itself: a round trip less. Nothing is undone when what comes after it fails.
   * Only for {@link SqlDialect.alone}.
   */
  readonly isAlone?: boolean
}

export interface StatementOptions {
  /** Aborting cancels the running statement where the engine can. */
  readonly signal?: AbortSignal | undefined
  /**
   * What the statements were planned on, for engines without {@link SqlDialect.guard}. SQLite checks every statement and
   * transaction, the MySQL family transactions before they commit; both fail with `schema`.
   */
  readonly plannedOn?: Planned | undefined
  /**
   * For a statement without a guard, where {@link SqlDialect.tells} is: the live columns of its select list, which are all that it
   * names; null for a NULL in place of one. Fails with `schema` when the rows are of other columns.
   */
  readonly columns?: readonly (Column | null)[] | undefined
}

/** A live table and the reading it is of. */
export interface Planned {
  readonly live: LiveSchema
  readonly table: Table
}

/** Values in select-list order, as {@link SqlDialect.read} shaped them. */
export type Row = readonly unknown[]

export interface QueryResult {
  readonly rows: readonly Row[]
  /** Rows matched by UPDATE or DELETE, or inserted. */
  readonly affected: number
  /** The number that an INSERT of one row made for its identity column, exact; where INSERT cannot answer with rows. */
  readonly insertId?: string
}

/**
 * How the rest of the library sees a driver's error:
 * `schema` the statement names something that is not there (or changed its type) any more;
 * `unique` `foreign-key` `not-null` `check` a constraint; `value` `too-long` `out-of-range` the value;
 * `read-only` the object or server does not take writes; `permission`;
 * `retry` deadlock, serialisation or lock wait: the whole transaction may be run again;
 * `busy` every connection is in use: nothing ran; `timeout` `cancelled` the statement was ended; `unavailable` no connection could be had: nothing ran;
 * `connection-lost` the connection broke while a statement ran: the outcome is not known;
 * `unknown` anything else.
 */
export type FailureKind =
  | 'schema'
  | 'unique'
  | 'foreign-key'
  | 'not-null'
  | 'check'
  | 'value'
  | 'too-long'
  | 'out-of-range'
  | 'read-only'
  | 'permission'
  | 'retry'
  | 'busy'
  | 'timeout'
  | 'cancelled'
  | 'unavailable'
  | 'connection-lost'
  | 'unknown'

/** A classified driver error. `cause` has the driver's own; its text never reaches a consumer. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  constructor(
    readonly kind: FailureKind,
    /** Live names where the driver tells them apart from its text. */
    readonly facts: {
      readonly constraint?: string
      readonly column?: string
      readonly table?: string
      readonly path?: string
    } = {},
    cause?: unknown,
  ) {
    super(`database failure: ${kind}`, { cause })
  }
}
