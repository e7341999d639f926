/** The handlers a good engineer would write without Faucet: prepared or parameterised statements, a pool, rows as JSON. */
import Database from 'better-sqlite3'
import mysql from 'mysql2/promise'
import pg from 'pg'

export type Item = Record<string, unknown>

export interface Queries {
  one(id: number): Promise<Item | undefined>
  list(limit: number): Promise<Item[]>
  search(qty: number, limit: number): Promise<{ items: Item[]; total: number }>
  sums(): Promise<Item[]>
  insert(items: Item[]): Promise<Item[]>
  patch(id: number, changes: Item): Promise<Item | undefined>
  /** The answer to {@link Queries.one} and {@link Queries.list}, as JSON text that the database built. */
  jsonOfOne(id: number): Promise<string | undefined>
  jsonOfList(limit: number): Promise<string>
}

const columns = ['name', 'qty', 'price', 'active', 'created', 'note', 'owner_id'] as const
const list = columns.join(', ')
const valuesOf = (item: Item) => columns.map((name) => item[name] ?? null)

export function queriesFor(dsn: string): Queries {
  if (dsn.startsWith('postgres')) return postgres(new pg.Pool(poolOf(dsn)))
  if (dsn.startsWith('sqlite')) return sqlite(new Database(dsn.replace(/^sqlite:/, '')))
  const pool = mysql.createPool({ uri: dsn.replace(/^mariadb/, 'mysql'), connectionLimit: 10 })
  return mysqlFamily(pool, dsn.startsWith('mariadb'))
}

/** The tests' DSNs name a schema, which `pg` takes as an option of the connection. */
function poolOf(dsn: string): pg.PoolConfig {
  const url = new URL(dsn)
  const schema = url.searchParams.get('schema')
  url.searchParams.delete('schema')
  return { connectionString: url.href, max: 10, ...(schema === null ? {} : { options: `-c search_path=${schema}` }) }
}

function postgres(pool: pg.Pool): Queries {
  const rows = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows as Item[]
  return {
    one: async (id) => (await rows('select * from item where id = $1', [id]))[0],
    list: (limit) => rows('select * from item order by id limit $1', [limit]),
    async search(qty, limit) {
      const items = await rows('select * from item where qty > $1 and active order by qty desc, id limit $2', [qty, limit])
      const [{ count }] = (await rows('select count(*) from item where qty > $1 and active', [qty])) as [Item]
      return { items, total: Number(count) }
    },
    sums: () => rows('select owner_id, count(*), sum(qty) from item group by owner_id order by owner_id limit 100'),
    insert: (items) => {
      const places = items.map((_, row) => `(${columns.map((_, at) => `$${row * columns.length + at + 1}`).join(', ')})`)
      return rows(`insert into fresh (${list}) values ${places.join(', ')} returning *`, items.flatMap(valuesOf))
    },
    patch: async (id, { note, qty }) =>
      (await rows('update item set note = $1, qty = $2 where id = $3 returning *', [note, qty, id]))[0],
    jsonOfOne: async (id) => (await rows('select to_json(item)::text as json from item where id = $1', [id]))[0]?.json as string,
    jsonOfList: async (limit) =>
      (
        await rows("select coalesce(json_agg(rows), '[]')::text as json from (select * from item order by id limit $1) as rows", [
          limit,
        ])
      )[0]?.json as string,
  }
}

const jsonObject = ['id', ...columns].map((name) => `'${name}', ${name}`).join(', ')

function sqlite(db: Database.Database): Queries {
  const one = db.prepare('select * from item where id = ?')
  const page = db.prepare('select * from item order by id limit ?')
  const found = db.prepare('select * from item where qty > ? and active = 1 order by qty desc, id limit ?')
  const count = db.prepare('select count(*) from item where qty > ? and active = 1').pluck()
  const sums = db.prepare(
    'select owner_id, count(*) as count, sum(qty) as sum from item group by owner_id order by owner_id limit 100',
  )
  const add = db.prepare(`insert into fresh (${list}) values (${columns.map(() => '?').join(', ')}) returning *`)
  const change = db.prepare('update item set note = ?, qty = ? where id = ? returning *')
  const jsonOne = db.prepare(`select json_object(${jsonObject}) from item where id = ?`).pluck()
  const jsonPage = db
    .prepare(`select json_group_array(json_object(${jsonObject})) from (select * from item order by id limit ?)`)
    .pluck()
  const plain = (item: Item) => valuesOf(item).map((value) => (typeof value === 'boolean' ? Number(value) : value))
  const insertAll = db.transaction((items: Item[]) => items.map((item) => add.get(...plain(item)) as Item))
  return {
    one: async (id) => one.get(id) as Item | undefined,
    list: async (limit) => page.all(limit) as Item[],
    search: async (qty, limit) => ({ items: found.all(qty, limit) as Item[], total: count.get(qty) as number }),
    sums: async () => sums.all() as Item[],
    insert: async (items) => insertAll(items),
    patch: async (id, { note, qty }) => change.get(note, qty, id) as Item | undefined,
    jsonOfOne: async (id) => jsonOne.get(id) as string | undefined,
    jsonOfList: async (limit) => jsonPage.get(limit) as string,
  }
}

function mysqlFamily(pool: mysql.Pool, canReturn: boolean): Queries {
  const rows = async (text: string, values: (string | number | boolean | null)[] = []) =>
    (await pool.execute<mysql.RowDataPacket[]>(text, values))[0] as Item[]
  const one = async (id: number) => (await rows('select * from item where id = ?', [id]))[0]
  return {
    one,
    list: (limit) => rows('select * from item order by id limit ?', [String(limit)]),
    async search(qty, limit) {
      const items = await rows('select * from item where qty > ? and active order by qty desc, id limit ?', [qty, String(limit)])
      const [{ count }] = (await rows('select count(*) as count from item where qty > ? and active', [qty])) as [Item]
      return { items, total: Number(count) }
    },
    sums: () =>
      rows('select owner_id, count(*) as count, sum(qty) as sum from item group by owner_id order by owner_id limit 100'),
    async insert(items) {
      const text = `insert into fresh (${list}) values ?${canReturn ? ' returning *' : ''}`
      const [result] = await pool.query(text, [items.map(valuesOf)])
      if (canReturn) return result as Item[]
      const first = (result as mysql.ResultSetHeader).insertId
      return rows('select * from fresh where id >= ? and id < ?', [first, first + items.length])
    },
    async patch(id, { note, qty }) {
      await rows('update item set note = ?, qty = ? where id = ?', [note as string, qty as number, id])
      return one(id)
    },
    jsonOfOne: async (id) =>
      (await rows(`select cast(json_object(${jsonObject}) as char) as json from item where id = ?`, [id]))[0]?.json as string,
    jsonOfList: async (limit) =>
      (
        await rows(
          `select cast(json_arrayagg(json_object(${jsonObject})) as char) as json from (select * from item order by id limit ?) as page`,
          [String(limit)],
        )
      )[0]?.json as string,
  }
}
