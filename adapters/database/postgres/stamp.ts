import { sql } from 'kysely'
import { type Database, DatabaseError, type Row, type Session, type Unstamped } from '../../../lib/database.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'
import { stampIn, withStamp } from '../shared/stamp-text.js'
import { dialect } from './sql.js'
import type { CatalogRows } from './tables.js'

/** {@link LiveSchema.stamps}. Comments on views do not count: nothing renames what a view calls a column. */
export function stampsOf({ relations, columns }: CatalogRows): Required<Pick<LiveSchema, 'stamps'>> {
  const tables = new Set(relations.flatMap(([oid, , kind]) => (kind === 'v' || kind === 'm' ? [] : [oid])))
  const found = columns.flatMap((row) => {
    const [relation, number, comment] = [row[0], row[1], row[10]]
    const key = comment === null || !tables.has(relation) ? null : stampIn(comment)
    return key === null ? [] : [[`${relation}.${number}`, key] as const]
  })
  return { stamps: Object.fromEntries(found) }
}

/** See {@link Database.stamp}. One transaction, which holds off other changes to the table while comments are read and written. */
export async function stampColumns(
  database: Pick<Database, 'transaction'>,
  schema: string,
  table: Table,
  stamps: ReadonlyMap<string, string>,
): Promise<readonly Unstamped[]> {
  const all = (reason: Unstamped['reason'], grant?: string): Unstamped[] =>
    [...stamps.keys()].map((column) => ({ column, reason, ...(grant === undefined ? {} : { grant }) }))
  try {
    const missing = await database.transaction((session) => write(session, schema, table, stamps))
    return missing === null ? all('moved') : missing.map((column) => ({ column, reason: 'moved' }))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.kind === 'permission') return all('forbidden', 'the role that owns them to this one')
    if (error.kind === 'retry' || error.kind === 'timeout') return all('busy')
    if (error.kind === 'unavailable' || error.kind === 'connection-lost' || error.kind === 'busy') throw error
    return all('unsupported')
  }
}

/** What comments are written with: a literal that reads the same in any session, and no long wait before it. */
const settings = dialect.compile(
  sql`select set_config('lock_timeout', '1s', true) as a, set_config('standard_conforming_strings', 'on', true) as b`,
)

/** Names of columns that are not there any more; null: the table is not. */
async function write(
  session: Session,
  schema: string,
  table: Table,
  stamps: ReadonlyMap<string, string>,
): Promise<string[] | null> {
  await session.query(settings)
  const kind = (await session.query(kindOf(schema, table))).rows[0]?.[0]
  if (kind === undefined) return null
  // Foreign tables cannot be locked; there the first comment's own lock has to do.
  if (kind !== 'f')
    await session.query(dialect.compile(sql`lock table ${sql.id(schema, table.name)} in share update exclusive mode`))
  if ((await session.query(kindOf(schema, table))).rows.length === 0) return null
  const comments = new Map((await session.query(commentsOf(table))).rows.map((row) => [String(row[0]), row] as const))
  const missing: string[] = []
  for (const [name, key] of stamps) {
    const row = comments.get(name)
    if (row === undefined || !isColumn(table, name, row)) missing.push(name)
    else {
      const text = withStamp(String(row[2] ?? ''), key)
      await session.query(dialect.compile(sql`comment on column ${sql.id(schema, table.name, name)} is ${sql.lit(text)}`))
    }
  }
  return missing
}

/** Empty when what has the name is another table. */
function kindOf(schema: string, { id, name }: Table) {
  return dialect.compile(sql`select c.relkind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${name} and c.oid::text = ${id}`)
}

function commentsOf({ id }: Table) {
  return dialect.compile(sql`select a.attname as name, a.attnum as number, d.description as comment from pg_catalog.pg_attribute a
    left join pg_catalog.pg_description d
      on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum
    where a.attrelid::text = ${id} and a.attnum > 0 and not a.attisdropped`)
}

function isColumn(table: Table, name: string, row: Row): boolean {
  return table.columns.some((column) => column.name === name && column.id === `${table.id}.${String(row[1])}`)
}
