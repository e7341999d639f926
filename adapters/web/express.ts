import { type Request, type Response, Router } from 'express'
import type { FaucetConfig } from '../../lib/config/options.js'
import type { ContractController } from '../../lib/controller/controller.js'
import { composeFaucet } from '../../lib/faucet.js'
import type { FaucetHandler } from '../../lib/http/types.js'
import { pathOf, toRequest } from './incoming.js'
import { answer } from './outgoing.js'

/** What access hooks get as `raw`. */
export interface ExpressRaw {
  readonly req: Request
  readonly res: Response
}

/**
 * A REST API over the configured databases, as an Express 4 or 5 router. Mount it at the root or under any prefix, before or after body parsers.
 * Throws one `invalid-config` error that lists every problem; connects in the background.
 *
 * @example
 * const { router, controller } = createFaucet({ services: [{ name: 'shop', dsn: 'sqlite:./shop.db' }], access: 'public-read' })
 * app.use('/api', requireLogin, router)
 */
export function createFaucet<const Name extends string>(
  config: FaucetConfig<Name, ExpressRaw>,
): { router: Router; controller: ContractController<Name> } {
  const { handler, controller } = composeFaucet(config)
  return { router: expressRouter(handler), controller }
}

/** Any handler as a router with one catch-all layer. `newRouter` is `express.Router` of the Express in use. */
export function expressRouter(handler: FaucetHandler, newRouter: () => Router = Router): Router {
  const router = newRouter()
  router.use((req, res, next) => {
    // `req.url` is below the mount and, unlike `req.params`, still percent-encoded.
    const path = pathOf(req.url)
    const request = toRequest(req, res, {
      path,
      originalUrl: req.originalUrl,
      parsedBody: () => req.body,
      raw: { req, res } satisfies ExpressRaw,
    })
    answer(handler, request, req, res).then(
      (ours) => {
        if (!ours) next()
      },
      (error) => next(error),
    )
  })
  return router
}
