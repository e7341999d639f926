import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OpenApiDocument } from 'faucet-db'
import { type Exchange, judgeBy } from './truth.js'

type Judge = (exchange: Exchange) => string | null
/** The document of the contract with this name (`7.2`), or of the current one. */
type DocumentOf = (contract: string | undefined) => Promise<OpenApiDocument>

/** Holds every answer of a server against the OpenAPI document of the contract that answered. */
export function createWitness(documentOf: DocumentOf, service: string) {
  const judges = new Map<string, Promise<Judge | null>>()
  const pending: Promise<string | null>[] = []
  const judgeOf = (contract: string) => {
    // A version that is gone by now tells nothing any more.
    // The header's `7` is the version itself, and no revision of it.
    const judge =
      judges.get(contract) ?? documentOf(contract.includes('.') ? contract : `${contract}.0`).then(judgeBy, () => null)
    judges.set(contract, judge)
    return judge
  }
  const judged = async (exchange: Exchange) => {
    const [, contract] = /^[^@]*@([\d.]+)/.exec(String(exchange.headers['faucet-contract'] ?? '')) ?? []
    if (contract === undefined) return null
    const said = (await judgeOf(contract))?.(exchange) ?? null
    return said === null ? null : `${exchange.method} ${exchange.url} ${exchange.status}: ${said}\n${exchange.body.slice(0, 400)}`
  }
  return {
    watch(request: IncomingMessage, response: ServerResponse): void {
      const chunks = collected(response)
      response.once('finish', () => {
        const { method = '', url = '' } = request
        if (method === 'HEAD' || method === 'OPTIONS' || response.statusCode === 304 || !url.startsWith(`/${service}/`)) return
        if (url.startsWith(`/${service}/_doc`)) return
        const exchange = {
          method,
          url,
          status: response.statusCode,
          headers: response.getHeaders(),
          body: Buffer.concat(chunks).toString(),
        }
        pending.push(judged(exchange))
      })
    },
    /** Fails with the first answer that the document does not tell of. */
    async confirm(): Promise<void> {
      const untrue = (await Promise.all(pending)).find((said) => said !== null)
      if (untrue !== undefined) throw new Error(`the document is not true: ${untrue}`)
    },
  }
}

/** What is written to a response, as it is written. */
function collected(response: ServerResponse): Buffer[] {
  const chunks: Buffer[] = []
  for (const name of ['write', 'end'] as const) {
    const own = response[name].bind(response) as (...parts: unknown[]) => never
    response[name] = ((...parts: unknown[]) => {
      const [chunk] = parts
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string))
      return own(...parts)
    }) as never
  }
  return chunks
}
