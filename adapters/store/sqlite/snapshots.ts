import type { Database } from 'better-sqlite3'
import type { LiveSchema } from '../../../lib/schema/table.js'

/** A reading as it is stored, with the SHA-256 of the text. */
export interface StoredSnapshot {
  readonly hash: string
  readonly json: string
}

/** Throws a SyntaxError when what is stored is no JSON. */
export function readSnapshot(db: Database, service: string): LiveSchema | null {
  const json = db.prepare<[string], string>('select json from snapshot where service = ?').pluck().get(service)
  return json === undefined ? null : JSON.parse(json)
}

/** The hash of what is stored; null for nothing. */
export function savedHash(db: Database, service: string): string | null {
  return db.prepare<[string], string>('select hash from snapshot where service = ?').pluck().get(service) ?? null
}

export function writeSnapshot(db: Database, service: string, { hash, json }: StoredSnapshot): void {
  const sql =
    'insert into snapshot (service, hash, json) values (?, ?, ?) on conflict do update set hash = excluded.hash, json = excluded.json'
  db.prepare<[string, string, string]>(sql).run(service, hash, json)
}
