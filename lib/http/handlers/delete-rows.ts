import { checkParameters } from '../../query/parameters.js'
import { keysWhere } from '../../query/select.js'
import { deleteRows } from '../../query/write.js'
import { runEach } from '../batch.js'
import { type Call, onTable, param } from '../call.js'
import { json, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { inTransaction, requireWritable } from '../writing.js'
import { keyOf, rowNotFound } from './read-row.js'
import { guardedSelection } from './update-rows.js'

/** `DELETE /{service}/_table/{table}`: all rows that `filter` or `ids` choose; answers how many. */
export async function deleteMany(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    const selection = guardedSelection(call, context)
    if (selection.each !== null) {
      return runEach(context.plan, selection.each, 200, async (key) => {
        const where = keysWhere(context.plan, [key], context.dialect)
        const count = await inTransaction(call, context, (write) => deleteRows(write, where))
        return count === 0 ? rowNotFound(context.plan, key.join(',')) : JSON.stringify({ deleted: true })
      })
    }
    const count = await inTransaction(call, context, (write) => deleteRows(write, selection.where))
    return json(200, { meta: { count, took_ms: tookSince(start) } })
  })
}

/** `DELETE /{service}/_table/{table}/{id}`. */
export async function deleteRow(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    checkParameters(call.request.query, [])
    const where = keysWhere(context.plan, [keyOf(context.plan, param(call, 'id'))], context.dialect)
    const count = await inTransaction(call, context, (write) => deleteRows(write, where))
    if (count === 0) rowNotFound(context.plan, param(call, 'id'))
    return json(200, { meta: { count, took_ms: tookSince(start) } })
  })
}
