import { type RawBuilder, sql } from 'kysely'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'

/**
 * A hash of what names in a statement depend on, for a row `c` of pg_class: its schema and name, and every column's number, name
 * and type. Renames, drops, additions and changes of type move it; data, statistics, defaults and constraints do not.
 */
export const markOf = sql`hashtextextended(concat_ws(' ', c.relnamespace, c.relname), 0) + (
  select sum(hashtextextended(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation), 0))
    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`

/** A hash of the labels of enums, for rows `e` of pg_enum: what is added, renamed or put elsewhere moves it. */
export const labelsMarkOf = sql`sum(hashtextextended(concat_ws(' ', e.oid, e.enumsortorder, e.enumlabel), 0))`

/** One of `LiveSchema.marks`. `enums`: the oids of the enums that the table's columns are made of, each with its labels' mark. */
export function tableMark(mark: string, enums: ReadonlyMap<string, string>): string {
  if (enums.size === 0) return mark
  const labels = [...enums.values()].reduce((sum, one) => sum + BigInt(one), 0n)
  return `${mark}/${labels}/${[...enums.keys()].sort().join(',')}`
}

/**
 * See `SqlDialect.guard`. The statement holds a lock on its table from the moment names are resolved, so what the catalog says
 * while it runs is what they were resolved by. Labels of enums have no lock: they are as the statement's snapshot sees them. A
 * condition without columns is evaluated once, before any row is looked at, and casting to `regclass` a name that nobody can
 * give a table is how SQL fails with SQLSTATE 42P01 at run time. `is not null` is what the planner takes for true of nearly every row:
 * with `is null` it would expect hardly any, and plan for those.
 */
export function guard(table: Table, { marks }: LiveSchema): RawBuilder<unknown> | null {
  const [mark, labels, enums] = marks?.[table.id ?? '']?.split('/') ?? []
  if (mark === undefined) return null
  const sameLabels = labels === undefined || enums === undefined ? sql`` : sql` and ${haveMark(enums.split(','), labels)}`
  return sql`(select case when count(*) = 1 then 'pg_catalog.pg_class' else ${sql.lit('pg_catalog."faucet: the schema moved"')} end from pg_catalog.pg_class c
    where c.oid = ${sql.lit(Number(table.id))} and ${markOf} = ${sql.lit(mark)}::numeric${sameLabels})::pg_catalog.regclass is not null`
}

function haveMark(enums: readonly string[], mark: string): RawBuilder<unknown> {
  const oids = sql.join(enums.map((oid) => sql.lit(Number(oid))))
  return sql`(select ${labelsMarkOf} from pg_catalog.pg_enum e where e.enumtypid in (${oids})) = ${sql.lit(mark)}::numeric`
}
