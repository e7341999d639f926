import { type RawBuilder, sql } from 'kysely'
import type { WriteRecord } from './records.js'
import { liveRef } from './where.js'
import { boundValue, type WriteContext, writeChunk } from './write.js'

type Sql = RawBuilder<unknown>

/** One INSERT of records with the same columns into `target`: the table of the plan, or one with its columns. */
export function insertInto(context: WriteContext, target: Sql, group: readonly WriteRecord[]): Sql {
  return sql`insert into ${target} ${insertValues(context, group)}`
}

function insertValues({ plan, dialect }: WriteContext, group: readonly WriteRecord[]): Sql {
  const [first] = group
  if (first === undefined || first.length === 0) return dialect.emptyRow ?? sql`default values`
  const columns = sql.join(first.map((one) => liveRef(plan, one.plan)))
  const parts = tupleParts(first.length)
  const tuples = group.map((record) => sql(parts, ...record.map((one) => boundValue(dialect, one))))
  return sql`(${columns}) values ${sql.join(tuples)}`
}

/** The template of `(a, b, c)`, made once for all rows: many of them cost more to put together than to insert. */
function tupleParts(length: number): TemplateStringsArray {
  const parts = ['(', ...Array.from({ length: length - 1 }, () => ', '), ')']
  return Object.assign(parts, { raw: parts })
}

/** Splits records into runs of equal column lists, each within the engine's parameter limit. */
export function sameColumns(records: readonly WriteRecord[], maxParameters: number): WriteRecord[][] {
  const groups: WriteRecord[][] = []
  for (const record of records) {
    const group = groups.at(-1)
    const room = Math.min(writeChunk, Math.max(1, Math.floor(maxParameters / Math.max(1, record.length))))
    const fits = group !== undefined && record.length > 0 && group.length < room && sameShape(group[0] ?? [], record)
    if (fits) group.push(record)
    else groups.push([record])
  }
  return groups
}

function sameShape(left: WriteRecord, right: WriteRecord): boolean {
  return left.length === right.length && left.every((one, index) => one.plan === right[index]?.plan)
}
