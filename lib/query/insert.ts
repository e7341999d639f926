import { type RawBuilder, sql } from 'kysely'
import type { Row, SessionOptions } from '../database.js'
import { insertInto, sameColumns } from './insert-into.js'
import { insertThenRead } from './insert-then-read.js'
import type { WriteRecord } from './records.js'
import { aloneRow, wholeRow } from './row-shape.js'
import { run, type WriteContext, type Written } from './write.js'

/** Inserts in order and reads back what was stored. Neighbours with the same columns share a statement where they can. */
export async function insertRows(context: WriteContext, records: readonly WriteRecord[]): Promise<Written> {
  const groups = sameColumns(records, context.can.maxParameters)
  const [sole] = groups
  const alone = context.isSole && groups.length === 1 ? aloneRow(context.plan, context) : null
  if (alone !== null && sole !== undefined) {
    return { rows: await insertReturning(context, sole, alone.list, { isAlone: true }), toJson: alone.toJson }
  }
  const { list, toJson } = wholeRow(context.plan, context)
  const insert = context.can.returning.insert ? insertReturning : insertThenRead
  const rows: Row[] = []
  for (const group of groups) rows.push(...(await insert(context, group, list)))
  return { rows, toJson }
}

async function insertReturning(
  context: WriteContext,
  group: readonly WriteRecord[],
  list: RawBuilder<unknown>,
  options?: SessionOptions,
): Promise<readonly Row[]> {
  const { source, guard } = context.plan
  // An INSERT has no condition to carry the guard; where it fails here, the rows are not kept either.
  const checked = guard === null ? sql`` : sql`, ${guard} as guarded`
  return (await run(context, sql`${insertInto(context, source, group)} returning ${list}${checked}`, options)).rows
}
