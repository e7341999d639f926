import { resolve } from 'node:path'
import type { ContractStore, IdentityPair } from '../../../lib/contract/store.js'
import type { LiveSchema } from '../../../lib/schema/table.js'
import { commitVersion, prepareCommit } from './commit.js'
import { Connection } from './connection.js'
import { readHistory } from './history.js'
import { readIdentities, unsaved, writeIdentities } from './identities.js'
import { writeResolutions } from './resolutions.js'
import {
  acknowledge,
  announce,
  readService,
  reserveIds,
  servedNumber,
  serviceRecord,
  setMode,
  touchService,
  unlock,
} from './services.js'
import { hashOf } from './shapes.js'
import { readSnapshot, type StoredSnapshot, savedHash, writeSnapshot } from './snapshots.js'
import { readCurrent, readSummaries, readVersion } from './versions.js'

export interface SqliteStoreOptions {
  /** Milliseconds to go on trying while another process holds a lock, then `store-unavailable`. Default 5,000. */
  readonly patience?: number
}

/**
 * A contract store in one SQLite file, which several processes on one machine may share. The file is made on first use
 * (mode 0600, missing folders 0700); `:memory:` is a store of its own that ends with the process.
 *
 * Errors carry the file's path as `context.path`, for the host and operators: leave it out of what consumers see.
 *
 * @example const store = openSqliteStore('.faucet/contracts.db')
 */
export function openSqliteStore(location: string, { patience = 5_000 }: SqliteStoreOptions = {}): ContractStore {
  const file = new Connection(location === ':memory:' ? location : resolve(location), patience)
  return {
    service: (name) => file.read((db) => serviceRecord(db, name)),
    current: (name) => file.read((db) => readCurrent(db, name)),
    version: (name, version, revision) => file.read((db) => readVersion(db, name, version, revision)),
    versions: (name) => file.read((db) => readSummaries(db, name)),
    commit: async (name, commit) => {
      const prepared = prepareCommit(commit)
      return file.write((db) => commitVersion(db, name, prepared))
    },
    unlock: (name, by) => file.write((db) => unlock(db, name, by)),
    setMode: (name, mode, by) => file.write((db) => setMode(db, name, mode, by)),
    acknowledge: (name, fingerprint, by) => file.write((db) => acknowledge(db, name, fingerprint, by)),
    resolve: (name, changes, by) =>
      file.write((db) => writeResolutions(db, name, changes, by, servedNumber(touchService(db, name)))),
    announce: (name, fingerprint) => file.write((db) => announce(db, name, fingerprint)),
    identities: (name, scope) => file.read((db) => readIdentities(db, name, scope)),
    saveIdentities: (name, scope, pairs) => saveIdentities(file, name, scope, [...pairs]),
    snapshot: (name) => file.read((db) => readSnapshot(db, name)),
    saveSnapshot: (name, live, previous) => saveSnapshot(file, name, live, previous),
    reserveIds: (name, count) => file.write((db) => reserveIds(db, name, count)),
    history: (name, { limit = 100 } = {}) => file.read((db) => readHistory(db, name, limit)),
    ping: () => file.read((db) => void readService(db, '')),
    close: () => file.close(),
  }
}

/** Looks before it asks for the write lock: on most calls nothing differs. */
async function saveIdentities(file: Connection, name: string, scope: string, pairs: readonly IdentityPair[]): Promise<void> {
  const missing = await file.read((db) => unsaved(db, name, scope, pairs))
  if (missing.length > 0) await file.write((db) => writeIdentities(db, name, scope, missing))
}

async function saveSnapshot(file: Connection, name: string, live: LiveSchema, previous: LiveSchema | null): Promise<boolean> {
  const snapshot = stored(live)
  const expected = previous === null ? null : stored(previous).hash
  if ((await file.read((db) => savedHash(db, name))) === snapshot.hash) return true
  return file.write((db) => {
    const saved = savedHash(db, name)
    if (saved === snapshot.hash) return true
    if (saved !== expected) return false
    writeSnapshot(db, name, snapshot)
    return true
  })
}

function stored(live: LiveSchema): StoredSnapshot {
  const json = JSON.stringify(live)
  return { json, hash: hashOf(json) }
}
