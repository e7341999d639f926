import type { EngineName, TestDatabase } from '../support/databases.js'

/** Every row of every table as the database itself has it: table → rows, each column → its value in hex (`~` for NULL). */
export type Contents = ReadonlyMap<string, readonly ReadonlyMap<string, string>[]>

/** Reads and puts back the rows of a database in plain SQL, beside the API. */
export interface Keeper {
  /** As text, to compare as a whole. */
  text(): Promise<string>
  /** Undoes what was written since the keeper was made; `now` is what {@link Keeper.text} has just said. */
  restore(now: string): Promise<void>
}

interface LiveTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Columns that take values. */
  readonly stored: readonly string[]
}

/** Remembers the rows of all tables as they are now, in temporary tables that no other connection sees. */
export async function keepContents(database: TestDatabase): Promise<Keeper> {
  const { engine } = database
  await database.exec(...quickly[engine])
  const tables = parseTables(await database.value(catalog[engine]))
  // By name: `*` leaves out what is invisible.
  for (const { name, columns } of tables)
    await database.exec(`create temporary table kept_${name} as select ${columns.join(', ')} from ${name}`)
  const read = await prepare(database, readAll(engine, tables))
  const text = async () => (await database.value(read)) ?? ''
  const kept = new Set((await text()).split('#'))
  return {
    text,
    async restore(now) {
      const changed = new Set(now.split('#').flatMap((part) => (kept.has(part) ? [] : [part.split(',')[0]])))
      await database.exec(
        ...restoring(
          engine,
          tables.filter(({ name }) => changed.has(name)),
        ),
      )
    },
  }
}

/** The text of {@link Keeper.text}, taken apart. */
export function parseContents(text: string): Contents {
  const parts = text.split('#').filter((part) => part !== '')
  return new Map(
    parts.map((part) => {
      const [head = '', ...rows] = part.split('/')
      const [name = '', ...columns] = head.split(',')
      return [name, rows.map((row) => new Map(row.split('|').map((value, index) => [columns[index] ?? '', value])))]
    }),
  )
}

/** A statement that says the same as `read`, which is long, planned once where the connection can keep it. */
async function prepare({ engine, exec }: TestDatabase, read: string): Promise<string> {
  if (engine !== 'postgres') return read
  await exec(`prepare contents as ${read}`)
  return 'execute contents'
}

/** Settings of this one connection: whole tables in one text, and no waiting for the disk where that can be had. */
const quickly: Record<EngineName, readonly string[]> = {
  sqlite: ['pragma synchronous = off'],
  postgres: ['set synchronous_commit = off'],
  mariadb: ['set session group_concat_max_len = 1000000'],
  mysql: ['set session group_concat_max_len = 1000000'],
}

const catalog: Record<EngineName, string> = {
  sqlite: `select group_concat(m.name || ',' || p.name || ',' || p.hidden, ';') from sqlite_schema m join pragma_table_xinfo(m.name) p
    where m.type = 'table' and m.name not like 'sqlite%'`,
  postgres: `select string_agg(c.relname || ',' || a.attname || ',' || case a.attgenerated when '' then 0 else 1 end, ';' order by c.oid, a.attnum)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  mariadb: mysqlCatalog(),
  mysql: mysqlCatalog(),
}

function mysqlCatalog(): string {
  return `select group_concat(c.table_name, ',', c.column_name, ',', coalesce(c.generation_expression, '') <> '' order by c.table_name, c.ordinal_position separator ';')
    from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = database() and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')`
}

function parseTables(text: string | null): LiveTable[] {
  const tables = new Map<string, { columns: string[]; stored: string[] }>()
  for (const entry of (text ?? '').split(';')) {
    const [table = '', column = '', generated] = entry.split(',')
    const known = tables.get(table) ?? { columns: [], stored: [] }
    known.columns.push(column)
    if (generated === '0') known.stored.push(column)
    tables.set(table, known)
  }
  return [...tables].map(([name, columns]) => ({ name, ...columns }))
}

/** One statement: `#table,column,column/value|value/value|value` for each table, the rows sorted. */
function readAll(engine: EngineName, tables: readonly LiveTable[]): string {
  const parts = tables.map(({ name, columns }) => {
    const row = columns.map((column) => valueText[engine](column))
    return joined(engine, [
      `'#${[name, ...columns].join(',')}'`,
      rowsOf[engine](
        name,
        joined(
          engine,
          row.flatMap((one, index) => (index === 0 ? [one] : ["'|'", one])),
        ),
      ),
    ])
  })
  return `select ${joined(engine, parts)}`
}

function joined(engine: EngineName, parts: readonly string[]): string {
  return engine === 'sqlite' || engine === 'postgres' ? parts.join(' || ') : `concat(${parts.join(', ')})`
}

const valueText: Record<EngineName, (column: string) => string> = {
  sqlite: (column) => `coalesce(substr(typeof(${column}), 1, 1) || hex(${column}), '~')`,
  postgres: (column) => `coalesce(encode(convert_to(${column}::text, 'UTF8'), 'hex'), '~')`,
  mariadb: (column) => `coalesce(hex(cast(${column} as binary)), '~')`,
  mysql: (column) => `coalesce(hex(cast(${column} as binary)), '~')`,
}

const rowsOf: Record<EngineName, (table: string, row: string) => string> = {
  sqlite: (table, row) =>
    `(select coalesce(group_concat('/' || line, ''), '') from (select ${row} as line from ${table} order by 1))`,
  postgres: (table, row) =>
    `(select coalesce(string_agg('/' || line, '' order by line), '') from (select ${row} as line from ${table}) lines_of_it)`,
  mariadb: mysqlRows,
  mysql: mysqlRows,
}

function mysqlRows(table: string, row: string): string {
  return `(select coalesce(group_concat('/', line order by line separator ''), '') from (select ${row} as line from ${table}) lines_of_it)`
}

/** References are checked neither here nor by the copies, so the order of tables does not matter. */
function restoring(engine: EngineName, tables: readonly LiveTable[]): string[] {
  const [before, after] = unchecked[engine]
  const statements = [
    ...before,
    ...tables.flatMap(({ name, stored }) => {
      const list = stored.join(', ')
      const over = engine === 'postgres' ? 'overriding system value ' : ''
      return [`delete from ${name}`, `insert into ${name} (${list}) ${over}select ${list} from kept_${name}`]
    }),
    ...after,
  ]
  // In one round trip where the driver takes several statements at once.
  return engine === 'postgres' || engine === 'sqlite' ? [statements.join('; ')] : statements
}

const unchecked: Record<EngineName, readonly [before: readonly string[], after: readonly string[]]> = {
  sqlite: [
    ['pragma foreign_keys = off', 'begin immediate'],
    ['commit', 'pragma foreign_keys = on'],
  ],
  postgres: [['begin', 'set local session_replication_role = replica'], ['commit']],
  mariadb: [
    ['set foreign_key_checks = 0', 'start transaction'],
    ['commit', 'set foreign_key_checks = 1'],
  ],
  mysql: [
    ['set foreign_key_checks = 0', 'start transaction'],
    ['commit', 'set foreign_key_checks = 1'],
  ],
}
