import { type Argument, argument } from './change.js'
import { paired, type Readers } from './document.js'
import { compareFacets, type Spot } from './facets.js'
import { readSchema, type Schema } from './schema.js'

/** A body whose schema is compared, and where findings go. */
export interface BodySpot {
  readonly direction: 'request' | 'response'
  readonly mediaType: string
  /** Behind all arguments: the status of a response. */
  readonly after: readonly Argument[]
  tell(id: string, args: readonly Argument[]): void
}

/** What of a body's schema is another, down to the last property. */
export function compareBodies(base: unknown, revision: unknown, readers: Readers, body: BodySpot): void {
  if (readers.isSame(base, revision)) return
  const walk = createWalk(readers, body)
  walk.compare(readSchema(base, readers.base), readSchema(revision, readers.revision), '', true)
}

function createWalk(readers: Readers, body: BodySpot) {
  const { direction, after, tell } = body
  const seen = new Set<string>()
  const numbers = new WeakMap<object, number>()
  let last = 0
  const numberOf = (source: object) => {
    const number = numbers.get(source) ?? ++last
    numbers.set(source, number)
    return number
  }
  const spotAt = (path: string): Spot => {
    const at = path === '' ? [] : [path]
    return { direction, prefix: `${direction}-${path === '' ? 'body' : 'property'}`, before: at, after, isText: false, tell }
  }

  function compare(base: Schema, revision: Schema, path: string, isRequired: boolean): void {
    const pair = `${numberOf(base.source)} ${numberOf(revision.source)}`
    // A schema that contains itself ends where it comes again.
    if (seen.has(pair)) return
    seen.add(pair)
    facets(base, revision, path, isRequired)
    properties(base, revision, path)
    if (base.items !== undefined && revision.items !== undefined) inner(base.items, revision.items, join(path, 'items'))
    for (const kind of ['allOf', 'anyOf', 'oneOf'] as const) parts(base, revision, kind, path)
    seen.delete(pair)
  }

  function facets(base: Schema, revision: Schema, path: string, isRequired: boolean): void {
    const spot = spotAt(path)
    // The names of rules for what one side never sends.
    const hidden = direction === 'request' ? base.readOnly && revision.readOnly : base.writeOnly && revision.writeOnly
    const prefix = direction === 'request' ? 'request-read-only-property' : 'response-write-only-property'
    compareFacets(base, revision, hidden && path !== '' ? { ...spot, prefix } : spot)
    compareDefaults(base, revision, path)
    if (path === '') return
    const need = isRequired ? 'required' : 'optional'
    const flags = [
      ['read-only', base.readOnly, revision.readOnly],
      ['write-only', base.writeOnly, revision.writeOnly],
    ] as const
    for (const [name, was, is] of flags) {
      if (was !== is) tell(`${direction}-${need}-property-became-${is ? name : `not-${name}`}`, [path, ...after])
    }
  }

  function compareDefaults(base: Schema, revision: Schema, path: string): void {
    const [from, to] = [base.default, revision.default]
    if (JSON.stringify(from) === JSON.stringify(to)) return
    // The last name alone; of a body, its media type.
    const at = path === '' ? body.mediaType : direction === 'request' ? (path.split('/').at(-1) ?? '') : path
    const prefix = `${direction}-${path === '' ? 'body' : 'property'}-default-value`
    if (from === undefined) tell(`${prefix}-added`, [at, argument(to), ...after])
    else if (to === undefined) tell(`${prefix}-removed`, [at, argument(from), ...after])
    else tell(`${prefix}-changed`, [at, argument(from), argument(to), ...after])
  }

  function properties(base: Schema, revision: Schema, path: string): void {
    const { removed, kept, added } = paired(base.properties, revision.properties)
    for (const name of removed)
      goneProperty(readSchema(base.properties[name], readers.base), join(path, name), base.required.has(name))
    for (const name of added) {
      newProperty(readSchema(revision.properties[name], readers.revision), join(path, name), revision.required.has(name))
    }
    for (const name of kept) {
      const before = readSchema(base.properties[name], readers.base)
      const now = readSchema(revision.properties[name], readers.revision)
      const [was, is] = [base.required.has(name), revision.required.has(name)]
      if (was !== is) becameRequired(now, join(path, name), is)
      if (was !== is || !readers.isSame(base.properties[name], revision.properties[name]))
        compare(before, now, join(path, name), is)
    }
  }

  function goneProperty({ readOnly, writeOnly }: Schema, path: string, isRequired: boolean): void {
    const need = isRequired ? 'required' : 'optional'
    if (direction === 'response') tell(`response-${need}-${writeOnly ? 'write-only-' : ''}property-removed`, [path, ...after])
    else if (!readOnly) tell('request-property-removed', [path])
  }

  function newProperty({ readOnly, writeOnly, default: initial }: Schema, path: string, isRequired: boolean): void {
    const need = isRequired ? 'required' : 'optional'
    if (direction === 'response') tell(`response-${need}-${writeOnly ? 'write-only-' : ''}property-added`, [path, ...after])
    else if (!readOnly) tell(`new-${need}-request-property${isRequired && initial !== undefined ? '-with-default' : ''}`, [path])
  }

  function becameRequired({ readOnly, writeOnly, default: initial }: Schema, path: string, isRequired: boolean): void {
    const how = isRequired ? 'became-required' : 'became-optional'
    if (direction === 'response') tell(`response-${writeOnly ? 'write-only-' : ''}property-${how}`, [path, ...after])
    else if (!readOnly) tell(`request-property-${how}${isRequired && initial !== undefined ? '-with-default' : ''}`, [path])
  }

  function inner(base: unknown, revision: unknown, path: string): void {
    if (readers.isSame(base, revision)) return
    compare(readSchema(base, readers.base), readSchema(revision, readers.revision), path, true)
  }

  /** Alternatives are the same by the component they refer to; of those written in place, one that is left on either side is. */
  function parts(base: Schema, revision: Schema, kind: 'allOf' | 'anyOf' | 'oneOf', path: string): void {
    const before = base.parts[kind].map((part) => ({ part, name: readers.base.nameOf(part) }))
    const now = revision.parts[kind].map((part) => ({ part, name: readers.revision.nameOf(part) }))
    for (const { part, name } of before) {
      const same = name === null ? undefined : now.find((other) => other.name === name)
      if (same !== undefined) inner(part, same.part, join(path, `${kind}[${name}]`))
    }
    const isOther = (list: typeof now) => (one: (typeof before)[number]) =>
      one.name === null && !list.some((other) => JSON.stringify(other.part) === JSON.stringify(one.part))
    const [only, ...more] = before.filter(isOther(now))
    const [other, ...others] = now.filter(isOther(before))
    if (only === undefined || other === undefined || more.length > 0 || others.length > 0) return
    inner(only.part, other.part, join(path, `${kind}[subschema #${before.indexOf(only) + 1}]`))
  }

  return { compare }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`
}
