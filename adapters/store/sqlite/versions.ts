import type { Database } from 'better-sqlite3'
import type { VersionSummary } from '../../../lib/contract/store.js'
import type { ContractVersion } from '../../../lib/contract/types.js'
import { readService } from './services.js'
import { byName, readTables } from './shapes.js'

interface VersionRow extends Omit<VersionSummary, 'changes'> {
  readonly id: number
  readonly changes: string
}

const selectVersions = `
  select v.id, v.service, v.version, v.revision, v.digest, h.event as kind, h.at as createdAt, h.actor, h.reason, h.changes
  from version v join history h on h.id = v.entry`

/** Newest first. */
export function readSummaries(db: Database, service: string): VersionSummary[] {
  const sql = `${selectVersions} where v.service = ? order by v.version desc, v.revision desc`
  return db.prepare<[string], VersionRow>(sql).all(service).map(summaryOf)
}

/** The latest revision without `revision`. */
export function readVersion(db: Database, service: string, version: number, revision?: number): ContractVersion | null {
  const sql = `${selectVersions} where v.service = ? and v.version = ? and v.revision = coalesce(?, v.revision) order by v.revision desc limit 1`
  const row = db.prepare<[string, number, number | null], VersionRow>(sql).get(service, version, revision ?? null)
  return row === undefined ? null : { ...summaryOf(row), tables: readTables(db, row.id).sort(byName) }
}

export function readCurrent(db: Database, service: string): ContractVersion | null {
  const { version, revision } = readService(db, service)
  return version === null || revision === null ? null : readVersion(db, service, version, revision)
}

function summaryOf({ id: _, changes, ...row }: VersionRow): VersionSummary {
  return { ...row, changes: JSON.parse(changes) }
}
