import { asList, asObject, type Json, type Reader } from './document.js'

/** A schema of OpenAPI 3.0 or 3.1 in one form. */
export interface Schema {
  /** The object it was read from, by which one that contains itself is known. */
  readonly source: Json
  /** The component it refers to. */
  readonly name: string | null
  /** Without `null`; empty: any. */
  readonly types: readonly string[]
  readonly nullable: boolean
  /** As written, with `null`. */
  readonly typeCount: number
  readonly format: string | null
  /** Without null; null: no enum. */
  readonly enum: readonly unknown[] | null
  readonly extensible: readonly unknown[]
  readonly bounds: Readonly<Partial<Record<Bound, number>>>
  readonly pattern: string | null
  readonly default: unknown
  readonly readOnly: boolean
  readonly writeOnly: boolean
  readonly deprecated: boolean
  readonly required: ReadonlySet<string>
  readonly properties: Json
  readonly items: unknown
  /** Without null, which is told apart; a choice between null and one other is that other, nullable. */
  readonly parts: Readonly<Record<'allOf' | 'anyOf' | 'oneOf', readonly unknown[]>>
}

/** As rule ids write them. */
export type Bound = 'max' | 'min' | 'exclusive-max' | 'exclusive-min' | 'max-length' | 'min-length' | 'max-items' | 'min-items'

const keywords: readonly (readonly [Bound, string])[] = [
  ['max', 'maximum'],
  ['min', 'minimum'],
  ['exclusive-max', 'exclusiveMaximum'],
  ['exclusive-min', 'exclusiveMinimum'],
  ['max-length', 'maxLength'],
  ['min-length', 'minLength'],
  ['max-items', 'maxItems'],
  ['min-items', 'minItems'],
]

export function readSchema(part: unknown, reader: Reader): Schema {
  const source = reader.resolve(part)
  const name = reader.nameOf(part)
  const wrapped = wrappedIn(source, reader)
  if (wrapped !== null) return { ...readSchema(wrapped, reader), source, nullable: true, ...flagsOf(source) }
  const isNull = (part: unknown) => reader.resolve(part).type === 'null'
  const without = (list: readonly unknown[]) => list.filter((part) => !isNull(part))
  const [anyOf, oneOf] = [asList(source.anyOf), asList(source.oneOf)]
  const written = typeof source.type === 'string' ? [source.type] : asList(source.type).map(String)
  return {
    source,
    name,
    types: written.filter((type) => type !== 'null'),
    nullable: source.nullable === true || written.includes('null') || [...anyOf, ...oneOf].some(isNull),
    typeCount: written.length,
    format: typeof source.format === 'string' ? source.format : null,
    enum: Array.isArray(source.enum) ? source.enum.filter((value) => value !== null) : null,
    extensible: asList(source['x-extensible-enum']),
    bounds: boundsOf(source),
    pattern: typeof source.pattern === 'string' ? source.pattern : null,
    default: source.default,
    ...flagsOf(source),
    required: new Set(asList(source.required).map(String)),
    properties: asObject(source.properties),
    items: source.items,
    parts: { allOf: asList(source.allOf), anyOf: without(anyOf), oneOf: without(oneOf) },
  }
}

function flagsOf(source: Json) {
  return { readOnly: source.readOnly === true, writeOnly: source.writeOnly === true, deprecated: source.deprecated === true }
}

/** The other of `oneOf` or `anyOf` null and one other. */
function wrappedIn(source: Json, reader: Reader): unknown {
  for (const list of [asList(source.oneOf), asList(source.anyOf)]) {
    const others = list.filter((part) => reader.resolve(part).type !== 'null')
    if (list.length === 2 && others.length === 1) return others[0]
  }
  return null
}

/** OpenAPI 3.0 says by a boolean beside it that a bound is exclusive. */
function boundsOf(source: Json): Schema['bounds'] {
  const found = keywords.flatMap(([bound, keyword]) => {
    const value = source[keyword]
    return typeof value === 'number' ? [[bound, value] as const] : []
  })
  const bounds: Partial<Record<Bound, number>> = Object.fromEntries(found)
  const { max, min, ...rest } = bounds
  const upper = source.exclusiveMaximum === true ? { 'exclusive-max': max } : { max }
  const lower = source.exclusiveMinimum === true ? { 'exclusive-min': min } : { min }
  const all = { ...rest, ...upper, ...lower }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Schema['bounds']
}
