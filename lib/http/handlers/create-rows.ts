import { checkParameters } from '../../query/parameters.js'
import { checkRecord, isSingle, requireComplete, type WriteRecord } from '../../query/records.js'
import { insertRows } from '../../query/write.js'
import { batchMode, batchParameters, runEach } from '../batch.js'
import { type Call, type DataContext, onTable } from '../call.js'
import { listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { bodyRecords, requireWritable, writeRows } from '../writing.js'

/** `POST /{service}/_table/{table}`: 201 with the created rows. */
export async function createRows(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    checkParameters(call.request.query, batchParameters)
    const mode = batchMode(call.request.query)
    const { records, body } = await bodyRecords(call, context)
    const insert = (checked: readonly WriteRecord[]) => writeRows(call, context, (write) => insertRows(write, checked))
    if (mode === 'each') {
      return runEach(
        context.plan,
        records,
        201,
        async (record, index) => (await insert([checkNew(context, record, index)]))[0] ?? 'null',
      )
    }
    const checked = records.map((record, index) => checkNew(context, record, isSingle(body) ? undefined : index))
    const rows = checked.length === 0 ? [] : await insert(checked)
    return listText(201, rows, { count: rows.length, took_ms: tookSince(start) })
  })
}

function checkNew({ plan }: DataContext, record: object, row: number | undefined): WriteRecord {
  const checked = checkRecord(plan, record, row)
  requireComplete(plan, checked, row)
  return checked
}
