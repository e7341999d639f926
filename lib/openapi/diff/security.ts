import type { Argument } from './change.js'
import type { Readers } from './document.js'
import { asList, asObject, type Json, paired } from './document.js'

type Tell = (id: string, args: readonly Argument[]) => void

/** What is asked of callers: of all operations (`api-global-security`) or of one (`api-security`). */
export function compareRequirements(base: unknown, revision: unknown, prefix: string, tell: Tell): void {
  const [before, now] = [schemesOf(base), schemesOf(revision)]
  for (const [name, scopes] of before) {
    const kept = now.get(name)
    if (kept === undefined) tell(`${prefix}-removed`, [name])
    else {
      for (const scope of scopes) if (!kept.has(scope)) tell(`${prefix}-scope-removed`, [scope, name])
      for (const scope of kept) if (!scopes.has(scope)) tell(`${prefix}-scope-added`, [scope, name])
    }
  }
  for (const name of now.keys()) if (!before.has(name)) tell(`${prefix}-added`, [name])
}

/** Alternatives by the schemes that they are made of. */
function schemesOf(requirements: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const found = asList(requirements).map((requirement) => {
    const schemes = asObject(requirement)
    const scopes = Object.values(schemes).flatMap((list) => asList(list).map(String))
    return [Object.keys(schemes).sort().join(' AND '), new Set(scopes)] as const
  })
  return new Map(found.filter(([name]) => name !== ''))
}

/** The schemes that a document knows. */
export function compareSchemes({ base, revision }: Readers, tell: Tell): void {
  const before = asObject(asObject(base.root.components).securitySchemes)
  const now = asObject(asObject(revision.root.components).securitySchemes)
  const { removed, kept, added } = paired(before, now)
  for (const name of removed) tell('api-security-component-removed', [name])
  for (const name of added) tell('api-security-component-added', [name])
  for (const name of kept) compareScheme(name, base.resolve(before[name]), revision.resolve(now[name]), tell)
}

function compareScheme(name: string, base: Json, revision: Json, tell: Tell): void {
  if (base.type !== revision.type) tell('api-security-component-type-changed', [name, String(base.type), String(revision.type)])
  const [flows, others] = [asObject(base.flows), asObject(revision.flows)]
  for (const kind of paired(flows, others).kept) compareFlow(name, asObject(flows[kind]), asObject(others[kind]), tell)
}

function compareFlow(name: string, base: Json, revision: Json, tell: Tell): void {
  const changed = (id: string, key: string) => {
    if (base[key] !== revision[key]) tell(id, [name, String(base[key] ?? ''), String(revision[key] ?? '')])
  }
  changed('api-security-component-oauth-url-changed', 'authorizationUrl')
  changed('api-security-component-oauth-token-url-changed', 'tokenUrl')
  const [scopes, others] = [asObject(base.scopes), asObject(revision.scopes)]
  const { removed, kept, added } = paired(scopes, others)
  for (const scope of removed) tell('api-security-component-oauth-scope-removed', [name, scope])
  for (const scope of added) tell('api-security-component-oauth-scope-added', [name, scope])
  for (const scope of kept) {
    if (scopes[scope] !== others[scope])
      tell('api-security-component-oauth-scope-changed', [name, scope, String(scopes[scope]), String(others[scope])])
  }
}
