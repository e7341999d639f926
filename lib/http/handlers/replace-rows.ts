import { fail } from '../../errors.js'
import type { TablePlan } from '../../projection/projection.js'
import { checkParameters } from '../../query/parameters.js'
import { requireKey } from '../../query/read-query.js'
import { checkRecord, isSingle, type WriteRecord } from '../../query/records.js'
import { wholeRow } from '../../query/row-shape.js'
import { keysWhere } from '../../query/selection.js'
import { updateRow } from '../../query/update.js'
import { fromText } from '../../query/values.js'
import { textOfParameter, type WriteContext, type Written } from '../../query/write.js'
import { batchMode, batchParameters, onRows } from '../batch.js'
import { type Call, type DataContext, onTable, param } from '../call.js'
import { jsonText, listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { bodyRecord, bodyRecords, requireOne, requireWritable, writeRows } from '../writing.js'
import { keyOf } from './read-row.js'

/** What to write to one row. */
interface Replacement {
  /** The key as text, in key order. */
  readonly key: readonly string[]
  readonly values: WriteRecord
}

/** `PUT /{service}/_table/{table}`: writes each row of the body by its key. A row that is not there is 404. */
export async function replaceRows(call: Call): Promise<FaucetResponse> {
  const start = performance.now()
  return onRows(
    call,
    200,
    async (context) => {
      checkParameters(call.request.query, batchParameters)
      requireKey(context.plan)
      const mode = batchMode(call.request.query)
      const { records, body } = await bodyRecords(call, context)
      if (mode === 'each') return { each: records }
      const checked = records.map((record, index) => checkReplacement(context, record, isSingle(body) ? undefined : index))
      const rows = await write(call, context, checked)
      return listText(200, rows, { count: rows.length, took_ms: tookSince(start) })
    },
    async (context, record, index) => (await write(call, context, [checkReplacement(context, record, index)]))[0] ?? 'null',
  )
}

function checkReplacement({ plan }: DataContext, record: object, row: number | undefined): Replacement {
  requireKey(plan)
  return splitKey(plan, checkRecord(plan, record, row, plan.key), row)
}

/** `PUT /{service}/_table/{table}/{id}`: the row as it is then. A key in the body must be the path's. */
export async function replaceRow(call: Call): Promise<FaucetResponse> {
  return onTable(call, 'write', async (context) => {
    const { plan } = context
    requireWritable(context)
    checkParameters(call.request.query, [])
    const key = keyOf(plan, param(call, 'id'))
    const record = checkRecord(plan, await bodyRecord(call, context), undefined, plan.key)
    const values = record.filter((one) => !plan.key.includes(one.plan))
    for (const one of record.filter((candidate) => plan.key.includes(candidate.plan))) {
      const text = key[plan.key.indexOf(one.plan)] ?? ''
      if (textOfParameter(one.value) === textOfParameter(fromText(text, one.plan.column, plan.table.name, 'invalid-id'))) continue
      fail('invalid-body', {
        detail: `"${one.plan.column.name}" in the body is not the id in the path`,
        hint: 'leave it out of the body',
      })
    }
    const [row] = await write(call, context, [{ key, values }])
    return jsonText(200, row ?? 'null')
  })
}

function write(call: Call, context: DataContext, replacements: readonly Replacement[]): Promise<string[]> {
  const work = async (session: WriteContext) => {
    const written: Written[] = []
    // In key order: two batches over the same rows then wait for each other instead of locking each other out.
    const inOrder = replacements.map(({ key }, index) => ({ key: JSON.stringify(key), index }))
    inOrder.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : one.index - other.index))
    for (const { index } of inOrder) {
      const replacement = replacements[index]
      if (replacement !== undefined) written[index] = await replace(session, replacement)
    }
    return { rows: written.flatMap(({ rows }) => rows), toJson: wholeRow(context.plan, context).toJson }
  }
  return writeRows(call, context, work, replacements.length === 1)
}

async function replace(context: WriteContext, { key, values }: Replacement): Promise<Written> {
  const written = await updateRow(context, values, keysWhere(context.plan, [key], context.dialect))
  requireOne(context.plan, key.join(','), written.rows.length)
  return written
}

function splitKey(plan: TablePlan, record: WriteRecord, row: number | undefined): Replacement {
  const key = plan.key.map((part) => {
    const one = record.find((candidate) => candidate.plan === part)
    if (one !== undefined && one.value !== null) return textOfParameter(one.value)
    return fail('missing-value', {
      detail: `each row of a PUT needs its key "${part.column.name}"${row === undefined ? '' : ` (row ${row})`}`,
      context: { table: plan.table.name, column: part.column.name, ...(row === undefined ? {} : { row }) },
    })
  })
  return { key, values: record.filter((one) => !plan.key.includes(one.plan)) }
}
