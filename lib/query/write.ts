import { type RawBuilder, sql } from 'kysely'
import type { Parameter, QueryResult, Row, Session, SessionOptions } from '../database.js'
import type { TablePlan } from '../projection/projection.js'
import { encodeValue, type Output } from '../projection/serialize.js'
import { whereRows } from './from.js'
import type { Assignment } from './records.js'
import type { RowShape } from './row-shape.js'
import type { SqlContext } from './select-list.js'

type Sql = RawBuilder<unknown>

/** Rows as a write answers with them. */
export interface Written extends Pick<RowShape, 'toJson'> {
  readonly rows: readonly Row[]
}

/** Statements of one table within one session. */
export interface WriteContext extends SqlContext {
  readonly plan: TablePlan
  readonly session: Session
  /** Whether no other statements than those of one row are in the transaction. */
  readonly isSole: boolean
}

/** Most rows of one statement, so that it stays small enough to plan and to cancel. */
export const writeChunk = 500

const nothing = sql`null`

/** A checked value as a parameter of its column's type. */
export function boundValue(dialect: WriteContext['dialect'], { plan, value }: Assignment): unknown {
  return value === null ? nothing : dialect.bind(plan.toLive(value), (plan.live ?? plan.column).type)
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

/** A checked key value as `ids` and paths write it. */
export function textOfParameter(value: Parameter): string {
  return Buffer.isBuffer(value) ? value.toString('base64') : String(value)
}

/** Deletes every row `where` chooses; answers how many. */
export async function deleteRows(context: WriteContext, where: Sql): Promise<number> {
  return (await run(context, sql`delete from ${context.plan.source}${whereRows(context.plan, where)}`)).affected
}

/** {@link deleteRows} for a condition of one key. */
export async function deleteRow(context: WriteContext, where: Sql): Promise<number> {
  const alone = whereAlone(context, where)
  if (alone === null) return deleteRows(context, where)
  return (await run(context, sql`delete from ${context.plan.source}${alone}`, { isAlone: true })).affected
}

/** The ` where` of a statement on the row of one key that may commit itself, for it fails where there are several; null: it may not. */
export function whereAlone({ plan, dialect: { alone }, isSole }: WriteContext, where: Sql): Sql | null {
  if (alone === undefined || !isSole || !plan.keyIsUnique || plan.guard === null) return null
  const isOne = alone.atMostOne(sql` from ${plan.source} where ${where}`)
  return whereRows(plan, sql`${where} and ${isOne}`)
}

/** One statement of the write. */
export function run(context: WriteContext, statement: Sql, options?: SessionOptions): Promise<QueryResult> {
  return context.session.query(context.dialect.compile(statement), options)
}
