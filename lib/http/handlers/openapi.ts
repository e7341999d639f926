import { checkAccess } from '../../access/access.js'
import type { ServiceMonitor } from '../../drift/monitor.js'
import { isFaucetError } from '../../errors.js'
import { docsAsset, docsPage } from '../../openapi/docs-page.js'
import type { OpenApiText } from '../../openapi/document.js'
import { checkParameters } from '../../query/parameters.js'
import { type Call, monitorOf, param, servedFor } from '../call.js'
import type { FaucetResponse } from '../types.js'

/** `GET /{service}/_doc`: the OpenAPI document of the contract that the caller is pinned to, or of the current one. */
export async function readDocument(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, [])
  const { contract } = await servedFor(call)
  return conditional(call, await call.core.documents.ofService(contract, monitorOf(call).parts.service))
}

/** `GET /openapi.json`: one document of the services that the caller may see. */
export async function readAllDocuments(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, [])
  const monitors = await visible(call)
  const all = await Promise.all(
    monitors.map(async (monitor) => [(await monitor.served()).contract, monitor.parts.service] as const),
  )
  return conditional(call, await call.core.documents.ofAll(all))
}

/** `GET /docs`: the same for people. */
export async function readDocs(call: Call): Promise<FaucetResponse> {
  await visible(call)
  return docsPage(call.request.path.endsWith('/') ? '../' : './')
}

/** `GET /docs/{asset}`: what the page is made of. */
export async function readDocsAsset(call: Call): Promise<FaucetResponse> {
  await visible(call)
  return docsAsset(param(call, 'asset'))
}

/** The services whose documents the caller may see; fails as the first refusal does where there is none. */
async function visible({ core, request: { method, path, raw } }: Call): Promise<readonly ServiceMonitor[]> {
  const found: ServiceMonitor[] = []
  let refusal: unknown
  for (const [service, monitor] of core.monitors) {
    try {
      await checkAccess(core.config.access, { service, table: null, action: 'openapi', method, path, raw })
      found.push(monitor)
    } catch (error) {
      if (!isFaucetError(error)) throw error
      refusal ??= error
    }
  }
  if (found.length === 0) throw refusal
  return found
}

/** 304 where the caller has it already. */
function conditional({ request: { headers } }: Call, { text, etag }: OpenApiText): FaucetResponse {
  const known = String(headers['if-none-match'] ?? '').split(',')
  const isKnown = known.some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
  // To be asked again each time: what it says changes when an operator promotes.
  const kept = { etag, 'cache-control': 'private, no-cache' }
  if (isKnown) return { kind: 'empty', status: 304, headers: kept }
  return { kind: 'text', status: 200, headers: { ...kept, 'content-type': 'application/json; charset=utf-8' }, body: text }
}
