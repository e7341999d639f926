import { type RawBuilder, sql } from 'kysely'
import type { Row, SessionOptions } from '../database.js'
import { fail } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { fromTable, whereRows } from './from.js'
import { requireKey } from './read-query.js'
import type { WriteRecord } from './records.js'
import { aloneRow, type RowShape, wholeRow } from './row-shape.js'
import { outputOf, selectList } from './select-list.js'
import { keysWhere } from './selection.js'
import { liveRef } from './where.js'
import { boundValue, keyText, run, textOfParameter, type WriteContext, type Written, whereAlone, writeChunk } from './write.js'

type Sql = RawBuilder<unknown>

/** {@link updateRows} for a condition of {@link keysWhere} with one key. */
export async function updateRow(context: WriteContext, record: WriteRecord, where: Sql): Promise<Written> {
  const { plan, can } = context
  if (record.length === 0) return updateRows(context, record, where)
  const alone = aloneRow(plan, context)
  const aloneAt = alone === null ? null : whereAlone(context, where)
  if (alone !== null && aloneAt !== null) return updateReturning(context, record, aloneAt, alone, { isAlone: true })
  const staysPut = plan.keyIsUnique && !record.some((one) => plan.key.includes(one.plan))
  if (!can.returning.update && staysPut) {
    const { list, toJson } = wholeRow(plan, context)
    const { affected } = await run(context, sql`update ${plan.source} set ${setList(context, record)}${whereRows(plan, where)}`)
    // None: it is not there, or a host's connection counts only rows that change.
    if (affected === 1) return { rows: (await run(context, sql`select ${list}${fromTable(plan, where)}`)).rows, toJson }
  }
  return updateRows(context, record, where)
}

/** Sets the same values on every row `where` chooses; answers with the rows as they are then. */
export async function updateRows(context: WriteContext, record: WriteRecord, where: Sql): Promise<Written> {
  const { plan, can } = context
  const shape = wholeRow(plan, context)
  const { list, toJson } = shape
  if (record.length === 0) return { rows: (await run(context, sql`select ${list}${fromTable(plan, where)}`)).rows, toJson }
  if (can.returning.update) return updateReturning(context, record, whereRows(plan, where), shape)
  return { rows: await updateThenRead(context, record, where, setList(context, record), list), toJson }
}

async function updateReturning(
  context: WriteContext,
  record: WriteRecord,
  where: Sql,
  { list, toJson }: RowShape,
  options?: SessionOptions,
): Promise<Written> {
  const statement = sql`update ${context.plan.source} set ${setList(context, record)}${where} returning ${list}`
  return { rows: (await run(context, statement, options)).rows, toJson }
}

function setList({ plan, dialect }: WriteContext, record: WriteRecord): Sql {
  return sql.join(record.map((one) => sql`${liveRef(plan, one.plan)} = ${boundValue(dialect, one)}`))
}

/** For engines whose UPDATE cannot answer with rows: lock the keys, update by key, read by the keys as they are then. */
async function updateThenRead(
  context: WriteContext,
  record: WriteRecord,
  where: Sql,
  sets: Sql,
  list: Sql,
): Promise<readonly Row[]> {
  const { plan, dialect } = context
  requireKey(plan)
  const parts = plan.key.map((key) => outputOf(key))
  const keyList = selectList(plan.key)
  const found = await run(context, sql`select ${keyList}${fromTable(plan, where)} for update`)
  const rows: Row[] = []
  for (const chunk of chunks(
    found.rows,
    Math.min(writeChunk, Math.floor(context.can.maxParameters / (2 * plan.key.length + record.length))),
  )) {
    const before = chunk.map((row) => (row.includes(null) ? keyDrifted(plan) : keyText(plan, parts, row)))
    const after = before.map((key) => key.map((text, index) => assigned(plan, record, index) ?? text))
    const { affected } = await run(
      context,
      sql`update ${plan.source} set ${sets}${whereRows(plan, keysWhere(plan, before, dialect))}`,
    )
    const written = (await run(context, sql`select ${list}${fromTable(plan, keysWhere(plan, after, dialect))}`)).rows
    if (affected > chunk.length || written.length > chunk.length) keyDrifted(plan)
    rows.push(...written)
  }
  return rows
}

/** Rows are told apart by their keys here, and where the database does not keep these apart any more, some have the same, or none. */
function keyDrifted(plan: TablePlan): never {
  const columns = plan.key.map(({ column }) => column.name)
  fail('contract-drift', {
    detail: `"${plan.table.name}" cannot be updated now: in the database (${columns.join(', ')}) is no key any more`,
    context: { table: plan.table.name, columns },
  })
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}

function assigned(plan: TablePlan, record: WriteRecord, index: number): string | undefined {
  const one = record.find((candidate) => candidate.plan === plan.key[index])
  return one === undefined ? undefined : textOfParameter(one.value)
}
