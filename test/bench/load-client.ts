/** Sends the requests of rename-under-load.ts and judges the answers. */
import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Item } from './load-traffic.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Asked {
  /** For the report. */
  readonly what: string
  readonly method?: Method
  readonly path: string
  readonly body?: object | undefined
  readonly ndjson?: boolean
  /** The rows that must come back, with all columns of the contract that answered. */
  readonly rows?: readonly Item[]
  /** The rows that must come back, as they are. */
  readonly exactly?: readonly object[]
  /** How many rows must have been deleted. */
  readonly deleted?: number
}

/** One request with its verdict. */
export interface Outcome {
  readonly what: string
  /** ms, as `performance.now()` has it. */
  readonly sentAt: number
  readonly took: number
  /** `failed` by its status or its connection, `off` the contract by what it says. */
  readonly verdict: 'right' | 'failed' | 'off'
  readonly why: string
  /** The contract that answered; empty where none did. */
  readonly contract: string
}

/** Sends one request; true: the answer is what the contract promises. */
export type Send = (asked: Asked) => Promise<boolean>

interface Answer {
  readonly status: number
  /** The contract that answered, `db@1.2`. */
  readonly contract: string
  readonly body: string
}

/** @param tell is told of every request that was sent */
export function createClient(port: number, agent: Agent, tell: (outcome: Outcome) => void): Send {
  const columnsOf = contracts((path, headers) => answerTo(port, agent, { what: 'schema', path }, headers))
  return async (asked) => {
    const sentAt = performance.now()
    const [answer, failure] = await answerTo(port, agent, asked).then(
      (answer) => [answer, null] as const,
      (error: NodeJS.ErrnoException) => [null, `connection: ${error.code ?? error.message}`] as const,
    )
    const took = performance.now() - sentAt
    const verdict = answer === null ? 'failed' : answer.status >= 300 ? 'failed' : 'off'
    const why = answer === null ? failure : answer.status >= 300 ? refusalOf(answer) : await wrongIn(asked, answer, columnsOf)
    tell({
      what: asked.what,
      sentAt,
      took,
      verdict: why === null ? 'right' : verdict,
      why: why ?? '',
      contract: answer?.contract ?? '',
    })
    return why === null
  }
}

async function answerTo(port: number, agent: Agent, asked: Asked, headers: Record<string, string> = {}): Promise<Answer> {
  const { method = 'GET', path, body, ndjson = false } = asked
  const sent = request({ host: '127.0.0.1', port, agent, method, path })
  if (ndjson) sent.setHeader('accept', 'application/x-ndjson')
  if (body !== undefined) sent.setHeader('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value)
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const contract = String(response.headers['faucet-contract']).split(';')[0] ?? ''
  return { status: response.statusCode ?? 0, contract, body: await text(response) }
}

function refusalOf({ status, body }: Answer): string {
  const { code, detail } = JSON.parse(body)
  return `${status} ${code}: ${String(detail).replaceAll(/\d+/g, 'N')}`
}

/** What is wrong with an answer; null: nothing. */
async function wrongIn(asked: Asked, answer: Answer, columnsOf: (contract: string) => Promise<readonly string[]>) {
  if (asked.deleted !== undefined) return JSON.parse(answer.body).meta?.count === asked.deleted ? null : answer.body
  const rows = asked.ndjson ? linesOf(answer.body) : rowsOf(answer.body)
  if (asked.exactly !== undefined) {
    const isExact = JSON.stringify(rows) === JSON.stringify(asked.exactly)
    return isExact ? null : `${JSON.stringify(rows)} instead of ${JSON.stringify(asked.exactly)}`
  }
  const wanted = asked.rows ?? []
  if (rows.length !== wanted.length) return `${rows.length} rows instead of ${wanted.length}`
  const columns = await columnsOf(answer.contract)
  const at = rows.findIndex((row, index) => JSON.stringify(row) !== JSON.stringify(inColumns(wanted[index], columns)))
  if (at < 0) return null
  return `${JSON.stringify(rows[at])} instead of ${JSON.stringify(inColumns(wanted[at], columns))} under ${answer.contract}`
}

/** A row as a contract with these columns has it; nobody writes those that were added meanwhile. */
function inColumns(item: Item | undefined, columns: readonly string[]): object {
  const values = new Map<string, unknown>(Object.entries(item ?? {}))
  return Object.fromEntries(columns.map((column) => [column, values.get(column) ?? null]))
}

function rowsOf(body: string): unknown[] {
  const parsed = JSON.parse(body)
  return 'resource' in parsed ? parsed.resource : [parsed]
}

function linesOf(body: string): unknown[] {
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The columns of the table in each contract that answered, asked for by pinning it. */
function contracts(ask: (path: string, headers: Record<string, string>) => Promise<Answer>) {
  const known = new Map<string, Promise<readonly string[]>>()
  const look = async (contract: string): Promise<readonly string[]> => {
    const { status, body } = await ask('/db/_schema/item', { 'faucet-contract': contract })
    if (status !== 200) throw new Error(`the schema of ${contract}: ${status} ${body}`)
    return JSON.parse(body).columns.map(({ name }: { name: string }) => name)
  }
  return (contract: string) => {
    const columns = known.get(contract) ?? look(contract)
    known.set(contract, columns)
    return columns
  }
}
