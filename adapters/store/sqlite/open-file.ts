import { closeSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { codeOf, driverMissing, isBusy, unavailable } from './errors.js'
import { migrate, refuseForeign } from './layout.js'

export type { Database }

export interface OpenedFile {
  readonly db: Database
  /** True while the path still leads to the file that was opened; always true for `:memory:`. */
  isInPlace(): boolean
}

export interface OpenFileOptions {
  /** Whether a file that is not there is made (0600, its folder 0700). */
  readonly create: boolean
}

/**
 * Opens, checks and, when it is new or older, lays out the store's file. Throws raw SQLite and system errors too: see `storeError`.
 *
 * The journal mode is left at SQLite's rollback journal, not WAL: whenever nobody is committing, the one file is the whole
 * store, so that `cp` is a backup and putting one in place is a restore. With WAL a copy silently lacks the latest versions,
 * and a restored file is merged with the log of the one before (ran). Commits are rare, so what WAL is faster at does not matter.
 */
export async function openFile(path: string, { create }: OpenFileOptions): Promise<OpenedFile> {
  const { default: Sqlite } = await import('better-sqlite3').catch((error: unknown) => {
    throw driverMissing(error)
  })
  const opened = path === ':memory:' ? null : prepareFile(path, create)
  const db = connect(() => new Sqlite(path, { timeout: 0, fileMustExist: opened !== null }))
  try {
    adopt(db, path)
  } catch (error) {
    db.close()
    throw error
  }
  return { db, isInPlace: () => opened === null || isSameFile(opened, statSync(path, { throwIfNoEntry: false })) }
}

/**
 * Never reads the file itself: closing any descriptor of a file drops all POSIX locks this process has on it, and
 * another store of this process may be open on it. Making a file that did not exist is safe.
 */
function prepareFile(path: string, create: boolean): Stats {
  const hint = 'name a file for the contract store; it is made when it does not exist'
  if (create) makeFile(path)
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) {
    throw unavailable(
      path,
      'the file of the contract store is gone',
      'put it back and the next attempt opens it; a restart would begin an empty store',
    )
  }
  if (found.isDirectory()) throw unavailable(path, 'the path of the contract store is a folder', hint)
  if (!found.isFile()) throw unavailable(path, 'the path of the contract store is not a regular file', hint)
  return found
}

/** SQLite would make it 0644; its journal takes the mode of this file. */
function makeFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function connect(open: () => Database): Database {
  try {
    return open()
  } catch (error) {
    // The native part is loaded by the constructor, and its failures have many codes or none.
    throw codeOf(error).startsWith('SQLITE_') ? error : driverMissing(error)
  }
}

/** Nothing is written before the file is known to be new or ours. */
function adopt(db: Database, path: string): void {
  refuseForeign(db, path)
  // The default, `full`, may bring back the last commit's journal after a power cut, and so forget a version consumers have seen.
  db.pragma('synchronous = extra')
  migrate(db, path)
  refuseReadOnly(db)
}

/**
 * A file or folder without write permission opens well and would fail at the first lock or promotion: better now.
 * Only a real change tells: `begin immediate` passes on a read-only file, and a change of nothing in a read-only folder.
 */
function refuseReadOnly(db: Database): void {
  try {
    db.exec("begin immediate; insert into purge (service) values ('')")
  } catch (error) {
    if (!isBusy(error)) throw error
  } finally {
    if (db.inTransaction) db.exec('rollback')
  }
}

function isSameFile(one: Stats, other: Stats | undefined): boolean {
  return other !== undefined && one.ino === other.ino && one.dev === other.dev
}
