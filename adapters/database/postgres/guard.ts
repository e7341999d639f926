import { type RawBuilder, sql } from 'kysely'
import type { Column, LiveSchema, Table } from '../../../lib/schema/table.js'

/** What names in a statement depend on, besides the names of the table and of its schema, which are in the statement itself. */
export interface TableMark {
  /** The schema's oid. */
  readonly schema: string
  /** What one can select, in order. */
  readonly columns: readonly ColumnMark[]
  /** The enums that the columns are made of; absent: none. */
  readonly enums?: { readonly oids: readonly string[]; readonly labels: string }
}

/** As in pg_attribute; types and collations are oids. */
export type ColumnMark = readonly [
  number: number,
  name: string,
  type: string,
  modifier: number,
  collation: string,
  notNull: boolean,
]

/** A hash of the labels of enums, for rows `e` of pg_enum: what is added, renamed or put elsewhere moves it. */
export const labelsMarkOf = sql`sum(hashtextextended(concat_ws(' ', e.oid, e.enumsortorder, e.enumlabel), 0))`

/** One of `LiveSchema.marks`. `enums`: the oids of the enums that the columns are made of, each with its labels' mark. */
export function tableMark(schema: string, columns: readonly ColumnMark[], enums: ReadonlyMap<string, string>): string {
  const labels = String([...enums.values()].reduce((sum, one) => sum + BigInt(one), 0n))
  const mark: TableMark = { schema, columns, ...(enums.size === 0 ? {} : { enums: { oids: [...enums.keys()].sort(), labels } }) }
  return JSON.stringify(mark)
}

/** Reads {@link tableMark}'s. */
export function markOf(text: string | undefined): TableMark | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as TableMark)
}

/** What the guard sees to of a column. */
export function columnMark(column: Column, { marks }: LiveSchema): ColumnMark | undefined {
  const mark = markOf(marks?.[tableIdOf(column)])
  return mark?.columns.find(([number]) => column.id === `${tableIdOf(column)}.${number}`)
}

export function tableIdOf({ id }: Column): string {
  return id?.split('.')[0] ?? ''
}

/**
 * See `SqlDialect.guard`: true while the table has its name and every column its number, name, type, collation and NOT NULL. The statement
 * holds a lock on its table from the moment names are resolved, so what the catalog says while it runs is what they were resolved
 * by. Labels of enums have no lock: they are as the statement's snapshot sees them. Evaluated once, before any row is looked at.
 *
 * See {@link holds} for how it fails.
 */
export function guard(table: Table, { marks }: LiveSchema): RawBuilder<unknown> | null {
  const mark = markOf(marks?.[table.id ?? ''])
  if (mark === undefined) return null
  const { schema, columns, enums } = mark
  const same = sql.join(
    [sql`count(*) = ${sql.lit(columns.length)}`, ...(enums === undefined ? [] : [haveLabels(enums)])],
    sql` and `,
  )
  return holds(
    same,
    sql` from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
    where c.oid = ${sql.lit(Number(table.id))} and c.relname = ${sql.lit(table.name)} and c.relnamespace = ${sql.lit(Number(schema))}
      and a.attnum > 0 and ${sql.join(columnParts(columns), sql` and `)}`,
  )
}

/**
 * A condition that is true where `isSo`, an aggregate over the rows ` from` a query, is, and else makes the statement fail.
 *
 * A `regclass` made of a name that nobody can give a table is how SQL fails with SQLSTATE 42P01 at run time; it is made of a count,
 * so that it is not made while planning. `is not null` is what the planner takes for true of nearly every row.
 */
export function holds(isSo: RawBuilder<unknown>, from: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select case when ${isSo} then 1259::pg_catalog.regclass
      else ('pg_catalog."faucet: the schema moved, ' || count(*) || '"')::pg_catalog.regclass end${from}) is not null`
}

/** One array for each part of a column, to be looked up by its number: that costs the server far less than a hash of them all. */
function columnParts(columns: readonly ColumnMark[]): RawBuilder<unknown>[] {
  const last = Math.max(0, ...columns.map(([number]) => number))
  const byNumber = new Map(columns.map((column) => [column[0], column]))
  const part = (name: string, type: string, at: 1 | 2 | 3 | 4 | 5) => {
    const values = Array.from({ length: last }, (_, index) => byNumber.get(index + 1)?.[at] ?? null)
    const items = values.map((value) => (value === null ? 'null' : `"${String(value).replace(/["\\]/g, '\\$&')}"`))
    return sql`a.${sql.id(name)} = (${sql.lit(`{${items.join(',')}}`)}::pg_catalog.${sql.id(type)}[])[a.attnum]`
  }
  return [
    part('attname', 'name', 1),
    part('atttypid', 'oid', 2),
    part('atttypmod', 'int4', 3),
    part('attcollation', 'oid', 4),
    part('attnotnull', 'bool', 5),
  ]
}

function haveLabels({ oids, labels }: Required<TableMark>['enums']): RawBuilder<unknown> {
  const list = sql.join(oids.map((oid) => sql.lit(Number(oid))))
  return sql`(select ${labelsMarkOf} from pg_catalog.pg_enum e where e.enumtypid in (${list})) = ${sql.lit(labels)}::numeric`
}
