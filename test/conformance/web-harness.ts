import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createFaucet as createForExpress } from 'faucet-db/express'
import { createFaucet as createForKoa } from 'faucet-db/koa'
import { createFaucet as createForNode } from 'faucet-db/node'
import supertest from 'supertest'
import type { AccessHooks } from '../../lib/access/access.js'
import type { FaucetConfig } from '../../lib/config/options.js'
import type { LockMode } from '../../lib/contract/types.js'
import type { ContractController } from '../../lib/controller/controller.js'
import type { RawRequest } from '../../lib/raw-request.js'
import { type AnyRouter, type Mount, type Parser, type RunningHost, startHost, type WebHost } from './web-hosts.js'

export interface HarnessOptions {
  readonly host: WebHost
  readonly mount: Mount
  readonly parser: Parser
  readonly schemaLock?: LockMode
  /** A second instance in the same app, at `/second`, with a database of its own. */
  readonly second?: boolean
}

/** One web host with `faucet-db` mounted over SQLite files made for it alone. */
export interface Harness extends RunningHost {
  /** supertest on the whole host; paths include the mount. */
  readonly request: ReturnType<typeof supertest>
  readonly controller: ContractController<'shop'>
  /** The database itself, for changing it behind the library's back. */
  readonly database: Database.Database
}

/** Bodies are limited to this many bytes. */
export const bodyLimit = 2048

export async function makeHarness(options: HarnessOptions): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'faucet-web-'))
  const database = makeDatabase(join(directory, 'shop.db'))
  const first = createFaucet(options.host, configOf(directory, 'shop.db', 'one', options.schemaLock))
  const faucets = [{ ...first, mount: options.mount }]
  if (options.second === true) {
    makeDatabase(join(directory, 'second.db')).exec("INSERT INTO users (name) VALUES ('Only in the second')").close()
    faucets.push({ ...createFaucet(options.host, configOf(directory, 'second.db', 'two')), mount: '/second' })
  }
  await Promise.all(faucets.map(({ controller }) => controller.ready()))
  const running = await startHost({ host: options.host, parser: options.parser, routers: faucets })
  const close = async () => {
    await running.close()
    await Promise.all(faucets.map(({ controller }) => controller.close()))
    database.close()
    rmSync(directory, { recursive: true })
  }
  return { ...running, request: supertest(running.server), controller: first.controller, database, close }
}

function configOf(directory: string, file: string, store: string, schemaLock: LockMode = 'auto'): FaucetConfig<'shop'> {
  return {
    services: [
      { name: 'shop', dsn: `sqlite:${join(directory, file)}`, schemaLock, probeInterval: '1h', limits: { body: bodyLimit } },
    ],
    access,
    store: join(directory, `${store}.contracts.db`),
  }
}

type Made = { readonly router: AnyRouter; readonly controller: ContractController<'shop'> }

function createFaucet(host: WebHost, config: FaucetConfig<'shop'>): Made {
  if (host === 'node') return createForNode(config)
  return host === 'koa2' || host === 'koa3' ? createForKoa(config) : createForExpress(config)
}

/** `Bearer staff` may do everything, `Bearer guest` may read, others are not known. */
const access: AccessHooks = {
  authorize: ({ action, raw }) => {
    const who = callerOf(raw)
    if (who === undefined) return 'unauthenticated'
    return who === 'Bearer staff' || action === 'read' || action === 'schema'
  },
  operate: ({ raw }) => {
    const who = callerOf(raw)
    return who === undefined ? 'unauthenticated' : who === 'Bearer staff' && { actor: 'ann' }
  },
}

/** Reads the host's own request, as a real hook does: Koa's is `ctx.get`. */
function callerOf(raw: RawRequest): string | undefined {
  if ('ctx' in raw) return (raw.ctx as { get(name: string): string }).get('authorization') || undefined
  return (raw.req as { headers: { authorization?: string } }).headers.authorization
}

export const lineCount = 60

export const oddTable = 'a/b, "c" 🚰'

function makeDatabase(file: string): Database.Database {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, age INTEGER);
    INSERT INTO users (id, name, email, age) VALUES (1, 'Zoë', 'zoe@example.org', 41), (2, 'Bo', NULL, 30);
    CREATE TABLE members (org TEXT NOT NULL, person TEXT NOT NULL, role TEXT, PRIMARY KEY (org, person));
    INSERT INTO members VALUES ('acme', 'zoe', 'owner'), ('a,b', 'c/d', 'odd');
    CREATE TABLE "a/b, ""c"" 🚰" (id TEXT NOT NULL PRIMARY KEY, "the note" TEXT);
    INSERT INTO "a/b, ""c"" 🚰" VALUES ('x/y', 'slash'), ('1,2', 'comma'), ('a b', 'space'), ('🚰', 'tap'), ('50%', 'percent');
    CREATE TABLE lines (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18;
  `)
  const insert = database.prepare('INSERT INTO lines (id, text) VALUES (?, ?)')
  for (let id = 1; id <= lineCount; id++) insert.run(id, `line ${id}`)
  return database
}
