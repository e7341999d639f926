import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { CompiledQuery, type RawBuilder } from 'kysely'
import { sqlite } from '../../adapters/database/sqlite/index.js'
import { type Database, DatabaseError, type DatabaseSettings } from '../../lib/database.js'

export const settings: DatabaseSettings = {
  poolMax: 4,
  connectTimeout: 1000,
  statementTimeout: 5000,
  onConnectionError: () => {},
}

/** A folder of its own for one suite; `clean()` ends every connection made here and removes it. */
export function createFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'faucet-sqlite-'))
  const closers: (() => void | Promise<void>)[] = []
  let last = 0
  return {
    path: (name = `${++last}.db`) => join(folder, name),
    /** A plain connection: the other side, which changes things behind the engine's back. */
    raw(path: string, script = ''): BetterSqlite3.Database {
      const database = new BetterSqlite3(path)
      closers.push(() => void database.close())
      database.exec(script)
      return database
    },
    async open(path: string, changes: Partial<DatabaseSettings> = {}): Promise<Database> {
      const database = await sqlite.open({ dsn: new URL(`sqlite:${encodeURI(path)}`) }, { ...settings, ...changes })
      closers.push(() => database.close())
      return database
    },
    async clean() {
      for (const close of closers.splice(0)) await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const raw = (text: string, ...parameters: unknown[]) => CompiledQuery.raw(text, parameters)
export const compiled = (query: RawBuilder<unknown>) => sqlite.sql.compile(query)

/** The failure of a promise that must fail. */
export async function failure(promise: Promise<unknown>): Promise<DatabaseError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof DatabaseError) return error
    throw error
  }
  throw new Error('did not fail')
}
