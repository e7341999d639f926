/** Reading parts of any OpenAPI 3.0 or 3.1 document. */
export type Json = Readonly<Record<string, unknown>>

/** Looks references up within one document. */
export interface Reader {
  readonly root: Json
  /** The object behind `part`, following `$ref`; empty where there is none. */
  resolve(part: unknown): Json
  /** What a reference names; null for what is written in place. */
  nameOf(part: unknown): string | null
}

export class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument'
}

/** @throws UnreadableDocument for what is no OpenAPI 3 document, refers outside of it, or nowhere */
export function readerOf(document: unknown): Reader {
  const root = asObject(document)
  if (typeof root.openapi !== 'string' || !root.openapi.startsWith('3.'))
    throw new UnreadableDocument('not an OpenAPI 3 document: it has no "openapi": "3.x"')
  const resolve = (part: unknown, seen: ReadonlySet<string> = new Set()): Json => {
    const name = referenceOf(part)
    if (name === null) return asObject(part)
    if (!name.startsWith('#/')) throw new UnreadableDocument(`"${name}" is outside of the document; bundle it first`)
    if (seen.has(name)) throw new UnreadableDocument(`"${name}" refers to itself`)
    const found = name
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => asObject(at)[decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')], root)
    if (found === undefined) throw new UnreadableDocument(`"${name}" is not in the document`)
    return resolve(found, new Set([...seen, name]))
  }
  return { root, resolve, nameOf: referenceOf }
}

function referenceOf(part: unknown): string | null {
  const name = asObject(part).$ref
  return typeof name === 'string' ? name : null
}

export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Keys of both, those of `base` first: what is only there, what is in both, and what is only in `revision`. */
export function paired(base: Json, revision: Json) {
  const before = Object.keys(base)
  const after = Object.keys(revision)
  return {
    removed: before.filter((key) => !Object.hasOwn(revision, key)),
    kept: before.filter((key) => Object.hasOwn(revision, key)),
    added: after.filter((key) => !Object.hasOwn(base, key)),
  }
}
