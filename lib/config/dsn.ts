import { didYouMean } from '../nearest.js'
import { type Reading, type Refusal, wrongKind } from './problem.js'

/** A DSN that was understood: the URL as given and the engine its scheme stands for. */
export interface ParsedDsn {
  readonly url: URL
  readonly engine: string
}

const encode = 'percent-encode special characters of the user name and password: # is %23, % is %25, / is %2F, : is %3A, @ is %40'

/** Reads a DSN; `engines` maps schemes to engine names. No message repeats any of it but an unknown scheme. */
export function readDsn(value: unknown, engines: ReadonlyMap<string, string>): Reading<ParsedDsn> {
  if (typeof value !== 'string') return wrongKind('text', value)
  const dsn = value.trim()
  if (dsn === '') return { message: 'must not be empty' }
  const scheme = schemeOf(dsn)
  const engine = engines.get(scheme)
  if (engine === undefined) return unknownScheme(dsn, scheme, engines)
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined
  if (url === undefined) return { message: 'cannot be read as a URL', hint: encode }
  const refusal = misread(url)
  return refusal === undefined ? { value: { url, engine } } : { message: refusal, hint: encode }
}

function schemeOf(dsn: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(dsn)?.[1]?.toLowerCase() ?? ''
}

/** The scheme is shown only where it is one: the text before a colon may be a user name. */
function unknownScheme(dsn: string, scheme: string, engines: ReadonlyMap<string, string>): Refusal {
  const near = didYouMean(scheme, engines.keys())
  const known = `start it with one of ${[...engines.keys()].map((name) => `${name}:`).join(', ')}`
  const isScheme = scheme !== '' && (near !== undefined || dsn.startsWith('//', scheme.length + 1))
  return isScheme
    ? { message: `no database speaks "${scheme}:"`, hint: near ?? known }
    : { message: 'is not a database URL', hint: known }
}

/** URLs that parse, but hardly into what was meant: part of a password or file name would be taken for something else. */
function misread(url: URL): string | undefined {
  if (url.href.includes('#')) return 'has a "#" that is not percent-encoded'
  if (url.host !== '' && url.pathname.includes('@')) return 'has an "@" after the host'
  const decodable = [url.username, url.password, url.hostname, url.pathname].every((part) => decoded(part) !== undefined)
  return decodable ? undefined : 'has a "%" that is not percent-encoded'
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The path a file database would open for this URL (relative ones to the working directory), or `undefined` for none. */
export function filePath(url: URL): string | undefined {
  const path = decoded(url.hostname + url.pathname)
  return path === '' || path === ':memory:' ? undefined : path
}

/**
 * A DSN for logs: scheme, host and path, never user, password or parameters.
 * Where it is not certain which part is which, the scheme alone: `postgres://***`.
 *
 * @example redactDsn('postgres://me:secret@db.example/shop?sslpassword=x') // 'postgres://db.example/shop'
 */
export function redactDsn(dsn: string): string {
  const [, scheme, slashes = ''] = /^([a-z][a-z0-9+.-]*:)(\/\/)?/i.exec(dsn.trim()) ?? []
  if (scheme === undefined || (slashes === '' && dsn.includes('@'))) return '***'
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined
  // More than one «@», or one outside the user part: a password that was not percent-encoded may be anywhere.
  const ats = dsn.split('@').length - 1
  const hasUser = url !== undefined && (url.username !== '' || url.password !== '')
  if (url === undefined || ats !== (hasUser ? 1 : 0)) return `${scheme.toLowerCase()}${slashes}***`
  return `${url.protocol}${slashes}${url.host}${url.pathname}`
}
