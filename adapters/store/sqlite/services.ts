import type { Database } from 'better-sqlite3'
import type { By, ServiceRecord, VersionNumber } from '../../../lib/contract/store.js'
import type { LockMode } from '../../../lib/contract/types.js'
import { addEntry } from './history.js'
import { readResolutions } from './resolutions.js'
import { dropUnusedShapes } from './shapes.js'

/** A service's row, with what is served. */
export interface ServiceRow {
  readonly mode: LockMode | null
  readonly unlocked: 0 | 1
  readonly acknowledged: string | null
  readonly announced: string | null
  /** Id of the served version's row; null with `version` and `revision` when nothing is served. */
  readonly current: number | null
  readonly version: number | null
  readonly revision: number | null
  /** What the next version and the next logical id will be called. */
  readonly next_version: number
  readonly next_id: number
}

const unknown: ServiceRow = {
  mode: null,
  unlocked: 0,
  acknowledged: null,
  announced: null,
  current: null,
  version: null,
  revision: null,
  next_version: 1,
  next_id: 1,
}

const selectService = `
  select mode, unlocked, acknowledged, announced, current, v.version, v.revision, next_version, next_id
  from service left join version v on v.id = current where name = ?`

/** What is stored; the initial values for a service never heard of. */
export function readService(db: Database, name: string): ServiceRow {
  return db.prepare<[string], ServiceRow>(selectService).get(name) ?? unknown
}

export function serviceRecord(db: Database, name: string): ServiceRecord {
  const row = readService(db, name)
  const { mode, unlocked, acknowledged, announced, next_version } = row
  return {
    mode,
    unlocked: unlocked === 1,
    current: servedNumber(row),
    acknowledged,
    announced,
    lastVersion: next_version - 1,
    resolutions: readResolutions(db, name),
  }
}

/** The served version; null for none. */
export function servedNumber({ version, revision }: ServiceRow): VersionNumber | null {
  return version === null || revision === null ? null : { version, revision }
}

/** Makes the row when there is none. */
export function touchService(db: Database, name: string): ServiceRow {
  db.prepare<[string]>('insert into service (name) values (?) on conflict do nothing').run(name)
  return readService(db, name)
}

export function setMode(db: Database, name: string, mode: LockMode | null, by: By): void {
  const row = touchService(db, name)
  if (row.mode === mode) return
  db.prepare<[string | null, string]>('update service set mode = ? where name = ?').run(mode, name)
  addEntry(db, name, { event: 'mode', ...by, version: row.version, revision: row.revision, details: { mode } })
}

export function acknowledge(db: Database, name: string, fingerprint: string, by: By): void {
  const row = touchService(db, name)
  if (row.acknowledged === fingerprint) return
  db.prepare<[string, string]>('update service set acknowledged = ? where name = ?').run(fingerprint, name)
  addEntry(db, name, { event: 'acknowledge', ...by, version: row.version, revision: row.revision, details: { fingerprint } })
}

export function announce(db: Database, name: string, fingerprint: string): void {
  if (touchService(db, name).announced === fingerprint) return
  db.prepare<[string, string]>('update service set announced = ? where name = ?').run(fingerprint, name)
}

export function unlock(db: Database, name: string, { purge: purged = false, ...by }: By & { readonly purge?: boolean }): void {
  const row = touchService(db, name)
  if (row.unlocked === 1 && !purged) return
  db.prepare<[string]>('update service set unlocked = 1, current = null where name = ?').run(name)
  if (purged) purge(db, name)
  addEntry(db, name, { event: 'unlock', ...by, version: row.version, revision: row.revision, details: { purged } })
}

/** The service's row stays: its numbers and ids must never be handed out again. */
function purge(db: Database, name: string): void {
  const steps = [
    'insert into purge (service) values (?)',
    'delete from version_table where version_id in (select id from version where service = ?)',
    'delete from version where service = ?',
    'delete from resolution where service = ?',
    'delete from history where service = ?',
    'delete from identity where service = ?',
    'delete from snapshot where service = ?',
    'update service set acknowledged = null, announced = null where name = ?',
    'delete from purge where service = ?',
  ]
  for (const step of steps) db.prepare<[string]>(step).run(name)
  dropUnusedShapes(db)
}

export function reserveIds(db: Database, name: string, count: number): number {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`cannot reserve ${count} ids`)
  const { next_id } = touchService(db, name)
  db.prepare<[number, string]>('update service set next_id = ? where name = ?').run(next_id + count, name)
  return next_id
}
