import { type RawBuilder, sql } from 'kysely'
import type { Row } from '../database.js'
import { insertInto, sameColumns } from './insert-into.js'
import { insertThenRead } from './insert-then-read.js'
import type { WriteRecord } from './records.js'
import { wholeRow } from './row-shape.js'
import { run, type WriteContext, type Written } from './write.js'

/** Inserts in order and reads back what was stored. Neighbours with the same columns share a statement where they can. */
export async function insertRows(context: WriteContext, records: readonly WriteRecord[]): Promise<Written> {
  const { list, outputs } = wholeRow(context.plan, context)
  const insert = context.can.returning.insert ? insertReturning : insertThenRead
  const rows: Row[] = []
  for (const group of sameColumns(records, context.can.maxParameters)) rows.push(...(await insert(context, group, list)))
  return { rows, outputs }
}

async function insertReturning(
  context: WriteContext,
  group: readonly WriteRecord[],
  list: RawBuilder<unknown>,
): Promise<readonly Row[]> {
  const { source, guard } = context.plan
  // An INSERT has no condition to carry the guard; where it fails here, the rows are not kept either.
  const checked = guard === null ? sql`` : sql`, ${guard} as guarded`
  return (await run(context, sql`${insertInto(context, source, group)} returning ${list}${checked}`)).rows
}
