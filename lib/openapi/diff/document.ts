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

/** Two documents that are compared. */
export interface Readers {
  readonly base: Reader
  readonly revision: Reader
  /** Whether a part of one and a part of the other are written alike, with all that they refer to: most are, and need no look. */
  isSame(base: unknown, revision: unknown): boolean
}

/** @throws UnreadableDocument */
export function readersOf(base: unknown, revision: unknown): Readers {
  const readers = { base: readerOf(base), revision: readerOf(revision) }
  /** What a reference leads to at once; null: not the same in both. */
  const known = new Map<string, readonly string[] | null>()
  const next = (name: string): readonly string[] | null => {
    const found = known.has(name)
      ? (known.get(name) ?? null)
      : referencesIn(readers.base.resolve({ $ref: name }), readers.revision.resolve({ $ref: name }))
    known.set(name, found)
    return found
  }
  const isSame = (one: unknown, other: unknown): boolean => {
    const first = referencesIn(one, other)
    if (first === null) return false
    const reached = new Set(first)
    for (const name of reached) {
      const names = next(name)
      if (names === null) return false
      for (const further of names) reached.add(further)
    }
    return true
  }
  return { ...readers, isSame }
}

/** The references in what is written alike in both; null where it is not. */
function referencesIn(one: unknown, other: unknown): readonly string[] | null {
  const text = JSON.stringify(one) ?? ''
  if (text !== (JSON.stringify(other) ?? '')) return null
  return [...text.matchAll(/"\$ref":("(?:[^"\\]|\\.)*")/g)].map(([, name = '""']) => String(JSON.parse(name)))
}
