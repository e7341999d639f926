import type { ContractVersion } from '../contract/types.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { diffOpenApi, type OpenApiChange } from '../openapi/diff/index.js'
import { serviceDocument } from '../openapi/document.js'
import { described } from '../openapi/documents.js'
import { canonicalJson } from '../schema/canonical.js'
import type { Table } from '../schema/table.js'

/** What the next version changes in the OpenAPI document, as `faucet openapi diff` tells it. */
export async function openApiChanges(
  { parts: { service } }: ServiceMonitor,
  contract: ContractVersion,
  tables: readonly Table[],
): Promise<readonly OpenApiChange[]> {
  const next = { ...contract, version: contract.version + 1, revision: 0, tables }
  // Documents of the others are the same, and those of many tables are large.
  const only = changed(contract.tables, tables)
  const texts = [contract, next].map((one) => serviceDocument({ ...described(one, service), only }))
  const [before, after] = (await Promise.all(texts)).map(({ text }) => JSON.parse(text) as unknown)
  return diffOpenApi(before, after)
}

/** The names of tables that are not in both, or not the same in both. */
function changed(before: readonly Table[], after: readonly Table[]): ReadonlySet<string> {
  const [known, now] = [textsOf(before), textsOf(after)]
  return new Set([...known.keys(), ...now.keys()].filter((name) => known.get(name) !== now.get(name)))
}

function textsOf(tables: readonly Table[]): ReadonlyMap<string, string> {
  return new Map(tables.map((table) => [table.name, canonicalJson(table)]))
}
