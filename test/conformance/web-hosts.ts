import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { bodyParser as koaScopedBodyParser } from '@koa/bodyparser'
import KoaRouter from '@koa/router'
import express5 from 'express'
import Koa3 from 'koa'
import koaBodyParser from 'koa-bodyparser'
import type { NodeRouter } from '../../adapters/web/node.js'

const require = createRequire(import.meta.url)

/** Older majors have no types of their own under their alias; what is used of them is the same. */
export const express4: typeof express5 = require('express4')
export const Koa2: typeof Koa3 = require('koa2')
export const Router14: typeof KoaRouter = require('router14')

export const webHosts = ['node', 'express4', 'express5', 'koa2', 'koa3'] as const
export type WebHost = (typeof webHosts)[number]

export const mounts = ['', '/api', '/deep/api'] as const
export type Mount = (typeof mounts)[number] | '/second'

/** `json` is the host's usual JSON parser; `text` and `raw` take every type; `scoped` is `@koa/bodyparser`. */
export type Parser = 'none' | 'json' | 'form' | 'text' | 'raw' | 'scoped'

const expressParsers: readonly Parser[] = ['none', 'json', 'form', 'text', 'raw']

/** The body parsers people put in front, for each host. */
export const parsersOf: Readonly<Record<WebHost, readonly Parser[]>> = {
  node: ['none'],
  express4: expressParsers,
  express5: expressParsers,
  koa2: ['none', 'json', 'text', 'scoped'],
  koa3: ['none', 'json', 'text', 'scoped'],
}

export type AnyRouter = NodeRouter | ReturnType<typeof express5.Router> | KoaRouter

export interface HostOptions {
  readonly host: WebHost
  readonly parser: Parser
  readonly routers: readonly { readonly mount: Mount; readonly router: AnyRouter }[]
  /** Headers that a middleware of the host sets before the router runs. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A listening host. What the routers do not take is answered 404 with `x-answered-by: host`; what fails comes into `errors`. */
export interface RunningHost {
  readonly server: Server
  readonly port: number
  readonly errors: unknown[]
  close(): Promise<void>
}

export async function startHost(options: HostOptions): Promise<RunningHost> {
  const errors: unknown[] = []
  return { ...(await listen(listenerOf(options, errors))), errors }
}

export async function listen(listener: RequestListener): Promise<Omit<RunningHost, 'errors'>> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
  return { server, port: (server.address() as AddressInfo).port, close }
}

function listenerOf(options: HostOptions, errors: unknown[]): RequestListener {
  switch (options.host) {
    case 'node':
      return nodeListener(options, errors)
    case 'express4':
      return expressApp(express4, options, errors)
    case 'express5':
      return expressApp(express5, options, errors)
    case 'koa2':
      return koaApp(Koa2, options, errors)
    case 'koa3':
      return koaApp(Koa3, options, errors)
  }
}

function nodeListener({ routers, headers = {} }: HostOptions, errors: unknown[]): RequestListener {
  return (req: IncomingMessage & { originalUrl?: string }, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    const url = req.url ?? '/'
    const tryFrom = (candidates: HostOptions['routers']): void => {
      const [entry, ...others] = candidates.filter(({ mount }) => isBelow(url, mount))
      if (entry === undefined) {
        hostAnswer(res)
        return
      }
      req.originalUrl = url
      req.url = url.slice(entry.mount.length).replace(/^(?!\/)/, '/')
      ;(entry.router as NodeRouter)(req, res, (error) => {
        if (error === undefined) tryFrom(others)
        else {
          errors.push(error)
          hostAnswer(res, statusOf(error))
        }
      })
    }
    tryFrom(routers)
  }
}

function isBelow(url: string, mount: string): boolean {
  return url.startsWith(mount) && ['/', '?', undefined].includes(mount === '' ? '/' : url[mount.length])
}

function hostAnswer(res: ServerResponse, status = 404): void {
  res.statusCode = status
  res.setHeader('x-answered-by', 'host')
  res.end('host')
}

function expressApp(
  express: typeof express5,
  { routers, parser, headers = {} }: HostOptions,
  errors: unknown[],
): RequestListener {
  const app = express()
  app.use((_req, res, next) => {
    res.set(headers)
    next()
  })
  if (parser === 'json') app.use(express.json())
  if (parser === 'form') app.use(express.urlencoded({ extended: true }))
  if (parser === 'text') app.use(express.text({ type: () => true }))
  if (parser === 'raw') app.use(express.raw({ type: () => true }))
  for (const { mount, router } of routers) {
    const [, outer, inner] = /^(\/deep)(\/api)$/.exec(mount) ?? []
    const own = router as ReturnType<typeof express5.Router>
    if (outer !== undefined && inner !== undefined) app.use(outer, express.Router().use(inner, own))
    else if (mount === '') app.use(own)
    else app.use(mount, own)
  }
  app.use((_req, res) => hostAnswer(res))
  app.use((error: unknown, _req: express5.Request, res: express5.Response, _next: express5.NextFunction) => {
    errors.push(error)
    hostAnswer(res, statusOf(error))
  })
  return app
}

function koaApp(Koa: typeof Koa3, { routers, parser, headers = {} }: HostOptions, errors: unknown[]): RequestListener {
  const app = new Koa()
  app.on('error', (error) => errors.push(error))
  app.use(async (ctx, next) => {
    ctx.set(headers)
    await next()
    if (ctx.status === 404 && ctx.body === undefined) ctx.set('x-answered-by', 'host')
  })
  if (parser === 'json') app.use(koaBodyParser())
  if (parser === 'text') app.use(koaBodyParser({ enableTypes: ['text'], extendTypes: { text: ['*/*'] } }))
  if (parser === 'scoped') app.use(koaScopedBodyParser())
  for (const { mount, router } of routers) app.use(koaMounted(router as KoaRouter, mount).routes())
  return app.callback()
}

function koaMounted(router: KoaRouter, mount: Mount): KoaRouter {
  if (mount === '') return router
  if (mount !== '/deep/api') return router.prefix(mount)
  return new KoaRouter({ prefix: '/deep' }).use('/api', router.routes())
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500
  return typeof status === 'number' ? status : 500
}
