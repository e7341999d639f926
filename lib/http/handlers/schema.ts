import { stateOf } from '../../contract/diff.js'
import type { DriftState } from '../../contract/types.js'
import type { Served } from '../../drift/served.js'
import { fail } from '../../errors.js'
import { didYouMean } from '../../nearest.js'
import { checkParameters } from '../../query/parameters.js'
import { type Bigints, jsonType } from '../../schema/json-type.js'
import { type Column, isReadOnly, isRequiredOnInsert, type Table } from '../../schema/table.js'
import { type Call, monitorOf, param, servedFor } from '../call.js'
import { json } from '../respond.js'
import type { FaucetResponse } from '../types.js'

/** `GET /{service}/_table`: the names of what the contract has. */
export async function listTables(call: Call): Promise<FaucetResponse> {
  const served = await current(call)
  return json(200, { resource: served.contract.tables.map(({ name }) => ({ name })) })
}

/** `GET /{service}/_schema`: the contract's shape, whatever the database has become. */
export async function listSchemas(call: Call): Promise<FaucetResponse> {
  const served = await current(call)
  return json(200, {
    resource: served.contract.tables.map((table) => describeTable(table, tableState(served, table.name), bigintsOf(call))),
  })
}

/** `GET /{service}/_schema/{table}`. */
export async function readSchema(call: Call): Promise<FaucetResponse> {
  const served = await current(call)
  const name = param(call, 'table')
  const table = served.contract.tables.find((candidate) => candidate.name === name)
  if (table !== undefined) return json(200, describeTable(table, tableState(served, name), bigintsOf(call)))
  const names = served.contract.tables.map((candidate) => candidate.name)
  return fail('unknown-table', {
    detail: `no table "${name}" in "${served.contract.service}"`,
    hint: didYouMean(name, names),
    context: { table: name },
  })
}

async function current(call: Call): Promise<Served> {
  checkParameters(call.request.query, [])
  return servedFor(call)
}

function tableState({ changes, locked }: Served, table: string): DriftState {
  return locked ? stateOf(changes.filter((change) => change.table === table)) : 'unlocked'
}

function bigintsOf(call: Call): Bigints {
  return monitorOf(call).parts.service.bigints
}

function describeTable(table: Table, state: DriftState, bigints: Bigints): object {
  return {
    name: table.name,
    kind: table.kind,
    state,
    columns: table.columns.map((column) => describeColumn(column, bigints)),
    primary_key: table.primaryKey,
    unique_keys: table.uniqueKeys.map(({ columns }) => columns),
    foreign_keys: table.foreignKeys.map(({ columns, references, onDelete, onUpdate }) => ({
      columns,
      references,
      on_delete: onDelete,
      on_update: onUpdate,
    })),
  }
}

function describeColumn(column: Column, bigints: Bigints): object {
  const { type, format } = jsonType(column.type, bigints)
  return {
    name: column.name,
    type,
    ...(format === null ? {} : { format }),
    nullable: column.nullable,
    read_only: isReadOnly(column),
    required: isRequiredOnInsert(column),
    ...('length' in column.type && column.type.length !== null ? { max_length: column.type.length } : {}),
    ...('values' in column.type ? { values: column.type.values } : {}),
    ...(column.type.name === 'decimal' ? { precision: column.type.precision, scale: column.type.scale } : {}),
    ...(column.type.name === 'array' ? { items: jsonType(column.type.items, 'string') } : {}),
  }
}
