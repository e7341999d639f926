import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { Table } from '../../../lib/schema/table.js'

/** A table as it is stored: its content apart from what it is called, under the SHA-256 of that content. */
export interface StoredShape {
  readonly name: string
  readonly id: string | null
  readonly hash: string
  readonly json: string
}

/** Work for before the transaction: a thousand tables take longer to write out than to store. */
export function shapeOf({ id, name, ...content }: Table): StoredShape {
  // Not the canonical text, which takes six times as long: keys in another order only store the shape once more.
  const json = JSON.stringify(content)
  return { id, name, json, hash: hashOf(json) }
}

/** Stores a version's tables; content that is there already is not stored again. */
export function insertShapes(db: Database, version: number, shapes: readonly StoredShape[]): void {
  const shape = db.prepare<[string, string]>('insert into shape (hash, json) values (?, ?) on conflict do nothing')
  const table = db.prepare<[number, string, string | null, string]>(
    'insert into version_table (version_id, name, logical_id, shape) select ?, ?, ?, id from shape where hash = ?',
  )
  for (const { name, id, hash, json } of shapes) {
    shape.run(hash, json)
    table.run(version, name, id, hash)
  }
}

const selectShapes = `
  select name, logical_id as id, hash, json from version_table join shape on shape.id = version_table.shape where version_id = ?`

/** A version's tables in no order. Throws a SyntaxError when the content is not what was stored: SQLite has no checksums. */
export function readTables(db: Database, version: number): Table[] {
  return db.prepare<[number], StoredShape>(selectShapes).all(version).map(tableOf)
}

function tableOf({ id, name, hash, json }: StoredShape): Table {
  if (hashOf(json) !== hash) throw new SyntaxError(`a stored table does not match its hash ${hash}`)
  return { id, name, ...JSON.parse(json) }
}

/** Removes the content that no version has any more. */
export function dropUnusedShapes(db: Database): void {
  db.prepare<[]>('delete from shape where not exists (select 1 from version_table where shape = shape.id)').run()
}

/** In the order of code units, which is not SQLite's (it compares UTF-8). */
export function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : Number(one.name > other.name)
}

/** SHA-256, lower-case hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
