import type { IncomingMessage } from 'node:http'
import { FaucetError, fail } from '../../lib/errors.js'

/**
 * The `body` of a {@link FaucetRequest}: reads and parses the request's JSON once, however often it is asked.
 * `parsed` is what the host's body parser left behind; it counts only when the stream was really read, because some
 * parsers (Express 4's `json()`, koa-bodyparser) leave `{}` beside an unread stream when the content type is not theirs.
 */
export function bodyReader(req: IncomingMessage, parsed: () => unknown): (limit: number) => Promise<unknown> {
  let body: Promise<unknown> | undefined
  return (limit) => {
    body ??= readBody(req, parsed, limit)
    return body
  }
}

async function readBody(req: IncomingMessage, parsed: () => unknown, limit: number): Promise<unknown> {
  if (!announcesBody(req)) return undefined
  const [mediaType, charset] = contentType(req.headers['content-type'] ?? '')
  if (mediaType !== '' && !isJson.test(mediaType)) refuse(`the body is ${mediaType.slice(0, 100)}`, jsonHint)
  // Also when a parser has read it: co-body takes every charset for UTF-8.
  if (!/^utf-?8$/i.test(charset)) refuse(`the body's charset is ${charset.slice(0, 40)}`, 'send it as UTF-8')
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  if (req.readableDidRead) return fromHost(req, parsed(), limit)
  const encoding = req.headers['content-encoding'] ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') refuse('the body is compressed', 'send it without Content-Encoding')
  const bytes = await collect(req, limit)
  if (bytes.length === 0) return undefined
  if (mediaType === '') refuse('the body has no content type', jsonHint)
  return parse(decode(bytes))
}

/** HTTP/1 announces every body; HTTP/2 need not. */
function announcesBody(req: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': transfer } = req.headers
  return length === undefined ? transfer !== undefined || req.httpVersionMajor > 1 : Number(length) !== 0
}

const isJson = /^application\/(?:json|[^/\s]+\+json)$/i

function contentType(header: string): [mediaType: string, charset: string] {
  const [mediaType = '', ...parameters] = header.split(';')
  const charsets = parameters.flatMap((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1] ?? [])
  return [mediaType.trim(), charsets[0] ?? 'utf-8']
}

/** A host's text or raw parser leaves a string or a Buffer, its JSON parser anything else. */
function fromHost(req: IncomingMessage, parsed: unknown, limit: number): unknown {
  if (parsed === undefined && req.destroyed && !req.complete) throw endedEarly()
  if (parsed === undefined) {
    fail('internal', {
      detail: 'the body was read before the request came here, and nothing was left in its place',
      hint: 'let the middleware that reads it leave the parsed body, or mount this router before it',
    })
  }
  if (typeof parsed !== 'string' && !(parsed instanceof Uint8Array)) return parsed
  if (Buffer.byteLength(parsed) > limit) throw tooLarge(limit)
  return parsed.length === 0 ? undefined : parse(typeof parsed === 'string' ? parsed : decode(parsed))
}

/** Reads on after the limit without keeping anything: a client that is still sending would never get to read the answer. */
function collect(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    // The end is followed by a close.
    const left = () => void (req.readableEnded || reject(endedEarly()))
    if (req.destroyed) left()
    req.on('data', (chunk: Buffer | string) => {
      size += chunk.length
      if (size <= limit) chunks.push(Buffer.from(chunk))
      else {
        chunks.length = 0
        reject(tooLarge(limit))
      }
    })
    req.once('end', () => resolve(Buffer.concat(chunks)))
    req.once('error', left).once('close', left)
    req.resume()
  })
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail('malformed-json', { detail: 'the body is not UTF-8' })
  }
}

/** Keeps only the position of the parser's message, which may quote the body. A key `__proto__` becomes an own property. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = / at position (\d+)(?: \(.*\))?$/.exec(message)?.[1]
    const where =
      position !== undefined ? ` at position ${position}` : message.startsWith('Unexpected end') ? ': it ends too early' : ''
    return fail('malformed-json', { detail: `the body is not valid JSON${where}` })
  }
}

const jsonHint = 'send JSON with "Content-Type: application/json"'

function refuse(detail: string, hint: string): never {
  fail('unsupported-media-type', { detail, hint })
}

function tooLarge(limit: number): FaucetError {
  return new FaucetError('body-too-large', { detail: `the body is larger than ${limit} bytes`, hint: 'send it in parts' })
}

/** The client is gone, so nobody reads this; the status says that it was not our doing. */
function endedEarly(): FaucetError {
  return new FaucetError('malformed-json', { detail: 'the request ended before its body was complete' })
}
