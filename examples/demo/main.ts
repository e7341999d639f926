// `npm start`: a shop in SQLite, its API, and a route that plays the DBA who renames a column without telling anybody.
import { mkdirSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import express from 'express'
import { createFaucet } from 'faucet-db/express'
import { createShop } from './create-shop.js'

rmSync('.demo', { recursive: true, force: true })
mkdirSync('.demo')
createShop('.demo/shop.db')

const { router, controller } = createFaucet({
  services: [{ name: 'shop', dsn: 'sqlite:.demo/shop.db', probeInterval: '1s' }],
  // A demo: anybody on this machine may read, write and operate.
  access: { authorize: () => true, operate: () => ({ actor: 'you' }) },
  store: '.demo/contracts.db',
})

const app = express()
app.use('/api', router)
app.post('/dba/rename-email', (_req, res) => {
  const dba = new Database('.demo/shop.db')
  const statement = 'alter table customers rename column email to email_address'
  const has = dba.prepare("select 1 from pragma_table_info('customers') where name = 'email'").get() !== undefined
  if (has) dba.exec(statement)
  dba.close()
  res.json({ [has ? 'ran' : 'had already run']: statement })
})

await controller.ready()
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
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
process.once('SIGTERM', () => server.close(() => controller.close()))
