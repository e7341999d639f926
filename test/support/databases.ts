import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import mysql from 'mysql2/promise'
import pg from 'pg'

/** Every engine there is; expectations are `Record<EngineName, …>`, so a new one does not compile until all are stated. */
export const engineNames = ['sqlite', 'postgres', 'mariadb', 'mysql'] as const
export type EngineName = (typeof engineNames)[number]

/** A database of its own for one test file, dropped after. */
export interface TestDatabase {
  readonly engine: EngineName
  readonly dsn: string
  /** One or more statements, as a DBA at a terminal would run them. */
  exec(...statements: string[]): Promise<void>
  /** First column of the first row, as text. */
  value(statement: string): Promise<string | null>
  drop(): Promise<void>
}

/** Where PostgreSQL is: any database, in which tests may make schemas and databases of their own. */
export const postgresUrl = process.env.FAUCET_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres'
/** Where MariaDB is, with an account that may make databases. */
export const mariadbUrl = process.env.FAUCET_TEST_MARIADB ?? 'mariadb://root@127.0.0.1:3306/test'
/** Where MySQL is, with an account that may make databases. */
export const mysqlUrl = process.env.FAUCET_TEST_MYSQL ?? 'mysql://root@127.0.0.1:3307/test'
const only = process.env.FAUCET_TEST_ONLY
/** An engine that CI found out it cannot have: skipped there too, as loudly. */
const without = process.env.FAUCET_TEST_WITHOUT

/** Runs `body` once for every engine. One that is not there is skipped loudly, and fails in CI. */
export function describeEngines(title: string, body: (engine: EngineName) => void): void {
  for (const engine of engineNames) describeEngine(engine, `${title} [${engine}]`, () => body(engine))
}

/** Tests of one engine. Where it is not there they are skipped loudly, and fail in CI. */
export function describeEngine(engine: EngineName, title: string, body: () => void): void {
  const reason = unavailable.get(engine)
  if (reason === undefined) describe(title, body)
  else if (process.env.CI === undefined || only !== undefined || engine === without)
    describe.skip(`${title} SKIPPED: ${reason}`, body)
  else it(title, () => Promise.reject(new Error(`CI requires ${engine}: ${reason}`)))
}

export function createDatabase(engine: EngineName): Promise<TestDatabase> {
  return creators[engine](`faucet_test_${randomBytes(5).toString('hex')}`)
}

const creators: Record<EngineName, (name: string) => Promise<TestDatabase>> = {
  sqlite,
  postgres,
  mariadb: (name) => mysqlFamily('mariadb', mariadbUrl, name),
  mysql: (name) => mysqlFamily('mysql', mysqlUrl, name),
}

async function sqlite(name: string): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), `${name}_`))
  const file = join(folder, 'data.db')
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  return {
    engine: 'sqlite',
    dsn: `sqlite:${file}`,
    exec: async (...statements) => statements.forEach((statement) => void db.exec(statement)),
    value: async (statement) => {
      const value: unknown = db.prepare(statement).pluck().safeIntegers().get()
      return value === null || value === undefined ? null : String(value)
    },
    drop: async () => {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function postgres(name: string): Promise<TestDatabase> {
  const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 3_000 })
  await client.connect()
  await client.query(`create schema ${name}; set search_path = ${name}`)
  const url = new URL(postgresUrl)
  url.searchParams.set('schema', name)
  return {
    engine: 'postgres',
    dsn: url.href,
    exec: async (...statements) => {
      for (const statement of statements) await client.query(statement)
    },
    value: async (statement) => {
      const { rows } = await client.query({ text: statement, rowMode: 'array' })
      return rows[0]?.[0] === null || rows[0] === undefined ? null : String(rows[0][0])
    },
    drop: async () => {
      await client.query(`drop schema ${name} cascade`)
      await client.end()
    },
  }
}

async function mysqlFamily(engine: 'mariadb' | 'mysql', server: string, name: string): Promise<TestDatabase> {
  const url = new URL(server)
  const client = await mysql.createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    connectTimeout: 3_000,
    charset: 'utf8mb4',
  })
  await client.query(`create database ${name} character set utf8mb4`)
  await client.query(`use ${name}`)
  url.pathname = `/${name}`
  return {
    engine,
    dsn: url.href,
    exec: async (...statements) => {
      for (const statement of statements) await client.query(statement)
    },
    value: async (statement) => {
      const [rows] = await client.query({ sql: statement, rowsAsArray: true })
      const value = (rows as unknown[][])[0]?.[0]
      return value === null || value === undefined ? null : String(value)
    },
    drop: async () => {
      await client.query(`drop database ${name}`)
      await client.end()
    },
  }
}

/** Why an engine cannot be tested here; null when it can. */
const unavailable = new Map<EngineName, string>()
for (const engine of engineNames) {
  if (only !== undefined && only !== engine) unavailable.set(engine, `FAUCET_TEST_ONLY=${only}`)
  else await reach(engine).catch((error: unknown) => unavailable.set(engine, String(error)))
}

async function reach(engine: EngineName): Promise<void> {
  const database = await createDatabase(engine)
  await database.drop()
}
