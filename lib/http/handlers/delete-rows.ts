import type { RawBuilder } from 'kysely'
import { requireFits } from '../../query/fits.js'
import { checkParameters } from '../../query/parameters.js'
import { keysWhere, type WritePart } from '../../query/selection.js'
import { deleteRow as deleteRowAt, deleteRows, run, type WriteContext } from '../../query/write.js'
import { onRows } from '../batch.js'
import { type Call, type DataContext, onTable, param } from '../call.js'
import { json, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { inTransaction, requireAtMost, requireOne, requireWritable } from '../writing.js'
import { keyOf } from './read-row.js'
import { guardedSelection, keyWhere } from './update-rows.js'

/** `DELETE /{service}/_table/{table}`: all rows that `filter` or `ids` choose; answers how many. */
export async function deleteMany(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onRows(
    call,
    200,
    async (context) => {
      const selection = guardedSelection(call, context)
      if (selection.each !== null) return { each: selection.each }
      const count = await inTransaction(call, context, async (write) => {
        await requireFits(write.plan, selection, (statement) => run(write, statement))
        return deleteParts(write, selection.parts)
      })
      return json(200, { meta: { count, took_ms: tookSince(start) } })
    },
    async (context, key) => {
      await deleteOne(call, context, keyWhere(context, key), key.join(','))
      return JSON.stringify({ deleted: true })
    },
  )
}

async function deleteParts(context: WriteContext, parts: readonly WritePart[]): Promise<number> {
  let count = 0
  for (const { where, most } of parts) {
    const deleted = await deleteRows(context, where)
    requireAtMost(context.plan, most, deleted)
    count += deleted
  }
  return count
}

/** `DELETE /{service}/_table/{table}/{id}`. */
export async function deleteRow(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onTable(call, 'write', async (context) => {
    requireWritable(context)
    checkParameters(call.request.query, [])
    const where = keysWhere(context.plan, [keyOf(context.plan, param(call, 'id'))], context.dialect)
    await deleteOne(call, context, where, param(call, 'id'))
    return json(200, { meta: { count: 1, took_ms: tookSince(start) } })
  })
}

function deleteOne(call: Call, context: DataContext, where: RawBuilder<unknown>, id: string): Promise<void> {
  const work = async (write: WriteContext) => requireOne(context.plan, id, await deleteRowAt(write, where))
  return inTransaction(call, context, work, true)
}
