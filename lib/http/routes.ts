import type { DataAction, OperateAction } from '../access/access.js'
import type { Handler } from './call.js'
import { createRows } from './handlers/create-rows.js'
import { deleteMany, deleteRow } from './handlers/delete-rows.js'
import { health, readiness } from './handlers/health.js'
import { readAllDocuments, readDocs, readDocsAsset, readDocument } from './handlers/openapi.js'
import { readRow } from './handlers/read-row.js'
import { readRows } from './handlers/read-rows.js'
import { replaceRow, replaceRows } from './handlers/replace-rows.js'
import { listSchemas, listTables, readSchema } from './handlers/schema.js'
import {
  listServices,
  lockService,
  promote,
  readDiff,
  readHistory,
  readStatus,
  resolve,
  rollback,
  setMode,
  unlockService,
} from './handlers/system.js'
import { updateMany, updateRow } from './handlers/update-rows.js'

/** Who decides whether the caller may: the host's `authorize`, its `operate`, the handler by asking for each service, or nobody. */
export type Guard =
  | { readonly by: 'authorize'; readonly action: DataAction }
  | { readonly by: 'operate'; readonly action: OperateAction }
  | { readonly by: 'handler' | 'nobody' }

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments below the mount; `:name` takes any one segment. */
  readonly path: string
  readonly guard: Guard
  readonly handler: Handler
}

const data = (action: DataAction): Guard => ({ by: 'authorize', action })
const operate = (action: OperateAction): Guard => ({ by: 'operate', action })

/** Every route there is. HEAD is GET; OPTIONS and 405 follow from the table. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/healthz', guard: { by: 'nobody' }, handler: health },
  { method: 'GET', path: '/readyz', guard: { by: 'nobody' }, handler: readiness },

  { method: 'GET', path: '/openapi.json', guard: { by: 'handler' }, handler: readAllDocuments },
  { method: 'GET', path: '/docs', guard: { by: 'handler' }, handler: readDocs },
  { method: 'GET', path: '/docs/:asset', guard: { by: 'handler' }, handler: readDocsAsset },

  { method: 'GET', path: '/system/service', guard: operate('contract:read'), handler: listServices },
  { method: 'GET', path: '/system/contract/:service', guard: operate('contract:read'), handler: readStatus },
  { method: 'POST', path: '/system/contract/:service', guard: operate('contract:write'), handler: lockService },
  { method: 'DELETE', path: '/system/contract/:service', guard: operate('contract:write'), handler: unlockService },
  { method: 'GET', path: '/system/contract/:service/diff', guard: operate('contract:read'), handler: readDiff },
  { method: 'POST', path: '/system/contract/:service/promote', guard: operate('contract:write'), handler: promote },
  { method: 'POST', path: '/system/contract/:service/rollback', guard: operate('contract:write'), handler: rollback },
  { method: 'POST', path: '/system/contract/:service/resolve', guard: operate('contract:write'), handler: resolve },
  { method: 'PUT', path: '/system/contract/:service/mode', guard: operate('contract:write'), handler: setMode },
  { method: 'GET', path: '/system/contract/:service/history', guard: operate('contract:read'), handler: readHistory },

  { method: 'GET', path: '/:service/_table', guard: data('schema'), handler: listTables },
  { method: 'GET', path: '/:service/_table/:table', guard: data('read'), handler: readRows },
  { method: 'POST', path: '/:service/_table/:table', guard: data('create'), handler: createRows },
  { method: 'PUT', path: '/:service/_table/:table', guard: data('replace'), handler: replaceRows },
  { method: 'PATCH', path: '/:service/_table/:table', guard: data('update'), handler: updateMany },
  { method: 'DELETE', path: '/:service/_table/:table', guard: data('delete'), handler: deleteMany },
  { method: 'GET', path: '/:service/_table/:table/:id', guard: data('read'), handler: readRow },
  { method: 'PUT', path: '/:service/_table/:table/:id', guard: data('replace'), handler: replaceRow },
  { method: 'PATCH', path: '/:service/_table/:table/:id', guard: data('update'), handler: updateRow },
  { method: 'DELETE', path: '/:service/_table/:table/:id', guard: data('delete'), handler: deleteRow },
  { method: 'GET', path: '/:service/_schema', guard: data('schema'), handler: listSchemas },
  { method: 'GET', path: '/:service/_schema/:table', guard: data('schema'), handler: readSchema },
  { method: 'GET', path: '/:service/_doc', guard: data('openapi'), handler: readDocument },
]

interface Match {
  /** All routes of this path, one a method. */
  readonly routes: readonly Route[]
  readonly params: ReadonlyMap<string, string>
}

const split = (path: string): readonly string[] => path.split('/').slice(1)
const patterns = [...new Set(routes.map(({ path }) => path))].map((path) => ({
  length: split(path).length,
  fixed: split(path).flatMap((part, index) => (part.startsWith(':') ? [] : [{ part, index }])),
  variables: split(path).flatMap((part, index) => (part.startsWith(':') ? [{ name: part.slice(1), index }] : [])),
  entries: routes.filter((route) => route.path === path),
}))

/** The routes of a path given as decoded segments; null when there are none. */
export function matchRoutes(segments: readonly string[]): Match | null {
  const found = patterns.find(
    ({ length, fixed }) => length === segments.length && fixed.every(({ part, index }) => part === segments[index]),
  )
  if (found === undefined) return null
  const params = new Map<string, string>()
  for (const { name, index } of found.variables) params.set(name, segments[index] ?? '')
  return { routes: found.entries, params }
}
