import { insertRows } from '../../query/insert.js'
import { checkParameters } from '../../query/parameters.js'
import { checkRecord, isSingle, requireComplete, type WriteRecord, withSupplied } from '../../query/records.js'
import { batchMode, batchParameters, onRows } from '../batch.js'
import type { Call, DataContext } from '../call.js'
import { listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { bodyRecords, writeRows } from '../writing.js'

/** `POST /{service}/_table/{table}`: 201 with the created rows. */
export async function createRows(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onRows(
    call,
    201,
    async (context) => {
      checkParameters(call.request.query, batchParameters)
      const mode = batchMode(call.request.query)
      const { records, body } = await bodyRecords(call, context)
      if (mode === 'each') return { each: records }
      const checked = records.map((record, index) => checkNew(context, record, isSingle(body) ? undefined : index))
      const rows = checked.length === 0 ? [] : await insert(call, context, checked)
      return listText(201, rows, { count: rows.length, took_ms: tookSince(start) })
    },
    async (context, record, index) => (await insert(call, context, [checkNew(context, record, index)]))[0] ?? 'null',
  )
}

function insert(call: Call, context: DataContext, records: readonly WriteRecord[]): Promise<string[]> {
  return writeRows(call, context, (write) => insertRows(write, records), true)
}

function checkNew({ plan }: DataContext, record: object, row: number | undefined): WriteRecord {
  const checked = checkRecord(plan, record, row)
  requireComplete(plan, record, row)
  return withSupplied(plan, checked)
}
