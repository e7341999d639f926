import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaucetRequest } from '../../lib/http/types.js'
import type { RawRequest } from '../../lib/raw-request.js'
import { bodyReader } from './body.js'

/** What only the web host knows about a request. */
export interface HostFacts {
  /** Below the mount, still percent-encoded, starting with `/`. */
  readonly path: string
  /** The URL before the host cut the mount off; undefined where nothing was cut. */
  readonly originalUrl: string | undefined
  /** What a body parser left; asked only when the body is wanted. */
  readonly parsedBody: () => unknown
  readonly raw: RawRequest
}

/** Builds the request that the core understands. Reads nothing yet. */
export function toRequest(req: IncomingMessage, res: ServerResponse, host: HostFacts): FaucetRequest {
  const url = req.url ?? '/'
  return {
    method: (req.method ?? 'GET').toUpperCase(),
    path: host.path,
    mountPath: mountOf(pathOf(host.originalUrl ?? url), host.path),
    query: new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? ''),
    headers: req.headers,
    body: bodyReader(req, host.parsedBody),
    signal: departure(res),
    raw: host.raw,
  }
}

/** The path of a request target, as it was sent. A proxy may send the absolute form (RFC 9112 §3.2.2). */
export function pathOf(url: string): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  return path.startsWith('/') ? path : `/${path}`
}

/** What stands before the path; `/api` alone is the mount, although the path is then `/`. */
function mountOf(whole: string, path: string): string {
  if (whole.endsWith(path)) return whole.slice(0, -path.length)
  return path === '/' ? whole : ''
}

/** Aborts when the connection closes before the answer is complete, not when it closes after it. */
function departure(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const onClose = () => {
    if (!res.writableFinished) controller.abort()
  }
  if (res.destroyed) onClose()
  else res.once('close', onClose)
  return controller.signal
}
