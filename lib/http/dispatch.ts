import { checkAccess, checkOperate } from '../access/access.js'
import { contractHeader } from '../drift/served.js'
import { fail, isFaucetError } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { Answering, Core } from './call.js'
import { problemOf } from './database-problem.js'
import { noticeHold } from './hold-notices.js'
import { problemResponse, unexpected } from './problem.js'
import { matchRoutes, type Route } from './routes.js'
import type { FaucetHandler, FaucetRequest, FaucetResponse } from './types.js'

/** Answers one request, whatever the web host: path → route → access → handler → response. */
export function createHandler(core: Core): FaucetHandler {
  return async (request) => {
    const segments = segmentsOf(request.path)
    if (segments === null || !isOurs(core, segments)) return null
    const answering: Answering = { served: null }
    try {
      return finish(core, segments, answering, await route(core, request, segments, answering))
    } catch (error) {
      const problem = problemOf(error, null, 'read')
      noticeHold(core, answering.served, problem)
      if (isFaucetError(problem) && problem.code !== 'internal')
        return finish(core, segments, answering, problemResponse(problem, core.config.logger))
      const service = core.monitors.has(segments[0] ?? '') ? (segments[0] ?? null) : null
      throw unexpected(core.config.logger, service, error)
    }
  }
}

/** Decoded path segments; null for a path that cannot be decoded, which no route of ours has. */
function segmentsOf(path: string): readonly string[] | null {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  try {
    return trimmed.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return null
  }
}

const ownPaths: ReadonlySet<string> = new Set(['healthz', 'readyz', 'openapi.json', 'docs'])

/** A service of ours, or a path of our own; anything else belongs to the host. */
function isOurs(core: Core, [first, second]: readonly string[]): boolean {
  if (first === 'system') return second === 'contract' || second === 'service'
  return ownPaths.has(first ?? '') || core.monitors.has(first ?? '')
}

async function route(
  core: Core,
  request: FaucetRequest,
  segments: readonly string[],
  answering: Answering,
): Promise<FaucetResponse> {
  const match = matchRoutes(segments)
  if (match === null) return unknownRoute(segments)
  if (request.method === 'OPTIONS') return { kind: 'empty', status: 204, headers: { allow: allowed(match.routes) } }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const found = match.routes.find((candidate) => candidate.method === method)
  if (found === undefined) {
    const headers = { Allow: allowed(match.routes) }
    return fail('method-not-allowed', { detail: `${request.method} does not apply here`, headers })
  }
  const actor = await admit(core, request, found, match.params)
  if (method !== 'GET') refuseCrossSite(request)
  return found.handler({ core, request, params: match.params, actor, answering })
}

function allowed(routes: readonly Route[]): string {
  const methods = routes.map(({ method }) => method)
  return [...(methods.includes('GET') ? ['GET', 'HEAD'] : []), ...methods.filter((method) => method !== 'GET'), 'OPTIONS'].join(
    ', ',
  )
}

function unknownRoute(segments: readonly string[]): never {
  const [first, second] = segments
  const known = first === 'system' ? ['contract', 'service'] : ['_table', '_schema', '_doc']
  fail('unknown-route', {
    detail: 'nothing is served at this path',
    hint: didYouMean(second ?? '', known) ?? `below "${first}" there are ${known.join(' and ')}`,
  })
}

/** Asks the host before anything is told about what exists. Answers who operates, on system routes. */
async function admit(core: Core, request: FaucetRequest, { guard }: Route, params: ReadonlyMap<string, string>): Promise<string> {
  const { method, path, raw } = request
  const service = params.get('service') ?? null
  if (guard.by === 'authorize') {
    await checkAccess(core.config.access, {
      service: service ?? '',
      table: params.get('table') ?? null,
      action: guard.action,
      method,
      path,
      raw,
    })
  } else if (guard.by === 'operate') {
    const { actor } = await checkOperate(core.config.access, { service, action: guard.action, method, path, raw })
    return actor
  }
  return ''
}

/** A browser that another site steers must not write with its user's cookies. Old browsers send only the origin. */
function refuseCrossSite({ headers }: FaucetRequest): void {
  const { 'sec-fetch-site': site, origin, host } = headers
  const foreign = site === undefined ? typeof origin === 'string' && hostOf(origin) !== host : site === 'cross-site'
  if (foreign)
    fail('forbidden', {
      detail: 'another site made the browser send this',
      hint: 'writes come from this site or from no browser',
    })
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}

/** Headers that every answer of ours has. */
function finish(core: Core, segments: readonly string[], answering: Answering, response: FaucetResponse): FaucetResponse {
  const served =
    answering.served ?? core.monitors.get((segments[0] === 'system' ? segments[2] : segments[0]) ?? '')?.current ?? null
  const contract = served === null ? null : contractHeader(served)
  const headers = {
    'cache-control': response.status === 503 ? 'no-store' : 'private, no-store',
    vary: 'Accept, Authorization, Cookie, Faucet-Contract',
    'x-content-type-options': 'nosniff',
    ...(contract === null ? {} : { 'faucet-contract': contract }),
    ...response.headers,
  }
  return { ...response, headers }
}
