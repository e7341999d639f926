/** One side of guard-cost.ts: `guard-server.ts DSN with|without`. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { engines } from '../../adapters/database/registry.js'
import { createFaucet } from '../../adapters/web/node.js'
import type { Database, Engine, SqlDialect, StatementOptions } from '../../lib/database.js'

const [dsn = '', side] = process.argv.slice(2)
if (side === 'without') for (const [name, engine] of engines) (engines as Map<string, Engine>).set(name, unguarded(engine))

const { router, controller } = createFaucet({
  services: [{ name: 'db', dsn }],
  access: { authorize: () => true },
  store: ':memory:',
})
await controller.ready()
const server = createServer(router).listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))

/** The same engine, whose statements check nothing. */
function unguarded(engine: Engine): Engine {
  const unplanned = (options?: StatementOptions): StatementOptions => ({ signal: options?.signal })
  return {
    ...engine,
    sql: unguardedSql(engine.sql),
    async open(target, settings) {
      const database = await engine.open(target, settings)
      return {
        ...database,
        ...(database.dialect === undefined ? {} : { dialect: unguardedSql(database.dialect) }),
        query: (query, options) => database.query(query, unplanned(options)),
        transaction: (work, options) => database.transaction(work, unplanned(options)),
      } satisfies Database
    },
  }
}

function unguardedSql({ tells, ...dialect }: SqlDialect): SqlDialect {
  return { ...dialect, guard: () => null }
}
