import type { Database } from 'better-sqlite3'
import type { ResolutionChange, StoredResolution } from '../../../lib/contract/resolution.js'
import type { By, VersionNumber } from '../../../lib/contract/store.js'
import { addEntry } from './history.js'

interface ResolutionRow extends Omit<StoredResolution, 'resolution'> {
  readonly json: string
}

const selectResolutions = `
  select r.subject, r.json, h.at, h.actor, h.reason
  from resolution r join history h on h.id = r.entry where r.service = ? order by r.entry`

/** What holds, oldest first. */
export function readResolutions(db: Database, service: string): StoredResolution[] {
  const rows = db.prepare<[string], ResolutionRow>(selectResolutions).all(service)
  return rows.map(({ json, ...row }) => ({ ...row, resolution: JSON.parse(json) }))
}

/** Writes what differs from what holds, each with its line in the history. `served`: what is served at that moment. */
export function writeResolutions(
  db: Database,
  service: string,
  changes: readonly ResolutionChange[],
  by: By,
  served: VersionNumber | null,
): void {
  const numbers = { version: served?.version ?? null, revision: served?.revision ?? null }
  const known = db.prepare<[string, string], string>('select json from resolution where service = ? and subject = ?').pluck()
  const remove = db.prepare<[string, string]>('delete from resolution where service = ? and subject = ?')
  const insert = db.prepare<[string, string, string, number]>(
    'insert into resolution (service, subject, json, entry) values (?, ?, ?, ?)',
  )
  for (const { subject, resolution } of changes) {
    const before = known.get(service, subject)
    const json = resolution === null ? undefined : JSON.stringify(resolution)
    if (before === json) continue
    const said = resolution ?? JSON.parse(before ?? 'null')
    const details = { resolution: said, withdrawn: resolution === null }
    const entry = addEntry(db, service, { event: 'resolve', actor: by.actor, reason: by.reason, ...numbers, details })
    remove.run(service, subject)
    if (json !== undefined) insert.run(service, subject, json, entry.id)
  }
}
