import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore, type SqliteStoreOptions } from '../../adapters/store/sqlite/index.js'
import type { ContractStore } from '../../lib/contract/store.js'
import { lock } from './store-samples.js'

export interface StoreFolder {
  folder: string
  /** Of the store's file, in `folder`. */
  path: string
  /** A store that is closed after the test. */
  opened(options?: SqliteStoreOptions, path?: string): ContractStore
  /** Leaves a closed store with version 1 of "shop" at `path`. */
  written(): Promise<void>
}

/** A folder made anew for every test of the suite that calls this. */
export function storeFolder(): StoreFolder {
  const open: ContractStore[] = []
  const place: StoreFolder = {
    folder: '',
    path: '',
    opened: (options = {}, path = place.path) => {
      const store = openSqliteStore(path, options)
      open.push(store)
      return store
    },
    written: async () => {
      const store = openSqliteStore(place.path)
      await lock(store)
      await store.close()
    },
  }
  beforeEach(() => {
    place.folder = mkdtempSync(join(tmpdir(), 'faucet-store-'))
    place.path = join(place.folder, 'contracts.db')
  })
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close()
    rmSync(place.folder, { recursive: true })
  })
  return place
}
