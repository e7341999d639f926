import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { FaucetError } from '../../lib/errors.js'
import type { FaucetHandler, FaucetRequest, FaucetResponse } from '../../lib/http/types.js'

/** Asks the handler. Rejections are always Errors: Koa hangs on a falsy one, Express takes it for success and the string 'router' for a command. */
export async function ask(handler: FaucetHandler, request: FaucetRequest): Promise<FaucetResponse | null> {
  try {
    return await handler(request)
  } catch (reason) {
    throw reason instanceof Error ? reason : new FaucetError('internal', { detail: 'the request failed', cause: reason })
  }
}

/** Answers with what the handler says. Resolves to false when the request is not ours; rejects as {@link ask} does. */
export async function answer(
  handler: FaucetHandler,
  request: FaucetRequest,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  const response = await ask(handler, request)
  if (response !== null) send(response, req, res)
  return response !== null
}

/** Writes a whole answer; only its headers for HEAD. Does nothing when the host has answered meanwhile or the client has left. */
export function send(response: FaucetResponse, req: IncomingMessage, res: ServerResponse): void {
  if (res.headersSent || res.destroyed) {
    discard(response)
    return
  }
  res.statusCode = response.status
  setHeaders(res, response.headers)
  switch (response.kind) {
    case 'empty':
      res.end()
      return
    case 'text':
      sendText(response.body, req, res)
      return
    case 'stream':
      if (req.method === 'HEAD') {
        discard(response)
        res.end()
      } else {
        endWhenLeft(response.body, res)
        // A stream that fails cuts the connection, so that the client sees the truncation.
        pipeline(response.body, res, () => {})
      }
      return
    default:
      response satisfies never
  }
}

/** Characters from which on it costs less to encode a text once, and send it apart from the headers. */
const largeText = 16_384

function sendText(text: string, req: IncomingMessage, res: ServerResponse): void {
  const body = text.length < largeText ? text : Buffer.from(text)
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(req.method === 'HEAD' ? undefined : body)
}

/** Ends the stream of a client that left, without an error: `pipeline` alone throws one into the generator behind the stream. */
export function endWhenLeft(body: Readable, res: ServerResponse): void {
  res.once('close', () => body.destroy())
}

/** Ends a stream that nobody will read. */
export function discard(response: FaucetResponse): void {
  if (response.kind === 'stream') response.body.on('error', () => {}).destroy()
}

/** Sets our headers over the host's. `Vary` is added to: the host's own middleware (cors, compression) may have set it already. */
export function setHeaders(res: ServerResponse, headers: FaucetResponse['headers']): void {
  for (const [name, value] of Object.entries(headers)) {
    const before = name.toLowerCase() === 'vary' ? res.getHeader(name) : undefined
    res.setHeader(name, before === undefined ? value : `${before}, ${value}`)
  }
}
