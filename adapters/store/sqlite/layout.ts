import type { Database } from 'better-sqlite3'
import { fail } from '../../../lib/errors.js'
import { unavailable } from './errors.js'
import { applicationId, migrations } from './migrations.js'

/** Throws unless the file is empty or a contract store this version can read. Only reads. */
export function refuseForeign(db: Database, path: string): void {
  const owner = db.pragma('application_id', { simple: true })
  const layout = layoutOf(db)
  if (owner === applicationId) {
    refuseNewer(layout, path)
    return
  }
  const objects = db.prepare<[], number>('select count(*) from sqlite_schema').pluck().get()
  if (owner === 0 && layout === 0 && objects === 0) return
  const detail = "the file named as the contract store is another application's database"
  throw unavailable(path, detail, 'give the contract store a file of its own; this one was left as it is')
}

/** Brings the file to the newest layout, in one transaction; does nothing when it is there. */
export function migrate(db: Database, path: string): void {
  if (layoutOf(db) === migrations.length) return
  const run = db.transaction(() => {
    // Again, now that nobody else can write: another process may have done it meanwhile.
    refuseForeign(db, path)
    for (const script of migrations.slice(layoutOf(db))) db.exec(script)
  })
  run.immediate()
}

/** Throws `store-too-new`; asked in every transaction, since a newer process may migrate the file while this one runs. */
export function refuseNewer(layout: number, path: string): void {
  const known = migrations.length
  if (layout <= known) return
  fail('store-too-new', {
    detail: `the contract store was written by a newer faucet-db: its layout is ${layout}, this one knows ${known}`,
    hint: 'update faucet-db here, or give this version a store of its own',
    context: { path, layout, known },
  })
}

/** 0 for a file without one. */
export function layoutOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}
