import type { Database } from 'better-sqlite3'
import type { VersionCommit, VersionNumber } from '../../../lib/contract/store.js'
import type { ContractVersion } from '../../../lib/contract/types.js'
import { fail } from '../../../lib/errors.js'
import { digestOf } from '../../../lib/schema/canonical.js'
import { addEntry } from './history.js'
import { writeIdentities } from './identities.js'
import { writeResolutions } from './resolutions.js'
import { expireVersions } from './retention.js'
import { type ServiceRow, servedNumber, touchService } from './services.js'
import { byName, insertShapes, type StoredShape, shapeOf } from './shapes.js'

/** What a commit writes and does not depend on the store. */
export interface PreparedCommit extends VersionCommit {
  readonly digest: string
  readonly shapes: readonly StoredShape[]
}

export function prepareCommit(commit: VersionCommit): PreparedCommit {
  const tables = [...commit.tables].sort(byName)
  return { ...commit, tables, digest: digestOf(tables), shapes: tables.map(shapeOf) }
}

/** Throws `contract-moved` or `not-locked`; see `ContractStore.commit`. */
export function commitVersion(db: Database, service: string, commit: PreparedCommit): ContractVersion {
  const row = touchService(db, service)
  const current = servedNumber(row)
  refuseMoved(service, current, row, commit.expected)
  const number = numberOf(service, current, row, commit.kind)
  const { kind, actor, reason, changes, digest, tables } = commit
  const entry = addEntry(db, service, { event: kind, ...number, actor, reason, changes })
  const id = insertVersion(db, service, number, digest, entry.id)
  insertShapes(db, id, commit.shapes)
  writeIdentities(db, service, commit.scope, commit.identities)
  const update = 'update service set current = ?, unlocked = 0, next_version = max(next_version, ?) where name = ?'
  db.prepare<[number, number, string]>(update).run(id, number.version + 1, service)
  writeResolutions(db, service, commit.resolutions ?? [], { actor, reason }, number)
  expireVersions(db, service, commit.retain)
  return { service, ...number, tables, digest, kind, createdAt: entry.at, actor, reason, changes }
}

function insertVersion(
  db: Database,
  service: string,
  { version, revision }: VersionNumber,
  digest: string,
  entry: number,
): number {
  const sql = 'insert into version (service, version, revision, digest, entry) values (?, ?, ?, ?, ?)'
  return Number(
    db.prepare<[string, number, number, string, number]>(sql).run(service, version, revision, digest, entry).lastInsertRowid,
  )
}

function refuseMoved(
  service: string,
  current: VersionNumber | null,
  { next_version }: ServiceRow,
  expected: VersionNumber | null,
): void {
  if (current?.version === expected?.version && current?.revision === expected?.revision) return
  const known = expected === null || expected.version < next_version
  fail('contract-moved', {
    detail: known
      ? `the contract of "${service}" is at ${spell(current)} now, not at ${spell(expected)}`
      : `the store never held version ${spell(expected)} of "${service}"`,
    hint: known ? 'read the contract again and decide again' : 'look whether the store was replaced by an older copy',
    context: { service, expected, current },
  })
}

function numberOf(
  service: string,
  current: VersionNumber | null,
  { next_version }: ServiceRow,
  kind: VersionCommit['kind'],
): VersionNumber {
  if (kind !== 'merge') return { version: next_version, revision: 0 }
  if (current !== null) return { version: current.version, revision: current.revision + 1 }
  fail('not-locked', { detail: `"${service}" is not locked, so nothing can be merged into it`, hint: 'lock it first' })
}

function spell(number: VersionNumber | null): string {
  if (number === null) return 'no version'
  return number.revision === 0 ? String(number.version) : `${number.version}.${number.revision}`
}
