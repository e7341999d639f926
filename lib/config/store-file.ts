import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Reading, wrongKind } from './problem.js'

/** Where the contracts are kept unless `store` says otherwise. */
export const defaultStore = '.faucet/contracts.db'

/** The absolute path of the store, or `:memory:`. */
export function readStore(value: unknown): Reading<string> {
  if (typeof value !== 'string') return wrongKind('text', value)
  if (value.trim() === '') return { message: 'must not be empty' }
  if (value === ':memory:') return { value }
  // Two letters and more before the colon: `C:\` is a path.
  if (/^[a-z][a-z0-9+.-]+:/i.test(value)) return { message: 'must be the path of a file, not a URL' }
  return { value: resolve(value) }
}

/** Whether two paths are one file: by path, or by inode where both exist, since links have other paths. */
export function isSameFile(path: string, other: string): boolean {
  if (resolve(path) === resolve(other)) return true
  const [one, two] = [inode(path), inode(other)]
  return one !== undefined && one === two
}

function inode(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev}:${stats.ino}`
  } catch {
    return undefined
  }
}
