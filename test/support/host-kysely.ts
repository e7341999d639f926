import Database from 'better-sqlite3'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import type { EngineName, TestDatabase } from './databases.js'

/** The database through a Kysely instance as a host would make it, with the drivers' own defaults. */
export function hostKysely({ engine, dsn }: TestDatabase): Kysely<unknown> {
  const url = new URL(dsn)
  const mysqlFamily = () =>
    new MysqlDialect({
      pool: mysql.createPool({
        host: url.hostname,
        port: Number(url.port || 3306),
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
        database: url.pathname.slice(1),
      }),
    })
  const dialects = {
    sqlite: () => new SqliteDialect({ database: new Database(dsn.slice('sqlite:'.length)) }),
    postgres: () =>
      new PostgresDialect({
        pool: new pg.Pool({ connectionString: dsn, options: `-c search_path=${url.searchParams.get('schema')}` }),
      }),
    mariadb: mysqlFamily,
    mysql: mysqlFamily,
  } satisfies Record<EngineName, () => unknown>
  return new Kysely({ dialect: dialects[engine]() })
}
