import type { Argument } from './change.js'
import { asObject, type Json, paired, type Readers } from './document.js'
import { compareFacets } from './facets.js'
import { compareBodies } from './properties.js'
import { readSchema } from './schema.js'

/** @param mediaType the one it is about, in operations with several that changed */
type Tell = (id: string, args: readonly Argument[], mediaType?: string) => void

export function compareRequestBody(base: Json, revision: Json, readers: Readers, tell: Tell): void {
  const [before, now] = [base.requestBody, revision.requestBody]
  if (before === undefined && now === undefined) return
  const was = readers.base.resolve(before)
  const is = readers.revision.resolve(now)
  const isNeeded = is.required === true
  if (before === undefined) tell(`request-body-added-${isNeeded ? 'required' : 'optional'}`, [])
  else if (now === undefined) tell('request-body-removed', [])
  else {
    if ((was.required === true) !== isNeeded) tell(`request-body-became-${isNeeded ? 'required' : 'optional'}`, [])
    compareContent(asObject(was.content), asObject(is.content), 'request', [], readers, tell)
  }
}

export function compareResponses(base: Json, revision: Json, readers: Readers, tell: Tell): void {
  const [before, now] = [asObject(base.responses), asObject(revision.responses)]
  const { removed, kept, added } = paired(before, now)
  for (const status of removed) if (isNumber(status)) tell(`response-${kindOf(status)}-status-removed`, [status])
  for (const status of added) if (isNumber(status)) tell(`response-${kindOf(status)}-status-added`, [status])
  for (const status of kept) {
    const was = readers.base.resolve(before[status])
    const is = readers.revision.resolve(now[status])
    compareHeaders(asObject(was.headers), asObject(is.headers), status, readers, tell)
    compareContent(asObject(was.content), asObject(is.content), 'response', [status], readers, tell)
  }
}

const isNumber = (status: string) => /^\d{3}$/.test(status)
const kindOf = (status: string) => (status.startsWith('2') ? 'success' : 'non-success')

function compareHeaders(base: Json, revision: Json, status: string, readers: Readers, tell: Tell): void {
  const { removed, kept, added } = paired(byLowerName(base), byLowerName(revision))
  const was = byLowerName(base)
  const is = byLowerName(revision)
  for (const name of removed) {
    const isRequired = readers.base.resolve(was[name]).required === true
    tell(`${isRequired ? 'required' : 'optional'}-response-header-removed`, [name, status])
  }
  for (const name of added) tell('response-header-added', [name, status])
  for (const name of kept) {
    const [before, now] = [readers.base.resolve(was[name]), readers.revision.resolve(is[name])]
    if (before.required === true && now.required !== true) tell('response-header-became-optional', [name, status])
    const spot = { direction: 'response', prefix: 'response-header', after: [], isText: false, tell } as const
    const schemas = [readSchema(before.schema, readers.base), readSchema(now.schema, readers.revision)] as const
    compareFacets(schemas[0], schemas[1], { ...spot, before: [name, status] })
  }
}

function byLowerName(headers: Json): Json {
  return Object.fromEntries(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), header]))
}

function compareContent(
  base: Json,
  revision: Json,
  direction: 'request' | 'response',
  after: readonly Argument[],
  readers: Readers,
  tell: Tell,
): void {
  const { removed, kept, added } = paired(base, revision)
  const name = direction === 'request' ? 'request-body-media-type' : 'response-media-type'
  const body = direction === 'request' ? 'request-body-media-type' : 'response-body-media-type'
  for (const mediaType of removed) tell(`${name}-removed`, [mediaType, ...after])
  for (const mediaType of added) tell(`${name}-added`, [mediaType, ...after])
  for (const mediaType of kept) {
    const [before, now] = [asObject(base[mediaType]).schema, asObject(revision[mediaType]).schema]
    if (before === undefined && now === undefined) continue
    if (before === undefined) tell(`${body}-schema-added`, [mediaType, ...after])
    else if (now === undefined) tell(`${body}-schema-removed`, [mediaType, ...after])
    else {
      const tellOf = (id: string, args: readonly Argument[]) => tell(id, args, mediaType)
      compareBodies(before, now, readers, { direction, mediaType, after, tell: tellOf })
    }
  }
}
