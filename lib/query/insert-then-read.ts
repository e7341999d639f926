import { type RawBuilder, sql } from 'kysely'
import type { Row } from '../database.js'
import { fail } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { type DraftTable, draftOf } from './draft-table.js'
import { fromTable } from './from.js'
import { insertInto } from './insert-into.js'
import { insertNumbered } from './insert-numbered.js'
import type { WriteRecord } from './records.js'
import { outputOf, selectList } from './select-list.js'
import { keysWhere } from './selection.js'
import { liveRef } from './where.js'
import { boundValue, keyText, run, textOfParameter, type WriteContext } from './write.js'

type Sql = RawBuilder<unknown>
type Column = TablePlan['columns'][number]

/**
 * Inserts records with the same columns and finds each stored row again, on engines whose INSERT cannot answer with rows: by the key
 * the writer gave, by the number the database made, or else by filling in the row in a draft table first.
 */
export async function insertThenRead(context: WriteContext, group: readonly WriteRecord[], list: Sql): Promise<readonly Row[]> {
  const { plan } = context
  if (group.every((record) => isAddressed(plan, record))) {
    await run(context, insertInto(context, plan.source, group))
    return readByKeys(
      context,
      group.map((record) => plan.key.map((part) => given(record, part) ?? '')),
      list,
    )
  }
  const counter = soleCounter(plan, group)
  const numbered = counter === null ? null : await insertNumbered(context, group, counter, list)
  if (numbered !== null) return numbered
  const draft = draftOf(context)
  const rows: Row[] = []
  try {
    for (const record of group) rows.push(await insertOne(context, record, list, draft))
  } finally {
    await draft.drop()
  }
  return rows
}

/** The numbered column, where it is the whole key and no record has it. */
function soleCounter(plan: TablePlan, group: readonly WriteRecord[]): Column | null {
  const [counter] = plan.key
  if (!plan.keyIsUnique || plan.key.length !== 1 || counter?.live?.identity === 'none') return null
  return counter !== undefined && group.every((record) => given(record, counter) === undefined) ? counter : null
}

/** One by one: which numbers an INSERT of several rows made is not certain with every setting, engine and trigger of a server. */
async function insertOne(context: WriteContext, record: WriteRecord, list: Sql, draft: DraftTable): Promise<Row> {
  const { plan } = context
  const counter = plan.columns.find(({ live }) => live !== null && live.identity !== 'none')
  const counted = counter !== undefined && given(record, counter) === undefined ? counter : null
  if (counted !== null && plan.key.every((part) => part === counted || given(record, part) !== undefined)) {
    const { insertId } = await run(context, insertInto(context, plan.source, [record]))
    return readCounted(context, counted, insertId, list, record)
  }
  return insertDrafted(context, record, counted, list, draft)
}

/** Whether the writer gave the whole key, and it still means one row. */
function isAddressed(plan: TablePlan, record: WriteRecord): boolean {
  return plan.keyIsUnique && plan.key.every((part) => given(record, part) !== undefined)
}

/** The text of a column's value in the record; undefined where the database supplies it. */
function given(record: WriteRecord, column: Column): string | undefined {
  const value = record.find(({ plan }) => plan === column)?.value ?? null
  return value === null ? undefined : textOfParameter(value)
}

/** Rows in the order of their keys. What the text of a key does not settle (`1` and `1.00`) is read one by one. */
async function readByKeys(context: WriteContext, keys: readonly string[][], list: Sql): Promise<readonly Row[]> {
  const { plan, dialect } = context
  const { rows } = await run(context, sql`select ${list}${fromTable(plan, keysWhere(plan, keys, dialect))}`)
  const places = plan.key.map((part) => plan.columns.indexOf(part))
  const parts = plan.key.map((part) => outputOf(part))
  const keyOf = (row: Row): string =>
    JSON.stringify(
      keyText(
        plan,
        parts,
        places.map((place) => row[place]),
      ),
    )
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  const found = keys.map((key) => byKey.get(JSON.stringify(key)))
  if (found.every((row) => row !== undefined)) return found
  const each: Row[] = []
  for (const key of keys) each.push(await readOne(context, keysWhere(plan, [key], dialect), list))
  return each
}

/** By the number that was made, and what `record` says of the rest of the key. */
function readCounted(
  context: WriteContext,
  counter: Column,
  insertId: string | undefined,
  list: Sql,
  record: WriteRecord = [],
): Promise<Row> {
  const { plan, dialect } = context
  if (insertId === undefined) return stray(plan)
  const made = sql`${liveRef(plan, counter)} = ${dialect.bind(insertId, (counter.live ?? counter.column).type)}`
  const rest = record.filter((one) => one.plan !== counter && plan.key.includes(one.plan))
  const equal = [made, ...rest.map((one) => sql`${liveRef(plan, one.plan)} = ${boundValue(dialect, one)}`)]
  return readOne(context, sql.join(equal, sql` and `), list)
}

async function readOne(context: WriteContext, where: Sql, list: Sql): Promise<Row> {
  const { rows } = await run(context, sql`select ${list}${fromTable(context.plan, where)}`)
  const [row] = rows
  return row === undefined || rows.length > 1 ? stray(context.plan) : row
}

/** The transaction is rolled back: nothing of the row stays. */
function stray(plan: TablePlan): never {
  return fail('contract-unservable', {
    detail: `a new row of "${plan.table.name}" cannot be answered: it was not stored under the key it was sent with`,
    hint: 'a trigger of the table changes keys; nothing was stored',
    context: { table: plan.table.name },
  })
}

/** A row that only the database can complete is completed in a draft table, so that it is known before it is inserted. */
async function insertDrafted(
  context: WriteContext,
  record: WriteRecord,
  counter: Column | null,
  list: Sql,
  draft: DraftTable,
): Promise<Row> {
  const { plan, dialect } = context
  const table = await draft.filledWith(record)
  const columns = [...plan.columns, ...plan.supplied].filter((column) => column !== counter && column.live?.generated === false)
  const names = sql.join(columns.map((column) => liveRef(plan, column)))
  const only = async (entries: Sql): Promise<Row> => {
    const [row] = (await run(context, sql`select ${entries} from ${table}`)).rows
    return row ?? fail('internal', { detail: 'a drafted row is gone' })
  }
  const row = await only(list)
  const key = plan.keyIsUnique ? await only(selectList(plan.key)) : null
  const { insertId } = await run(context, sql`insert into ${plan.source} (${names}) select ${names} from ${table}`)
  if (counter !== null) return readCounted(context, counter, insertId, list)
  if (key === null) return row
  const parts = plan.key.map((part) => outputOf(part))
  return readOne(context, keysWhere(plan, [keyText(plan, parts, key)], dialect), list)
}
