import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaucetConfig } from '../../lib/config/options.js'
import type { ContractController } from '../../lib/controller/controller.js'
import { FaucetError, type ProblemCode } from '../../lib/errors.js'
import { composeFaucet } from '../../lib/faucet.js'
import { problemResponse } from '../../lib/http/problem.js'
import type { FaucetHandler, FaucetResponse } from '../../lib/http/types.js'
import { silentLogger } from '../../lib/logger.js'
import { pathOf, toRequest } from './incoming.js'
import { answer, send } from './outgoing.js'

/** For `http.createServer(router)`, or as connect-style middleware with `next`. Without `next` it answers everything itself. */
export type NodeRouter = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void

/** What access hooks get as `raw`. */
export interface NodeRaw {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/**
 * A REST API over the configured databases, for plain `node:http`. Under a prefix, cut it off `req.url` first (and keep the
 * whole in `req.originalUrl`, as connect does, so that links are right).
 * Throws one `invalid-config` error that lists every problem; connects in the background.
 *
 * @example
 * const { router } = createFaucet({ services: [{ name: 'shop', dsn: 'sqlite:./shop.db' }], access: 'public-read' })
 * createServer(router).listen(8080)
 */
export function createFaucet<const Name extends string>(
  config: FaucetConfig<Name, NodeRaw>,
): { router: NodeRouter; controller: ContractController<Name> } {
  const { handler, controller } = composeFaucet(config)
  return { router: nodeRouter(handler), controller }
}

/** Any handler as a listener of `node:http`. */
export function nodeRouter(handler: FaucetHandler): NodeRouter {
  return (req: IncomingMessage & { originalUrl?: string; body?: unknown }, res, next) => {
    const path = pathOf(req.url ?? '/')
    const request = toRequest(req, res, {
      path,
      originalUrl: req.originalUrl,
      parsedBody: () => req.body,
      raw: { req, res } satisfies NodeRaw,
    })
    answer(handler, request, req, res).then(
      (ours) => {
        if (!ours) next ? next() : send(problem('unknown-route', 'nothing is served at this path'), req, res)
      },
      // What failed is not the consumer's to read.
      (error) => (next ? next(error) : send(problem('internal', 'the request could not be answered'), req, res)),
    )
  }
}

function problem(code: ProblemCode, detail: string): FaucetResponse {
  return problemResponse(new FaucetError(code, { detail, headers: { 'Cache-Control': 'no-store' } }), silentLogger)
}
