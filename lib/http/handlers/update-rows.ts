import type { RawBuilder } from 'kysely'
import { fail } from '../../errors.js'
import { requireFits } from '../../query/fits.js'
import { checkParameters } from '../../query/parameters.js'
import { formatKey, parseKey } from '../../query/parse-ids.js'
import { parseSelection, requireKey, type Selection } from '../../query/read-query.js'
import { checkRecord, type WriteRecord } from '../../query/records.js'
import { wholeRow } from '../../query/row-shape.js'
import { keysWhere, type WritePart, writeParts } from '../../query/selection.js'
import { updateRow as updateRowAt, updateRows } from '../../query/update.js'
import { run, type WriteContext, type Written } from '../../query/write.js'
import { batchMode, batchParameters, onRows } from '../batch.js'
import { type Call, type DataContext, onTable, param } from '../call.js'
import { jsonText, listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { bodyRecord, requireAtMost, requireOne, requireWritable, writeRows } from '../writing.js'
import { keyOf } from './read-row.js'

/** `PATCH /{service}/_table/{table}`: one set of values for all rows that `filter` or `ids` choose. */
export async function updateMany(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onRows(
    call,
    200,
    async (context) => {
      const selection = guardedSelection(call, context)
      const record = checkRecord(context.plan, await bodyRecord(call, context), undefined)
      if (selection.each !== null) return { each: selection.each }
      const rows = await writeRows(call, context, async (write) => {
        await requireFits(write.plan, selection, (statement) => run(write, statement))
        return updateParts(write, record, selection.parts)
      })
      return listText(200, rows, { count: rows.length, took_ms: tookSince(start) })
    },
    async (context, key) => {
      const record = checkRecord(context.plan, await bodyRecord(call, context), undefined)
      return (await updateOne(call, context, record, keyWhere(context, key), key.join(','))) ?? 'null'
    },
  )
}

async function updateParts(context: WriteContext, record: WriteRecord, parts: readonly WritePart[]): Promise<Written> {
  const all: Written[] = []
  for (const { where, most } of parts) {
    const written = await updateRows(context, record, where)
    requireAtMost(context.plan, most, written.rows.length)
    all.push(written)
  }
  return { rows: all.flatMap(({ rows }) => rows), toJson: wholeRow(context.plan, context).toJson }
}

/** The row of one id of a batch, whose key may have become another since the ids were read. */
export function keyWhere({ plan, dialect }: DataContext, key: readonly string[]): RawBuilder<unknown> {
  requireKey(plan)
  return keysWhere(plan, [parseKey(formatKey(key), plan.key.length)], dialect)
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
  const work = async (write: WriteContext) => {
    const written = await updateRowAt(write, record, where)
    requireOne(context.plan, id, written.rows.length)
    return written
  }
  const [row] = await writeRows(call, context, work, true)
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
  const parts = writeParts(context.plan, selection, context.dialect)
  if (parts === null) {
    fail('filter-required', {
      detail: `${call.request.method} on "${context.plan.table.name}" needs a filter or ids`,
      hint: 'to mean every row, say so with a filter that is always true, such as id IS NOT NULL',
    })
  }
  return { filter: selection.filter, parts, each: batchMode(query) === 'each' ? keysForEach(selection) : null }
}

function keysForEach({ ids, filter }: Selection): readonly (readonly string[])[] {
  if (ids !== null && filter === null) return ids
  return fail('invalid-parameter', {
    detail: 'continue=true treats rows one by one and needs them named by ids alone',
    context: { parameter: 'continue' },
  })
}
