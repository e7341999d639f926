import Router, { type RouterContext, type RouterMiddleware } from '@koa/router'
import type { FaucetConfig } from '../../lib/config/options.js'
import type { ContractController } from '../../lib/controller/controller.js'
import { composeFaucet } from '../../lib/faucet.js'
import type { FaucetHandler, FaucetResponse } from '../../lib/http/types.js'
import { toRequest } from './incoming.js'
import { ask, discard, endWhenLeft, setHeaders } from './outgoing.js'

/** What access hooks get as `raw`. */
export interface KoaRaw {
  readonly ctx: RouterContext
}

/**
 * A REST API over the configured databases, as a router of @koa/router for Koa 2 or 3. Mount it with `router.prefix('/api')`,
 * inside another router, or with koa-mount. Throws one `invalid-config` error that lists every problem; connects in the background.
 *
 * @example
 * const { router, controller } = createFaucet({ services: [{ name: 'shop', dsn: 'sqlite:./shop.db' }], access: 'public-read' })
 * app.use(router.prefix('/api').routes())
 */
export function createFaucet<const Name extends string>(
  config: FaucetConfig<Name, KoaRaw>,
): { router: Router; controller: ContractController<Name> } {
  const { handler, controller } = composeFaucet(config)
  return { router: koaRouter(handler), controller }
}

/** Any handler as a router that takes the bare mount and all below it. `newRouter` makes a router of the @koa/router in use. */
export function koaRouter(handler: FaucetHandler, newRouter: () => Router = () => new Router()): Router {
  const serve = (pathOf: (ctx: RouterContext) => string): RouterMiddleware => {
    return async (ctx, next) => {
      const host = {
        path: pathOf(ctx),
        originalUrl: urlBefore(ctx),
        parsedBody: () => bodyOf(ctx),
        raw: { ctx } satisfies KoaRaw,
      }
      const response = await ask(handler, toRequest(ctx.req, ctx.res, host))
      if (response === null) await next()
      else reply(ctx, response)
    }
  }
  const bare = () => '/'
  // Captures, unlike `ctx.params`, are still percent-encoded. Those of a prefix come first; optional parts leave empty ones.
  const wildcard = (ctx: RouterContext) => `/${ctx.captures?.findLast((capture) => capture !== undefined) ?? ''}`
  return newRouter().all('/', serve(bare)).all('/*path', serve(wildcard))
}

function reply(ctx: RouterContext, response: FaucetResponse): void {
  if (ctx.headerSent || !ctx.writable) {
    discard(response)
    return
  }
  if (response.kind === 'stream') {
    endWhenLeft(response.body, ctx.res)
    // Koa 2 leaves the connection open when a stream fails after its headers; cut, the truncation shows.
    response.body.once('error', () => ctx.headerSent && ctx.res.socket?.destroySoon())
  }
  // Koa 3 answers `null` instead of nothing when an earlier middleware chose JSON.
  ctx.remove('Content-Type')
  ctx.body = response.kind === 'empty' ? null : response.body
  // Last, because setting a body sets a status and headers.
  ctx.status = response.status
  setHeaders(ctx.res, response.headers)
}

/** Koa may itself be mounted in Express or connect, which keep the whole URL on the request. */
function urlBefore(ctx: RouterContext): string {
  return (ctx.req as { originalUrl?: string }).originalUrl ?? ctx.originalUrl
}

function bodyOf(ctx: RouterContext): unknown {
  return (ctx.request as { body?: unknown }).body
}
