import type { Database } from 'better-sqlite3'
import { dropUnusedShapes } from './shapes.js'

const beyond = `
  insert into expired (version_id)
  select id from version where service = @service
    and version not in (select distinct version from version where service = @service order by version desc limit @retain)
    and id <> (select coalesce(current, 0) from service where name = @service)`

/** Removes all versions but the newest `retain` and what is served, with their revisions; their lines in the history stay. */
export function expireVersions(db: Database, service: string, retain: number): void {
  if (!Number.isSafeInteger(retain) || retain < 1) throw new RangeError(`cannot retain ${retain} versions`)
  if (db.prepare<{ service: string; retain: number }>(beyond).run({ service, retain }).changes === 0) return
  for (const step of [
    'delete from version_table where version_id in (select version_id from expired)',
    'delete from version where id in (select version_id from expired)',
    'delete from expired',
  ]) {
    db.prepare<[]>(step).run()
  }
  dropUnusedShapes(db)
}
