import type { ServiceMonitor } from '../drift/monitor.js'
import { servedUnder } from '../http/pin.js'
import type { OpenApiDocument, OpenApiDocuments } from '../openapi/documents.js'

/** Fails with `contract-gone` for a version that is not kept. */
export async function openapiOf(
  monitor: ServiceMonitor,
  documents: OpenApiDocuments,
  version: number | string | undefined,
): Promise<OpenApiDocument> {
  const { contract } = await servedUnder(monitor, version === undefined ? undefined : String(version), { served: null })
  const { text } = await documents.ofService(contract, monitor.parts.service)
  return JSON.parse(text) as OpenApiDocument
}
