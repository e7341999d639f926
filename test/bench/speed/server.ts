/** One subject of the benchmark: `server.ts SUBJECT DSN`. Prints its port; `locked` on its input makes Faucet look again. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyParser } from '@koa/bodyparser'
import KoaRouter from '@koa/router'
import express from 'express'
import { createFaucet } from 'faucet-db/express'
import { createFaucet as createKoaFaucet } from 'faucet-db/koa'
import Koa from 'koa'
import { type Item, queriesFor } from './by-hand.js'

const [subject = '', dsn = ''] = process.argv.slice(2)

const config = {
  services: [{ name: 'db', dsn, bigints: 'number', trustLikelyRenames: true }],
  access: { authorize: () => true },
  store: ':memory:',
} as const

const listeners: Record<string, () => Promise<Parameters<typeof createServer>[1]> | Parameters<typeof createServer>[1]> = {
  async 'faucet-express'() {
    const { router, controller } = createFaucet(config)
    await controller.ready()
    return express().use(router)
  },
  async 'faucet-koa'() {
    const { router, controller } = createKoaFaucet(config)
    await controller.ready()
    return new Koa().use(router.routes()).callback()
  },
  express() {
    const queries = queriesFor(dsn)
    const app = express().use(express.json())
    app.get('/item/search', async ({ query }, res) => {
      res.json(await queries.search(Number(query.qty), Math.min(Number(query.limit ?? 25), 1_000)))
    })
    app.get('/item/sums', async (_, res) => {
      res.json(await queries.sums())
    })
    app.get('/item', async ({ query }, res) => {
      res.json({ items: await queries.list(Math.min(Number(query.limit ?? 25), 1_000)) })
    })
    app.get('/item/:id', async ({ params }, res) => {
      const item = await queries.one(Number(params.id))
      if (item === undefined) res.status(404).json({ error: 'not found' })
      else res.json(item)
    })
    app.post('/fresh', async ({ body }, res) => {
      res.status(201).json({ items: await queries.insert(Array.isArray(body) ? body : [body]) })
    })
    app.patch('/item/:id', async ({ params, body }, res) => {
      res.json(await queries.patch(Number(params.id), body as Item))
    })
    return app
  },
  koa() {
    const queries = queriesFor(dsn)
    const router = new KoaRouter()
    router.get('/item/search', async (context) => {
      context.body = await queries.search(Number(context.query.qty), Math.min(Number(context.query.limit ?? 25), 1_000))
    })
    router.get('/item/sums', async (context) => {
      context.body = await queries.sums()
    })
    router.get('/item', async (context) => {
      context.body = { items: await queries.list(Math.min(Number(context.query.limit ?? 25), 1_000)) }
    })
    router.get('/item/:id', async (context) => {
      context.body = await queries.one(Number(context.params.id))
    })
    router.post('/fresh', async (context) => {
      const body = context.request.body as Item | Item[]
      context.status = 201
      context.body = { items: await queries.insert(Array.isArray(body) ? body : [body]) }
    })
    router.patch('/item/:id', async (context) => {
      context.body = await queries.patch(Number(context.params.id), context.request.body as Item)
    })
    return new Koa().use(bodyParser()).use(router.routes()).callback()
  },
  floor() {
    const queries = queriesFor(dsn)
    const app = express()
    app.get('/item', async ({ query }, res) => {
      res.type('json').send(await queries.jsonOfList(Math.min(Number(query.limit ?? 25), 1_000)))
    })
    app.get('/item/:id', async ({ params }, res) => {
      res.type('json').send(await queries.jsonOfOne(Number(params.id)))
    })
    return app
  },
}

const listener = await (listeners[subject] ?? (() => Promise.reject(new Error(`no subject ${subject}`))))()
const server = createServer({ keepAliveTimeout: 60_000 }, listener as never).listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port)
})
