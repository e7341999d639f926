import type { ServiceConfig } from 'faucet-db'
import { createFaucet as createForExpress } from 'faucet-db/express'
import { createFaucet as createForKoa } from 'faucet-db/koa'
import { startHost } from '../conformance/web-hosts.js'
import { createDatabase, type EngineName, type TestDatabase } from '../support/databases.js'
import type { Change, Form } from './changes/change.js'
import type { Holds } from './expectation.js'
import { splitName } from './fixture.js'
import { createAll } from './sql.js'

/** One database, served in mode `auto` and in mode `strict`, each by a web host of its own. */
export interface Altered {
  readonly database: TestDatabase
  /** Alters the database, and lets the services look where the change says so. */
  apply(): Promise<void>
  /** Makes what was altered the next version of the strict one, whose pinned consumers come after; an operator says what the database cannot prove. */
  promote(holds: Holds): Promise<void>
  base(form: Form): string
  /** The strict service's OpenAPI document, as it was before and as it is now. */
  documents(): Promise<readonly [before: string, now: string]>
  /** The web host behind {@link Altered.base}. */
  host(form: Form): Host
  close(): Promise<void>
}

export type Host = 'express5' | 'koa3'

/** @param turn so that forms and hosts meet in all combinations, change after change */
export async function serveAltered(change: Change, engine: EngineName, turn: number): Promise<Altered> {
  const database = await createDatabase(engine)
  await database.exec(...createAll(engine), ...(change.given?.(engine) ?? []))
  const hosts = turn % 2 === 0 ? (['express5', 'koa3'] as const) : (['koa3', 'express5'] as const)
  const [auto, strict] = await Promise.all([
    start(change, database.dsn, 'auto', hosts[0]),
    start(change, database.dsn, 'strict', hosts[1]),
  ])
  const document = async () => (await fetch(`http://127.0.0.1:${strict.port}/db/_doc`)).text()
  const before = await document()
  return {
    database,
    documents: async () => [before, await document()],
    async apply() {
      await database.exec(...change.apply(engine))
      if (change.unseen?.includes(engine) === true) return
      await Promise.all([auto, strict].map(({ controller }) => controller.refresh('db')))
    },
    async promote(holds) {
      for (const [name, to] of Object.entries(change.refuted ?? {})) {
        const [table, column] = splitName(name)
        await strict.controller.resolve('db', { kind: 'refute-rename', table, column, to })
      }
      await strict.controller.promote('db', { renames: renamesOf(change, holds) })
    },
    base: (form) => `http://127.0.0.1:${(form === 'auto' ? auto : strict).port}`,
    host: (form) => hosts[form === 'auto' ? 0 : 1],
    async close() {
      await Promise.all([auto, strict].map(({ close }) => close()))
      await database.exec(...(change.undo?.(engine) ?? []))
      await database.drop()
    },
  }
}

async function start({ settings }: Change, dsn: string, mode: 'auto' | 'strict', host: Host) {
  const service: ServiceConfig<'db'> = {
    ...{ name: 'db', dsn, settle: '1h', probeInterval: '1h', pool: { max: 2 } },
    schemaLock: mode,
    ...settings,
  }
  const access = { authorize: () => true, operate: () => ({ actor: 'tester' }) }
  const config = { services: [service], access, store: ':memory:' }
  const { router, controller } = host === 'koa3' ? createForKoa(config) : createForExpress(config)
  await controller.ready()
  const { port, close } = await startHost({ host, parser: 'none', routers: [{ mount: '', router }] })
  return {
    ...{ controller, port },
    close: async () => {
      await close()
      await controller.close()
    },
  }
}

/** The renames that the forms without an operator's word do not know for certain. */
function renamesOf({ names = {} }: Change, holds: Holds) {
  const unknown = Object.entries(names).filter(([name]) => holds[name] === 'unservable')
  const columns: Record<string, Record<string, string>> = {}
  for (const [name, to] of unknown) {
    const [table, column] = splitName(name)
    if (column !== '') columns[table] = { ...columns[table], [column]: to }
  }
  return { tables: Object.fromEntries(unknown.filter(([name]) => !name.includes('.'))), columns }
}
