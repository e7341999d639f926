/** All rows of `item` the way each driver streams them, for handlers written by hand. */
import Database from 'better-sqlite3'
import mysql from 'mysql2'
import pg from 'pg'

export type Item = Record<string, unknown>
/** The first `limit` rows of `item`, in the order of its key. */
export type Rows = (limit: number) => AsyncIterable<Item> | Iterable<Item>

const text = (limit: number) => `select * from item order by id limit ${limit}`

export function rowsOf(dsn: string): Rows {
  if (dsn.startsWith('postgres')) return postgres(dsn)
  if (dsn.startsWith('sqlite')) return sqlite(dsn)
  const pool = mysql.createPool({ uri: dsn.replace(/^mariadb/, 'mysql') })
  return (limit) => pool.query(text(limit)).stream({ highWaterMark: 1_000 }) as AsyncIterable<Item>
}

/** A connection of its own for each: one that iterates can do nothing else. */
function sqlite(dsn: string): Rows {
  return function* (limit) {
    const database = new Database(dsn.replace(/^sqlite:/, ''), { readonly: true })
    try {
      yield* database.prepare<[], Item>(text(limit)).iterate()
    } finally {
      database.close()
    }
  }
}

/** What `pg-query-stream` does, with a cursor of SQL. */
function postgres(dsn: string): Rows {
  const url = new URL(dsn)
  const schema = url.searchParams.get('schema')
  url.searchParams.delete('schema')
  const pool = new pg.Pool({ connectionString: url.href, options: `-c search_path=${schema}` })
  return async function* (limit) {
    const client = await pool.connect()
    try {
      await client.query(`begin read only; declare found no scroll cursor for ${text(limit)}`)
      for (let more = true; more; ) {
        const { rows } = await client.query<Item>('fetch 1000 from found')
        more = rows.length > 0
        yield* rows
      }
      await client.query('commit')
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }
}
