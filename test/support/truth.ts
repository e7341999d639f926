import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OpenApiDocument } from 'faucet-db'

/** One answer and what it answers. */
export interface Exchange {
  readonly method: string
  /** Below the mount, with the query. */
  readonly url: string
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

interface Operation {
  readonly parameters?: readonly Json[]
  readonly responses: Readonly<Record<string, Json>>
}
type Json = Readonly<Record<string, unknown>>

/** Judges answers by a document: answers with what is untrue in it, or null. */
export function judgeBy(document: OpenApiDocument): (exchange: Exchange) => string | null {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, allowUnionTypes: true })
  ajv.addSchema({ ...document, $id: 'document' })
  const paths = Object.keys(document.paths ?? {}).map((path) => ({ path, parts: decoded(path) }))
  const check = (pointer: readonly string[], value: unknown) => {
    const ref = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
    const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref })
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }
  return (exchange) => {
    const url = new URL(exchange.url, 'http://api')
    const found = paths.find(({ parts }) => isAt(parts, decoded(url.pathname)))
    const item = found === undefined ? undefined : (document.paths?.[found.path] as Readonly<Record<string, Operation>>)
    const operation = item?.[exchange.method.toLowerCase()]
    if (found === undefined || operation === undefined)
      return exchange.status < 400 ? 'no such operation' : problemOf(check, exchange)
    const response = resolved(
      document,
      operation.responses[String(exchange.status)] ?? (exchange.status < 400 ? undefined : operation.responses.default),
    )
    if (response === null) return `status ${exchange.status} is not told`
    const unknown = exchange.status < 300 ? unknownParameter(document, operation, url) : null
    if (unknown !== null) return unknown
    const type = String(exchange.headers['content-type'] ?? '').replace(/; charset=utf-8$/, '')
    if ((response.content as Json | undefined)?.[type] === undefined) return `${type} is not told for ${exchange.status}`
    if (exchange.status >= 400) return problemOf(check, exchange)
    const pointer = [
      'paths',
      found.path,
      exchange.method.toLowerCase(),
      'responses',
      String(exchange.status),
      'content',
      type,
      'schema',
    ]
    if (type !== 'application/x-ndjson') return check(pointer, JSON.parse(exchange.body))
    return url.searchParams.has('fields') ? null : checkLines(check, rowIn(document, found.path), exchange.body)
  }
}

type Check = (pointer: readonly string[], value: unknown) => string | null

function problemOf(check: Check, { headers, body }: Exchange): string | null {
  if (!String(headers['content-type']).startsWith('application/problem+json')) return 'an error without problem details'
  return check(['components', 'schemas', 'Problem'], JSON.parse(body))
}

function checkLines(check: Check, row: string, body: string): string | null {
  const lines = body.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]))
  // The last line of a stream that broke.
  const rows = lines.filter((one) => !('error' in one))
  return rows.map((one) => check(['components', 'schemas', row], one)).find((error) => error !== null) ?? null
}

/** The name of the schema of a table's rows. */
function rowIn(document: OpenApiDocument, path: string): string {
  const text = JSON.stringify(document.paths?.[path]?.get?.responses)
  return /"items":\{"\$ref":"#\/components\/schemas\/([^"]+)"/.exec(text)?.[1] ?? ''
}

function unknownParameter(document: OpenApiDocument, { parameters = [] }: Operation, { searchParams }: URL): string | null {
  const known = parameters.map((one) => resolved(document, one)?.name)
  const unknown = [...searchParams.keys()].find((name) => !known.includes(name))
  return unknown === undefined ? null : `the parameter ${unknown} is not told`
}

function resolved(document: OpenApiDocument, part: Json | undefined): Json | null {
  if (part === undefined) return null
  if (typeof part.$ref !== 'string') return part
  return part.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((found, key) => (found as Json)[key], document) as Json
}

function decoded(path: string): readonly string[] {
  return path.split('/').slice(1).map(decodeURIComponent)
}

function isAt(parts: readonly string[], found: readonly string[]): boolean {
  return parts.length === found.length && parts.every((part, index) => /^\{.+\}$/.test(part) || part === found[index])
}
