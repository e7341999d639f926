import { resolve } from 'node:path'
import type { Capabilities, Database, DatabaseSettings, Engine, Target } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import { openFile } from './file-database.js'
import { loadSqlite } from './handle.js'
import { locationOf } from './location.js'
import { openHost, openMemory } from './single-connection.js'
import { dialect } from './sql.js'

const can: Capabilities = {
  // Ids are carried to a new name only on proof; everything else that changed its name is new.
  identity: 'proven',
  returning: { insert: true, update: true, delete: true },
  nulls: 'low',
  maxParameters: 32766,
  transactionalDdl: true,
  comments: false,
}

/**
 * SQLite through better-sqlite3: `sqlite:./shop.db`, `sqlite:///var/shop.db`, `sqlite::memory:`, `?mode=ro` for reading only.
 * The driver is synchronous: a statement that runs cannot be cancelled and stops the event loop while it runs.
 */
export const sqlite: Engine = { name: 'sqlite', can, sql: dialect, open }

async function open({ dsn, kysely }: Target, settings: DatabaseSettings): Promise<Database> {
  if (kysely !== undefined) return openHost(kysely, settings)
  if (dsn === undefined)
    return fail('invalid-config', { detail: 'the service has neither a dsn nor a kysely', hint: 'give one of them' })
  const { path, readOnly } = locationOf(dsn)
  const Driver = await loadSqlite()
  return path === null ? openMemory(Driver, settings) : openFile(Driver, resolve(path), readOnly, settings)
}
