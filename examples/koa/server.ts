// A Koa app whose API anybody may read and nobody may write.
import Router from '@koa/router'
import { createFaucet } from 'faucet-db/koa'
import Koa from 'koa'

const { router, controller } = createFaucet({
  services: [{ name: 'shop', dsn: process.env.DATABASE_URL ?? 'sqlite:./shop.db' }],
  access: 'public-read',
  store: process.env.FAUCET_STORE ?? '.faucet/contracts.db',
})

const app = new Koa()
const api = new Router({ prefix: '/api' })
api.use(router.routes())
app.use(api.routes())

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address()
  console.log(`listening on http://localhost:${typeof address === 'object' ? address?.port : address}`)
})
process.once('SIGTERM', () => server.close(() => controller.close()))
