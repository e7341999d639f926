import type { ContractVersion } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { fail } from '../errors.js'
import type { OpenApiDocument, OpenApiDocuments } from '../openapi/documents.js'

/** Fails with `unknown-version` for one that is not kept. */
export async function openapiOf(
  monitor: ServiceMonitor,
  documents: OpenApiDocuments,
  version: number | string | undefined,
): Promise<OpenApiDocument> {
  const contract = version === undefined ? (await monitor.served()).contract : await kept(monitor, String(version))
  const { text } = await documents.ofService(contract, monitor.parts.service)
  return JSON.parse(text) as OpenApiDocument
}

/** `7` at its latest revision, or `7.2`. */
async function kept(monitor: ServiceMonitor, name: string): Promise<ContractVersion> {
  const [, version, revision] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(name) ?? []
  const { locked, contract } = await monitor.served()
  const isKnown = version !== undefined && locked
  const found = isKnown ? await monitor.pinned(Number(version), revision === undefined ? undefined : Number(revision)) : null
  return (
    found?.contract ??
    fail('unknown-version', { detail: `"${contract.service}" has no contract version ${name}`, hint: 'write it like 7 or 7.2' })
  )
}
