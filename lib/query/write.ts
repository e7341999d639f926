import { type RawBuilder, sql } from 'kysely'
import type { Parameter, QueryResult, Row, Session } from '../database.js'
import { fail } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { encodeValue, type Output } from '../projection/serialize.js'
import { fromTable, whereRows } from './from.js'
import { requireKey } from './read-query.js'
import type { Assignment, WriteRecord } from './records.js'
import { wholeRow } from './row-shape.js'
import { outputOf, type SqlContext, selectList } from './select-list.js'
import { keysWhere } from './selection.js'
import { liveRef } from './where.js'

type Sql = RawBuilder<unknown>

/** Rows as a write answers with them: raw values of {@link wholeRow}. */
export interface Written {
  readonly rows: readonly Row[]
  readonly outputs: readonly Output[]
}

/** Statements of one table within one session. */
export interface WriteContext extends SqlContext {
  readonly plan: TablePlan
  readonly session: Session
}

/** Most rows of one statement, so that it stays small enough to plan and to cancel. */
export const writeChunk = 500

/** A checked value as a parameter of its column's type. */
export function boundValue(dialect: WriteContext['dialect'], { plan, value }: Assignment): Sql {
  return value === null ? sql`null` : dialect.bind(plan.toLive(value), (plan.live ?? plan.column).type)
}

/** Sets the same values on every row `where` chooses; answers with the rows as they are then. */
export async function updateRows(context: WriteContext, record: WriteRecord, where: Sql): Promise<Written> {
  const { list, outputs } = wholeRow(context.plan, context)
  if (record.length === 0)
    return { rows: (await run(context, sql`select ${list}${fromTable(context.plan, where)}`)).rows, outputs }
  const sets = sql.join(record.map((one) => sql`${liveRef(context.plan, one.plan)} = ${boundValue(context.dialect, one)}`))
  if (context.can.returning.update) {
    const { rows } = await run(
      context,
      sql`update ${context.plan.source} set ${sets}${whereRows(context.plan, where)} returning ${list}`,
    )
    return { rows, outputs }
  }
  return { rows: await updateThenRead(context, record, where, sets, list), outputs }
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

/** A row's key as text, as `ids` and paths write it. */
export function keyText(plan: TablePlan, parts: readonly Output[], row: Row): string[] {
  return parts.map((part, index) => textOfJson(encodeValue(plan.table.name, part, row[index])) ?? '')
}

/** The text of a scalar's JSON; null for `null`. */
export function textOfJson(json: string): string | null {
  const value: unknown = JSON.parse(json)
  return value === null ? null : String(value)
}

function assigned(plan: TablePlan, record: WriteRecord, index: number): string | undefined {
  const one = record.find((candidate) => candidate.plan === plan.key[index])
  return one === undefined ? undefined : textOfParameter(one.value)
}

/** A checked key value as `ids` and paths write it. */
export function textOfParameter(value: Parameter): string {
  return Buffer.isBuffer(value) ? value.toString('base64') : String(value)
}

/** Deletes every row `where` chooses; answers how many. */
export async function deleteRows(context: WriteContext, where: Sql): Promise<number> {
  return (await run(context, sql`delete from ${context.plan.source}${whereRows(context.plan, where)}`)).affected
}

/** One statement of the write. */
export function run(context: WriteContext, statement: Sql): Promise<QueryResult> {
  return context.session.query(context.dialect.compile(statement))
}
