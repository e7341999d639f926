import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import type { Cell } from './requests.js'

export interface Answer {
  readonly status: number
  /** Without what differs between two answers to the same request: the time it took and the incident's id. */
  readonly text: string
  readonly headers: IncomingHttpHeaders
}

/** Sends a cell's request to an API whose service is `db`. A stream that breaks off is status 0. */
export async function send(
  base: string,
  cell: Cell,
  headers: Readonly<Record<string, string>> = {},
  cursor?: string,
): Promise<Answer> {
  const query = new URLSearchParams({ ...cell.query, ...(cursor === undefined ? {} : { cursor }) })
  const body = cell.body === undefined ? undefined : JSON.stringify(cell.body)
  const answer = await exchange(
    `${base}/db${cell.path}?${query}`,
    {
      method: cell.method,
      headers: {
        ...headers,
        ...(cell.accept === undefined ? {} : { accept: cell.accept }),
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    },
    body,
  )
  return { ...answer, text: comparable(answer.text) }
}

const agent = new Agent({ keepAlive: true })

/** Over sockets that stay open: tens of thousands of these are sent, for which `fetch` takes as long as for all the rest. */
function exchange(url: string, options: RequestOptions, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent }, (response) => {
      const { statusCode: status = 0, headers } = response
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status, headers, text: Buffer.concat(chunks).toString() }))
      response.on('error', () => resolve({ status: 0, headers, text: '' }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function comparable(text: string): string {
  return text
    .replace(/"took_ms":[\d.]+/g, '"took_ms":0')
    .replace(/urn:uuid:[-0-9a-f]{36}/g, 'urn:uuid:')
    .replace(/"state":"\w+"/g, '"state":""')
}

/** What an answer says in JSON; NDJSON as a list. */
export function bodyOf({ text }: Answer, cell: Cell): unknown {
  if (cell.accept === undefined) return JSON.parse(text)
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

/** The rows of an answer, whatever its envelope. */
export function rowsIn(answer: Answer, cell: Cell): readonly Record<string, unknown>[] {
  if (answer.status >= 300) return []
  const body = bodyOf(answer, cell)
  if (Array.isArray(body)) return body
  const { resource } = body as { resource?: readonly Record<string, unknown>[] }
  return resource ?? [body as Record<string, unknown>]
}
