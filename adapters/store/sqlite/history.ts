import type { Database } from 'better-sqlite3'
import type { By, HistoryEntry } from '../../../lib/contract/store.js'
import type { Change } from '../../../lib/contract/types.js'

interface EntryRow extends Omit<HistoryEntry, 'changes' | 'details'> {
  readonly changes: string
  readonly details: string
}

export interface NewEntry extends By {
  readonly event: HistoryEntry['event']
  readonly version: number | null
  readonly revision: number | null
  readonly changes?: readonly Change[]
  readonly details?: HistoryEntry['details']
}

const insertEntry = `
  insert into history (service, at, event, version, revision, actor, reason, changes, details)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Adds a line to the audit log, stamped now; returns its id and time. */
export function addEntry(db: Database, service: string, entry: NewEntry): { id: number; at: string } {
  const at = new Date().toISOString()
  const { event, version, revision, actor, reason, changes = [], details = {} } = entry
  const texts = [JSON.stringify(changes), JSON.stringify(details)]
  const added = db.prepare(insertEntry).run(service, at, event, version, revision, actor, reason, ...texts)
  return { id: Number(added.lastInsertRowid), at }
}

const selectEntries = `
  select id, at, event, version, revision, actor, reason, changes, details
  from history where service = ? order by id desc limit ?`

export function readHistory(db: Database, service: string, limit: number): HistoryEntry[] {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`cannot read ${limit} entries`)
  const rows = db.prepare<[string, number], EntryRow>(selectEntries).all(service, limit)
  return rows.map((row) => ({ ...row, changes: JSON.parse(row.changes), details: JSON.parse(row.details) }))
}
