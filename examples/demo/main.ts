// `npm start`: a shop in SQLite, its API, and a route that plays the DBA who renames a column without telling anybody.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import express from 'express'
import { createFaucet } from 'faucet-db/express'
import { createShop } from './create-shop.js'

const folder = mkdtempSync(join(tmpdir(), 'faucet-demo-'))
const shop = join(folder, 'shop.db')
createShop(shop)

const { router, controller } = createFaucet({
  services: [{ name: 'shop', dsn: `sqlite:${shop}`, probeInterval: '1s' }],
  // A demo: anybody on this machine may read, write and operate.
  access: { authorize: () => true, operate: () => ({ actor: 'you' }) },
  store: join(folder, 'contracts.db'),
})

const app = express()
app.use('/api', router)
app.post('/dba/rename-email', (_req, res) => {
  const dba = new Database(shop)
  const statement = 'alter table customers rename column email to email_address'
  const has = dba.prepare("select 1 from pragma_table_info('customers') where name = 'email'").get() !== undefined
  if (has) dba.exec(statement)
  dba.close()
  res.json({ [has ? 'ran' : 'had already run']: statement })
})

await controller.ready()
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error?: Error) => {
  if (error) throw error
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : address}`
  console.log(`
The shop's API is at ${url}/api/shop and its shape is locked. Try, in another terminal:

  curl '${url}/api/shop/_table/customers?limit=2'
  curl '${url}/api/shop/_table/orders?filter=status=%27paid%27&order=ordered_at%20DESC&limit=3&include_count=true'
  curl '${url}/api/shop/_table/order_totals?fields=status,COUNT(*),SUM(total)&group=status'
  curl -X POST ${url}/dba/rename-email && curl '${url}/api/shop/_table/customers/1'
  curl ${url}/api/system/contract/shop/diff

The fourth renames a column under the running API; its consumers still get "email". The fifth tells you, the operator.
Ctrl-C ends it.`)
})

async function end(): Promise<void> {
  server.closeAllConnections()
  server.close()
  await controller.close()
  rmSync(folder, { recursive: true })
}
process.once('SIGINT', end).once('SIGTERM', end)
