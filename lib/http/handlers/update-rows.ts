import type { RawBuilder } from 'kysely'
import { fail } from '../../errors.js'
import { checkParameters } from '../../query/parameters.js'
import { parseSelection, type Selection } from '../../query/read-query.js'
import { checkRecord, type WriteRecord } from '../../query/records.js'
import { keysWhere, selectionWhere } from '../../query/selection.js'
import { updateRows } from '../../query/write.js'
import { batchMode, batchParameters, runEach } from '../batch.js'
import { type Call, type DataContext, onTable, param } from '../call.js'
import { jsonText, listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { bodyRecord, requireOne, requireWritable, writeRows } from '../writing.js'
import { keyOf } from './read-row.js'

/** `PATCH /{service}/_table/{table}`: one set of values for all rows that `filter` or `ids` choose. */
export async function updateMany(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    const selection = guardedSelection(call, context)
    const record = checkRecord(context.plan, await bodyRecord(call, context), undefined)
    if (selection.each !== null) {
      return runEach(context.plan, selection.each, 200, async (key) => {
        const where = keysWhere(context.plan, [key], context.dialect)
        return (await updateOne(call, context, record, where, key.join(','))) ?? 'null'
      })
    }
    const rows = await writeRows(call, context, (write) => updateRows(write, record, selection.where))
    return listText(200, rows, { count: rows.length, took_ms: tookSince(start) })
  })
}

/** `PATCH /{service}/_table/{table}/{id}`: the row as it is then. */
export async function updateRow(call: Call): Promise<FaucetResponse> {
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    checkParameters(call.request.query, [])
    const where = keysWhere(context.plan, [keyOf(context.plan, param(call, 'id'))], context.dialect)
    const record = checkRecord(context.plan, await bodyRecord(call, context), undefined)
    return jsonText(200, (await updateOne(call, context, record, where, param(call, 'id'))) ?? 'null')
  })
}

async function updateOne(
  call: Call,
  context: DataContext,
  record: WriteRecord,
  where: RawBuilder<unknown>,
  id: string,
): Promise<string | undefined> {
  const [row] = await writeRows(call, context, async (write) => {
    const written = await updateRows(write, record, where)
    requireOne(context.plan, id, written.rows.length)
    return written
  })
  return row
}

/**
 * The rows a PATCH or DELETE on a whole table means; fails with `filter-required` when it names none. `each` lists the keys
 * when every row is to be treated on its own.
 */
export function guardedSelection(call: Call, context: DataContext) {
  const { query } = call.request
  checkParameters(query, ['filter', 'ids', ...batchParameters])
  const selection: Selection = parseSelection(query, context.plan, context.monitor.parts.service.limits)
  const where = selectionWhere(context.plan, selection, context.dialect, 'write')
  if (where === null) {
    fail('filter-required', {
      detail: `${call.request.method} on "${context.plan.table.name}" needs a filter or ids`,
      hint: 'to mean every row, say so with a filter that is always true, such as id IS NOT NULL',
    })
  }
  return { where, each: batchMode(query) === 'each' ? keysForEach(selection) : null }
}

function keysForEach({ ids, filter }: Selection): readonly (readonly string[])[] {
  if (ids !== null && filter === null) return ids
  return fail('invalid-parameter', {
    detail: 'continue=true treats rows one by one and needs them named by ids alone',
    context: { parameter: 'continue' },
  })
}
