import { sql } from 'kysely'
import type { Database, Engine, Target } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import { openAlone, openPool } from './connect.js'
import type { Connections } from './connection.js'
import { createDatabase } from './database.js'
import { useHost } from './host.js'
import { installNotifications, isInstalled, listen } from './notifications.js'
import { dialect } from './sql.js'
import { ownDialect } from './told.js'

/**
 * PostgreSQL 13 and newer, through `pg` or a host's own Kysely. `postgres://user:password@host:port/database?schema=name`;
 * without `schema`, `public` is served, and every other query parameter is the driver's (`sslmode`, `host`, …).
 * A host's Kysely is served from its `current_schema()`. On its pool running statements are not cancelled and
 * the host's own statement time-out holds. Fails with `driver-missing` when `pg` is needed and not installed.
 */
export const postgres: Engine = {
  name: 'postgres',
  can: {
    identity: 'proven',
    returning: { insert: true, update: true, delete: true },
    nulls: 'high',
    maxParameters: 65_535,
    transactionalDdl: true,
    comments: true,
  },
  sql: dialect,
  async open(target, settings) {
    if (target.kysely !== undefined) return openHost(useHost(target.kysely))
    const dsn = dsnOf(target)
    const schema = dsn.searchParams.get('schema') || 'public'
    const database = createDatabase(await openPool(dsn, schema, settings), schema)
    return {
      ...database,
      dialect: ownDialect,
      watch: async (onChange) =>
        (await isInstalled(database)) ? listen(() => openAlone(dsn, settings), schema, onChange) : null,
      installDdlNotifications: () => installNotifications(database),
    }
  },
}

/** On the host's pool, which serves the schema where unqualified names lead and keeps its own settings. */
async function openHost(connections: Connections): Promise<Database> {
  const asked = sql`select current_schema(), current_setting('default_transaction_isolation')`
  const [found] = (await connections.query(dialect.compile(asked))).rows
  const database = createDatabase(connections, String(found?.[0] ?? 'public'))
  if (found?.[1] === 'read committed') return database
  // See `begin` in database.ts: a statement alone would have the host's isolation.
  return { ...database, query: (query, options) => database.transaction((session) => session.query(query), options) }
}

function dsnOf({ dsn }: Target): URL {
  if (dsn !== undefined) return dsn
  return fail('invalid-config', {
    detail: 'a database needs a DSN or a Kysely instance',
    hint: 'for example postgres://user@host/database',
  })
}
