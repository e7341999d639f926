import { sql } from 'kysely'
import type { TablePlan } from '../../projection/projection.js'
import { unservable } from '../../projection/unservable.js'
import { fromTable, fromTold } from '../../query/from.js'
import { checkParameters } from '../../query/parameters.js'
import { parseFields } from '../../query/parse-fields.js'
import { parseKey } from '../../query/parse-ids.js'
import { requireKey } from '../../query/read-query.js'
import { rowShape } from '../../query/row-shape.js'
import { keysWhere } from '../../query/selection.js'
import { toldColumns } from '../../query/told.js'
import { type Call, onTable, param } from '../call.js'
import { read } from '../reading.js'
import { jsonText } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { rowNotFound } from '../writing.js'

/** `GET /{service}/_table/{table}/{id}`: the bare row. */
export async function readRow(call: Call): Promise<FaucetResponse> {
  return onTable(call, 'read', async (context) => {
    const { plan, dialect } = context
    const { query } = call.request
    checkParameters(query, ['fields'])
    const key = keyOf(plan, param(call, 'id'))
    const fields = query.get('fields')
    const shape = rowShape(plan, fields === null ? [] : parseFields(fields), fields ?? '', context)
    const columns = toldColumns(plan, shape.columns, plan.key)
    const from = columns === null ? fromTable : fromTold
    const statement = sql`select ${shape.list}${from(plan, keysWhere(plan, [key], dialect))} limit 2`
    const { rows } = await read(call, context, statement, columns)
    const [row] = rows
    // Two rows under one key: the key the contract promises is no key in the database any more.
    if (rows.length > 1) unservable(plan.table.name, null, 'several rows have this id')
    if (row === undefined) return rowNotFound(plan, param(call, 'id'))
    return jsonText(200, shape.toJson(row), fields === null ? 'rows' : 'fields')
  })
}

/** The key values in a path; fails with `no-primary-key` or `invalid-id`. */
export function keyOf(plan: TablePlan, id: string): readonly string[] {
  requireKey(plan)
  return parseKey(id, plan.key.length)
}
