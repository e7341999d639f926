import type { Schema } from './schema.js'

/** How values went from one type to another: `none` they did not. */
export type Verdict = 'none' | 'changed' | 'generalized' | 'specialized'

export interface TypeChange {
  readonly verdict: Verdict
  /** `type`, `format` or `type/format`: what is other. */
  readonly what: string
  readonly from: string
  readonly to: string
}

/** Which formats are within which, by their type. */
const within: Readonly<Record<string, readonly (readonly [inner: string, outer: string])[]>> = {
  number: [['float', 'double']],
  integer: [
    ['int32', 'int64'],
    ['int64', 'bigint'],
    ['int32', 'bigint'],
  ],
  string: [
    ['date', 'date-time'],
    ['time', 'date-time'],
  ],
}

/**
 * What became of the values of a schema. Requests are safe towards a type that takes more, answers towards one that has less.
 *
 * @param isText whether values are text on the wire, as parameters are: then text takes everything
 */
export function compareTypes(base: Schema, revision: Schema, direction: 'request' | 'response', isText: boolean): TypeChange {
  const what = differing(base, revision)
  const told = { what, from: shown(base, what), to: shown(revision, what) }
  if (what === '') return { verdict: 'none', ...told }
  const wider = takesTypes(revision, base)
  if (direction === 'request') {
    const isSafe =
      (isText && revision.types.length === 1 && revision.types[0] === 'string') || (wider && takesFormats(revision, base))
    return { verdict: isSafe ? 'generalized' : 'changed', ...told }
  }
  if (takesTypes(base, revision) && takesFormats(base, revision)) return { verdict: 'specialized', ...told }
  return { verdict: wider && !takesTypes(base, revision) ? 'generalized' : 'changed', ...told }
}

function differing(base: Schema, revision: Schema): string {
  const isType = [...base.types].sort().join() !== [...revision.types].sort().join()
  const isFormat = base.format !== revision.format
  return [...(isType ? ['type'] : []), ...(isFormat ? ['format'] : [])].join('/')
}

/** Whether every value of the types of `inner` is one of those of `outer`. */
function takesTypes(outer: Schema, inner: Schema): boolean {
  if (outer.types.length === 0) return true
  if (inner.types.length === 0) return false
  return inner.types.every((type) => outer.types.includes(type) || (type === 'integer' && outer.types.includes('number')))
}

function takesFormats(outer: Schema, inner: Schema): boolean {
  if (outer.format === null || outer.format === inner.format) return true
  if (inner.format === null || outer.typeCount > 1 || inner.typeCount > 1) return false
  return within[inner.types[0] ?? '']?.some(([one, other]) => one === inner.format && other === outer.format) === true
}

/** The parts that are named by `what`, as oasdiff writes them. */
function shown(schema: Schema, what: string): string {
  const parts = what.split('/').map((part) => (part === 'format' ? (schema.format ?? 'none') : typeText(schema)))
  return parts.join('/')
}

function typeText({ types, nullable, typeCount }: Schema): string {
  if (types.length === 0) return 'any'
  return (nullable && typeCount > types.length ? [...types, 'null'] : types).join(', ')
}
