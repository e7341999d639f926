import type { Resolution } from '../contract/resolution.js'
import { type Ids, idsOf } from '../contract/said.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import type { Served } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import { fromJson } from '../query/values.js'
import { type Column, columnOf, type Table, tableOf } from '../schema/table.js'
import type { ResolutionRequest } from './resolution-request.js'

type StandIn = Extract<ResolutionRequest, { kind: 'stand-in' }>

/** A stand-in for a column of any kept version, or for one of the database that the contract does not have; its value must fit. */
export async function standInFor(monitor: ServiceMonitor, served: Served, request: StandIn): Promise<Resolution> {
  const { table, column: name, value } = request
  const { column, ids } = await findColumn(monitor, served, table, name)
  if (value !== null) fromJson(value, column, { table })
  return { kind: 'stand-in', table, column: name, value, ids }
}

interface Found {
  readonly column: Column
  readonly ids: Ids
}

async function findColumn(monitor: ServiceMonitor, served: Served, table: string, column: string): Promise<Found> {
  const now = columnIn(served.contract.tables, table, column) ?? addedColumn(served, table, column)
  return now ?? (await olderColumn(monitor, served, table, column)) ?? unknown(served, table, column)
}

function columnIn(tables: readonly Table[], table: string, name: string): Found | undefined {
  const owner = tableOf(tables, table)
  const column = owner === undefined ? undefined : columnOf(owner, name)
  return column === undefined ? undefined : { column, ids: idsOf(tables, table, name) }
}

function addedColumn({ binding, contract }: Served, table: string, name: string): Found | undefined {
  const bound = binding.tables.find((one) => one.contract.name === table)
  const column = bound?.added.find((one) => one.name === name)
  if (column === undefined) return undefined
  // By its name: no contract has it.
  return { column, ids: idsOf(contract.tables, table, null) }
}

async function olderColumn(
  { parts }: ServiceMonitor,
  { contract }: Served,
  table: string,
  name: string,
): Promise<Found | undefined> {
  for (const { version, revision } of await parts.store.versions(parts.service.name)) {
    if (version === contract.version && revision === contract.revision) continue
    const older = await parts.store.version(parts.service.name, version, revision)
    const found = columnIn(older?.tables ?? [], table, name)
    if (found !== undefined) return found
  }
  return undefined
}

function unknown({ contract, binding }: Served, table: string, column: string): never {
  const bound = binding.tables.find((one) => one.contract.name === table)
  const columns = [...(bound?.contract.columns ?? []), ...(bound?.added ?? [])].map(({ name }) => name)
  if (bound !== undefined)
    return fail('unknown-column', { detail: `no column "${column}" in "${table}"`, hint: didYouMean(column, columns) })
  const tables = contract.tables.map(({ name }) => name)
  return fail('unknown-table', {
    detail: `no table "${table}" in any kept version of "${contract.service}"`,
    hint: didYouMean(table, tables),
  })
}
