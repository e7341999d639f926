import Database from 'better-sqlite3'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import type { EngineName, TestDatabase } from './databases.js'

/** The database through a Kysely instance as a host would make it, with the drivers' own defaults. */
export function hostKysely({ engine, dsn }: TestDatabase): Kysely<unknown> {
  const url = new URL(dsn)
  const dialects = {
    sqlite: () => new SqliteDialect({ database: new Database(dsn.slice('sqlite:'.length)) }),
    postgres: () =>
      new PostgresDialect({
        pool: new pg.Pool({ connectionString: dsn, options: `-c search_path=${url.searchParams.get('schema')}` }),
      }),
    mariadb: () =>
      new MysqlDialect({
        pool: mysql.createPool({
          host: url.hostname,
          port: Number(url.port || 3306),
          user: url.username,
          database: url.pathname.slice(1),
        }),
      }),
  } satisfies Record<EngineName, () => unknown>
  return new Kysely({ dialect: dialects[engine]() })
}
