import { setImmediate as nextTurn } from 'node:timers/promises'
import type BetterSqlite3 from 'better-sqlite3'
import type { CompiledQuery } from 'kysely'
import { DatabaseError, type QueryResult, type Row } from '../../../lib/database.js'
import { loadDriver } from '../shared/load-driver.js'

/** The driver's constructor. */
export type Driver = typeof BetterSqlite3
type Statement = BetterSqlite3.Statement<unknown[], Row>

export interface HandleOptions {
  readonly readOnly: boolean
  /** Refuses writes on this handle, but lets it open the files a read needs (a hot journal, the WAL index). */
  readonly queryOnly: boolean
}

/** One connection. Everything here is synchronous and throws the driver's errors. */
export interface Handle {
  /** Whether the statement only reads. Needs the schema, so it can meet a lock. */
  onlyReads(sql: string): boolean
  run(query: Pick<CompiledQuery, 'sql' | 'parameters'>): QueryResult
  /** {@link run} for a statement that only reads. Integers are numbers, unless one of the rows is beyond what those keep exactly. */
  read(query: Pick<CompiledQuery, 'sql' | 'parameters'>): QueryResult
  iterate(query: CompiledQuery): IterableIterator<Row>
  /** A number that grows with every change of the schema. */
  schemaVersion(): number
  /** {@link schemaVersion} when this turn of the event loop is over, one look for all who ask in it. Fails with kind `schema` when closed. */
  schemaVersionSoon(): Promise<number>
  close(): void
}

/** The most compiled statements kept by one handle; SQLite compiles them again by itself after a schema change. */
const statementLimit = 200

export async function loadSqlite(): Promise<Driver> {
  return (await loadDriver('better-sqlite3', () => import('better-sqlite3'))).default
}

/** Opens `path` (null: a new database in memory). Never creates a file: a wrong name would become an empty database. */
export function openHandle(Driver: Driver, path: string | null, { readOnly, queryOnly }: HandleOptions): Handle {
  // Time-out 0: SQLite would wait inside the call, and the event loop with it.
  const database = new Driver(path ?? ':memory:', {
    readonly: readOnly && path !== null,
    fileMustExist: path !== null,
    timeout: 0,
  })
  try {
    database.pragma('foreign_keys = on')
    if (queryOnly) database.pragma('query_only = on')
    // The first look at the file: opening alone reads nothing.
    database.pragma('schema_version')
  } catch (error) {
    database.close()
    throw error
  }
  return handleOn(database)
}

function handleOn(database: BetterSqlite3.Database): Handle {
  const prepare = statementCache(database)
  const version = database.prepare('pragma schema_version').pluck()
  const schemaVersion = () => Number(version.get())
  let soon: Promise<number> | null = null
  /** Those that have answered with what a number does not keep. */
  const large = new WeakSet<Statement>()
  return {
    onlyReads: (sql) => prepare(sql).readonly,
    run({ sql, parameters }) {
      const statement = prepare(sql)
      const bound = parameters.map(toDriver)
      if (!statement.reader) return { rows: [], affected: statement.run(...[bound]).changes }
      const rows = statement.all(...[bound])
      return { rows, affected: statement.readonly ? 0 : rows.length }
    },
    read({ sql, parameters }) {
      const statement = prepare(sql)
      const bound = parameters.map(toDriver)
      if (!large.has(statement)) {
        const rows = statement.safeIntegers(false).all(...[bound])
        statement.safeIntegers()
        if (rows.every(isKept)) return { rows, affected: 0 }
        large.add(statement)
      }
      return { rows: statement.all(...[bound]), affected: 0 }
    },
    // Of its own: a statement that is being iterated cannot run beside that.
    iterate: ({ sql, parameters }) => exact(database.prepare<unknown[], Row>(sql)).iterate(...[parameters.map(toDriver)]),
    schemaVersion,
    schemaVersionSoon() {
      soon ??= nextTurn().then(() => {
        soon = null
        if (!database.open) throw new DatabaseError('schema', {}, new Error('the file was closed after the statement'))
        return schemaVersion()
      })
      return soon
    },
    close: () => database.close(),
  }
}

function statementCache(database: BetterSqlite3.Database): (sql: string) => Statement {
  const statements = new Map<string, Statement>()
  return (sql) => {
    const known = statements.get(sql)
    const statement = known ?? exact(database.prepare<unknown[], Row>(sql))
    statements.delete(sql)
    statements.set(sql, statement)
    const [oldest] = statements.keys()
    if (statements.size > statementLimit && oldest !== undefined) statements.delete(oldest)
    return statement
  }
}

/** Whether no number is one that an integer may have been rounded to. */
function isKept(row: Row): boolean {
  for (const value of row) {
    if (typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)) return false
  }
  return true
}

/** Integers as BigInt, because numbers lose digits; rows as arrays, because objects lose columns of equal names. */
function exact(statement: Statement): Statement {
  return statement.reader ? statement.raw().safeIntegers() : statement
}

/** The driver binds every JavaScript number as REAL and refuses booleans. */
export function toDriver(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
}
