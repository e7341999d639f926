import type { Database } from 'better-sqlite3'
import type { IdentityPair } from '../../../lib/contract/store.js'

export function readIdentities(db: Database, service: string, scope: string): Map<string, string> {
  const sql = 'select logical_id, engine_id from identity where service = ? and scope = ?'
  return new Map(db.prepare<[string, string], [string, string]>(sql).raw().all(service, scope))
}

const upsertIdentity = `
  insert into identity (service, scope, logical_id, engine_id) values (?, ?, ?, ?)
  on conflict do update set engine_id = excluded.engine_id where engine_id <> excluded.engine_id`

export function writeIdentities(db: Database, service: string, scope: string, pairs: Iterable<IdentityPair>): void {
  const upsert = db.prepare<[string, string, string, string]>(upsertIdentity)
  for (const [logicalId, engineId] of pairs) upsert.run(service, scope, logicalId, engineId)
}

/** The pairs that are not stored as they are. */
export function unsaved(db: Database, service: string, scope: string, pairs: Iterable<IdentityPair>): IdentityPair[] {
  const known = readIdentities(db, service, scope)
  return [...pairs].filter(([logicalId, engineId]) => known.get(logicalId) !== engineId)
}
