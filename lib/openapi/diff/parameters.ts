import type { Argument } from './change.js'
import type { Readers } from './document.js'
import { asList, asObject, type Json } from './document.js'
import { compareFacets } from './facets.js'
import { readSchema } from './schema.js'
import { isAhead, sunsetOf } from './sunset.js'

type Tell = (id: string, args: readonly Argument[]) => void

/** One operation with what its path says for all of its operations. */
export interface Operation {
  readonly operation: Json
  readonly item: Json
  /** Names of the path's variables, in order. */
  readonly variables: readonly string[]
}

interface Parameter {
  readonly source: Json
  readonly place: string
  readonly name: string
  /** What makes two of them one: variables of the path by their order, others by their name. */
  readonly key: string
}

/** Query, path, header and cookie parameters of two operations. */
export function compareParameters(base: Operation, revision: Operation, readers: Readers, tell: Tell): void {
  const before = parametersOf(base, readers.base)
  const now = parametersOf(revision, readers.revision)
  for (const [key, { source, place, name }] of before) if (!now.has(key)) gone(source, place, name, tell)
  for (const [key, parameter] of now) {
    const was = before.get(key)
    if (was === undefined) added(parameter, tell)
    else compareParameter(was, parameter, readers, tell)
  }
}

function parametersOf({ operation, item, variables }: Operation, reader: Readers['base']): ReadonlyMap<string, Parameter> {
  const found = new Map<string, Parameter>()
  for (const part of [...asList(item.parameters), ...asList(operation.parameters)]) {
    const source = reader.resolve(part)
    const [place, name] = [String(source.in), String(source.name)]
    const key =
      place === 'path' ? `path ${variables.indexOf(name)}` : `${place} ${place === 'header' ? name.toLowerCase() : name}`
    found.set(key, { source, place, name, key })
  }
  return found
}

function gone(source: Json, place: string, name: string, tell: Tell): void {
  // Those of the path go with the path.
  if (place === 'path') return
  const sunset = sunsetOf(source)
  if (source.deprecated !== true) tell('request-parameter-removed', [place, name])
  else if (sunset !== null && isAhead(sunset)) tell('request-parameter-removed-before-sunset', [place, name, sunset])
  else tell('request-parameter-removed-with-deprecation', [place, name])
}

function added({ source, place, name }: Parameter, tell: Tell): void {
  if (place === 'path') tell('new-request-path-parameter', [name])
  else tell(source.required === true ? 'new-required-request-parameter' : 'new-optional-request-parameter', [place, name])
}

function compareParameter(base: Parameter, revision: Parameter, readers: Readers, tell: Tell): void {
  const { place, name } = base
  const [was, is] = [base.source.required === true, revision.source.required === true]
  if (was !== is && place !== 'path') tell(`request-parameter-became-${is ? 'required' : 'optional'}`, [place, name])
  if ((base.source.deprecated === true) !== (revision.source.deprecated === true))
    tell(`request-parameter-${revision.source.deprecated === true ? 'deprecated' : 'reactivated'}`, [place, name])
  const before = readSchema(schemaOf(base.source), readers.base)
  const now = readSchema(schemaOf(revision.source), readers.revision)
  const spot = { direction: 'request', before: [place, name], after: [], isText: true, tell } as const
  compareFacets(before, now, { ...spot, prefix: 'request-parameter' })
  compareDefaults(before.default, now.default, [place, name], tell)
  if (before.items === undefined || now.items === undefined) return
  const items = [readSchema(before.items, readers.base), readSchema(now.items, readers.revision)] as const
  compareFacets(items[0], items[1], { ...spot, prefix: 'request-parameter-property', before: [place, name, 'items/'] })
}

/** Of the parameter itself, or of its one content. */
function schemaOf(parameter: Json): unknown {
  const [content] = Object.values(asObject(parameter.content))
  return parameter.schema ?? asObject(content).schema
}

function compareDefaults(from: unknown, to: unknown, at: readonly Argument[], tell: Tell): void {
  if (JSON.stringify(from) === JSON.stringify(to)) return
  const text = (value: unknown) => (typeof value === 'number' ? { float: value } : (value as Argument))
  if (from === undefined) tell('request-parameter-default-value-added', [...at, text(to)])
  else if (to === undefined) tell('request-parameter-default-value-removed', [...at, text(from)])
  else tell('request-parameter-default-value-changed', [...at, text(from), text(to)])
}
