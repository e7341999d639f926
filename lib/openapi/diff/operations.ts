import { compareRequestBody, compareResponses } from './bodies.js'
import type { Argument, Finding, Place } from './change.js'
import type { Readers } from './document.js'
import { asList, asObject, type Json, paired } from './document.js'
import { isRule } from './facets.js'
import { compareParameters } from './parameters.js'
import { compareRequirements } from './security.js'
import { isAhead, isDate, sunsetOf } from './sunset.js'

export interface PathOptions {
  /** Whether `/a/{id}` and `/a/{code}` are two paths. @default false */
  readonly includePathParams?: boolean
  /** Only paths that match. */
  readonly matchPath?: RegExp
  /** Extensions of operations to be told with their changes. */
  readonly attributes?: readonly string[]
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** Everything below `paths`. */
export function comparePaths(readers: Readers, options: PathOptions): Finding[] {
  const before = pathsOf(readers.base.root, options)
  const now = pathsOf(readers.revision.root, options)
  const findings: Finding[] = []
  for (const [key, path] of before) {
    const other = now.get(key)
    const item = readers.base.resolve(asObject(readers.base.root.paths)[path])
    const next = other === undefined ? {} : readers.revision.resolve(asObject(readers.revision.root.paths)[other])
    for (const method of methods) {
      const pair = { path, nextPath: other ?? path, item, next, method }
      findings.push(...compareMethod(pair, other === undefined, readers, options))
    }
  }
  for (const [key, path] of now) {
    if (before.has(key)) continue
    const item = readers.revision.resolve(asObject(readers.revision.root.paths)[path])
    for (const method of methods) {
      const pair = { path, nextPath: path, item: {}, next: item, method }
      findings.push(...compareMethod(pair, false, readers, options))
    }
  }
  return findings
}

/** Paths by what makes two of them one. */
function pathsOf(document: Json, { includePathParams = false, matchPath }: PathOptions): ReadonlyMap<string, string> {
  const paths = Object.keys(asObject(document.paths)).filter((path) => matchPath === undefined || matchPath.test(path))
  return new Map(paths.map((path) => [includePathParams ? path : path.replace(/\{[^}]*\}/g, '{}'), path]))
}

interface Pair {
  readonly path: string
  readonly nextPath: string
  readonly item: Json
  readonly next: Json
  readonly method: (typeof methods)[number]
}

function compareMethod(pair: Pair, isPathGone: boolean, readers: Readers, options: PathOptions): Finding[] {
  const { path, nextPath, item, next, method } = pair
  const [was, is] = [item[method], next[method]]
  if (was === undefined && is === undefined) return []
  const [base, revision] = [asObject(was), asObject(is)]
  if (isDraft(base) && isDraft(revision)) return []
  const isUntouched = path === nextPath && readers.isSame([was, item.parameters], [is, next.parameters])
  if (was !== undefined && isUntouched) return []
  const place = placeOf(method, path, is === undefined ? base : revision, options)
  const findings: (Finding & { mediaType?: string })[] = []
  const tell = (id: string, args: readonly Argument[], mediaType?: string) => {
    if (isRule(id)) findings.push({ id, args, place, ...(mediaType === undefined ? {} : { mediaType }) })
  }
  if (was === undefined) tell('endpoint-added', [])
  else if (is === undefined) gone(base, isPathGone ? 'api-path' : 'api', tell)
  else {
    compareOperation(base, revision, tell)
    const variables = (text: string) => [...text.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
    const sides = [
      { operation: base, item, variables: variables(path) },
      { operation: revision, item: next, variables: variables(nextPath) },
    ] as const
    compareParameters(sides[0], sides[1], readers, tell)
    compareRequestBody(base, revision, readers, tell)
    compareResponses(base, revision, readers, tell)
    compareRequirements(base.security, revision.security, 'api-security', tell)
  }
  return withMediaTypes(findings)
}

/** Not promised yet. */
function isDraft(operation: Json): boolean {
  return ['draft', 'alpha'].includes(String(operation['x-stability-level']))
}

function placeOf(method: string, path: string, operation: Json, { attributes = [] }: PathOptions): Place {
  const own = attributes.flatMap((name) => (operation[name] === undefined ? [] : [[name, operation[name]] as const]))
  return {
    section: 'paths',
    operation: method.toUpperCase(),
    path,
    ...(typeof operation.operationId === 'string' ? { operationId: operation.operationId } : {}),
    attributes: Object.fromEntries(own),
  }
}

function gone(base: Json, prefix: 'api' | 'api-path', tell: (id: string, args: readonly Argument[]) => void): void {
  const sunset = sunsetOf(base)
  if (base.deprecated !== true) tell(`${prefix}-removed-without-deprecation`, [])
  else if (sunset !== null && !isDate(sunset)) tell('api-path-sunset-parse', [sunset])
  else if (sunset !== null && isAhead(sunset)) tell(`${prefix}-removed-before-sunset`, [sunset])
  else tell(`${prefix}-removed-with-deprecation`, [])
}

function compareOperation(base: Json, revision: Json, tell: (id: string, args: readonly Argument[]) => void): void {
  compareDeprecation(base, revision, tell)
  const [id, next] = [base.operationId, revision.operationId]
  if (id === undefined && next !== undefined) tell('api-operation-id-added', [String(next)])
  else if (id !== next) tell('api-operation-id-removed', [String(id), String(next ?? '')])
  const [tags, others] = [asList(base.tags).map(String), asList(revision.tags).map(String)]
  for (const tag of tags) if (!others.includes(tag)) tell('api-tag-removed', [tag])
  for (const tag of others) if (!tags.includes(tag)) tell('api-tag-added', [tag])
}

function compareDeprecation(base: Json, revision: Json, tell: (id: string, args: readonly Argument[]) => void): void {
  const [was, is] = [base.deprecated === true, revision.deprecated === true]
  const sunset = sunsetOf(revision)
  if (was && !is) tell('endpoint-reactivated', [])
  if (was && is && sunsetOf(base) !== null && sunset === null) tell('sunset-deleted', [])
  if (was || !is) return
  if (sunset === null) tell('endpoint-deprecated', [])
  else if (!isDate(sunset)) tell('api-deprecated-sunset-parse', [sunset])
  else tell('endpoint-deprecated-with-sunset', [sunset])
}

/** Where several media types of an operation changed, each finding says of which it is. */
function withMediaTypes(findings: readonly (Finding & { readonly mediaType?: string })[]): Finding[] {
  const sides = (side: string) => new Set(findings.flatMap(({ id, mediaType }) => (id.includes(side) ? (mediaType ?? []) : [])))
  const several = { request: sides('request').size > 1, response: sides('response').size > 1 }
  return findings.map(({ mediaType, ...finding }) => {
    const isTold = finding.id.includes('response') ? several.response : several.request
    return mediaType === undefined || !isTold ? finding : { ...finding, suffix: ` (media type: ${mediaType})` }
  })
}

/** Schemas of components that are there no more. */
export function compareComponents({ base, revision }: Readers): Finding[] {
  const schemas = (root: Json) => asObject(asObject(root.components).schemas)
  const { removed } = paired(schemas(base.root), schemas(revision.root))
  return removed.map((name) => ({ id: 'api-schema-removed', args: [name], place: { section: 'components' } }))
}
