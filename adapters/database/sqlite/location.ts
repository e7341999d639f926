import { realpathSync, statSync } from 'node:fs'
import { fail } from '../../../lib/errors.js'

/** Where a database is: the path (`null`: in memory) and whether the DSN asked for reading only. */
export interface Location {
  readonly path: string | null
  readonly readOnly: boolean
}

/** What tells one file from another of the same name. */
export interface FileIdentity {
  readonly path: string
  readonly device: string
  readonly inode: string
}

/**
 * The file of a DSN: `sqlite:./shop.db` (from the working directory), `sqlite:///var/shop.db`, `sqlite::memory:`, each
 * percent-decoded; `?mode=ro` opens it for reading only. Fails with `invalid-config` without a path.
 */
export function locationOf(url: URL): Location {
  const path = filenameOf(url)
  return { path: path === ':memory:' ? null : path, readOnly: url.searchParams.get('mode') === 'ro' }
}

/** The path of a DSN, percent-decoded. A `//` without a third slash makes the first part of a relative path the URL's host. */
export function filenameOf(url: URL): string {
  const path = decodeURIComponent(url.hostname + url.pathname)
  if (path !== '' && !path.includes('\0')) return path
  return fail('invalid-config', { detail: 'the DSN names no file', hint: 'for example sqlite:./shop.db or sqlite::memory:' })
}

/** Looks the file up, links resolved. Throws the system's error when it is not there. */
export function identify(path: string): FileIdentity {
  const real = realpathSync(path)
  const { dev, ino } = statSync(real, { bigint: true })
  return { path: real, device: String(dev), inode: String(ino) }
}

export function sameFile(left: FileIdentity, right: FileIdentity): boolean {
  return left.device === right.device && left.inode === right.inode
}
