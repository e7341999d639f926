import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The path of a contract store in a new folder of its own; the file itself is made on first use. */
export function temporaryStore(): string {
  return join(mkdtempSync(join(tmpdir(), 'faucet_store_')), 'contracts.db')
}

/** Removes the folder of {@link temporaryStore}. */
export function removeStore(store: string): void {
  rmSync(dirname(store), { recursive: true })
}
