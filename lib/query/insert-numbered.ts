import { type RawBuilder, sql } from 'kysely'
import type { Row } from '../database.js'
import type { TablePlan } from '../projection/projection.js'
import { fromTable } from './from.js'
import { insertInto } from './insert-into.js'
import type { Assignment, WriteRecord } from './records.js'
import { liveRef } from './where.js'
import { run, type WriteContext } from './write.js'

type Sql = RawBuilder<unknown>
type Column = TablePlan['columns'][number]

/**
 * Inserts records with one statement where the database numbers their rows one after the other, and finds them by these numbers;
 * null, with nothing inserted, where it may not. A trigger could number them otherwise, and not be seen by this account: so the rows
 * that are found must have what was sent, or all is undone.
 */
export async function insertNumbered(
  context: WriteContext,
  group: readonly WriteRecord[],
  counter: Column,
  list: Sql,
): Promise<readonly Row[] | null> {
  const { plan, dialect } = context
  const { numbering } = dialect
  if (numbering === undefined || group.length < 2) return null
  if ((await run(context, numbering.isConsecutive(plan.plannedOn.table.name))).rows.length === 0) return null
  await run(context, sql`savepoint faucet_rows`)
  const { insertId } = await run(context, insertInto(context, plan.source, group))
  if (insertId !== undefined) {
    const ref = liveRef(plan, counter)
    const where = numbering.made(ref, insertId, group.length)
    const { rows } = await run(context, sql`select ${list}${fromTable(plan, where)} order by ${ref}`)
    if (rows.length === group.length && rows.every((row, index) => isStored(plan, group[index] ?? [], row))) return rows
  }
  await run(context, sql`rollback to savepoint faucet_rows`)
  return null
}

/** As far as it can be told from the text of a value alone. */
function isStored({ columns }: TablePlan, record: WriteRecord, row: Row): boolean {
  return record.every((one) => {
    const place = columns.indexOf(one.plan)
    return place < 0 || isSame(one, row[place])
  })
}

const plainTypes: ReadonlySet<string> = new Set(['integer', 'bigint', 'boolean', 'string'])

function isSame({ plan, value }: Assignment, raw: unknown): boolean {
  const { type } = plan.column
  if (plan.isOther || !plainTypes.has(type.name) || (type.name === 'string' && type.fixed)) return true
  if (value === null || raw === null) return value === raw
  const shown: unknown = JSON.parse(plan.encode(raw))
  return String(shown) === String(value)
}
