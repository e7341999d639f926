import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { fail } from '../../../lib/errors.js'
import { isBusy, storeError, unavailable } from './errors.js'
import { layoutOf, refuseNewer } from './layout.js'
import { type OpenedFile, openFile } from './open-file.js'

/**
 * One lazily opened SQLite file. SQLite works synchronously and is told never to wait for a lock: waiting happens
 * here, between attempts, so that a locked store does not stop the host's event loop.
 */
export class Connection {
  #opening: Promise<OpenedFile> | undefined
  #everOpened = false
  #closed = false

  /** `patience`: milliseconds to go on trying while another process holds a lock. */
  constructor(
    readonly path: string,
    private readonly patience: number,
  ) {}

  /** `work` sees one state of the store throughout. It is synchronous and may run more than once, its earlier effects undone. */
  read<T>(work: (db: Database) => T): Promise<T> {
    return this.#attempt((db) => db.transaction(() => this.#checked(db, work)).deferred())
  }

  /** As {@link Connection.read}, with the write lock from its start; rolled back when it throws. */
  write<T>(work: (db: Database) => T): Promise<T> {
    return this.#attempt((db) => db.transaction(() => this.#checked(db, work)).immediate())
  }

  /** Also ends what still waits for a lock. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const opened = await this.#opening?.catch(() => undefined)
    opened?.db.close()
  }

  async #attempt<T>(work: (db: Database) => T): Promise<T> {
    const end = performance.now() + this.patience
    for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
      try {
        const opened = await this.#open()
        // From here on nothing is awaited, so nobody closes or replaces it in between.
        return work(this.#current(opened))
      } catch (error) {
        if (!isBusy(error) || performance.now() >= end) throw storeError(error, this.path)
      }
      // Not unreferenced: somebody awaits the answer, and it ends by itself. Random, or two processes would meet again.
      await delay(pause * (0.5 + Math.random()))
    }
  }

  #checked<T>(db: Database, work: (db: Database) => T): T {
    refuseNewer(layoutOf(db), this.path)
    return work(db)
  }

  async #open(): Promise<OpenedFile> {
    if (this.#closed) closed()
    // A file that was there is not made again: an empty store would let the next start lock whatever is live.
    this.#opening ??= openFile(this.path, { create: !this.#everOpened })
    const opening = this.#opening
    try {
      const opened = await opening
      this.#everOpened = true
      return opened
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined
      throw error
    }
  }

  /** SQLite would go on writing into a file that was deleted or moved away, and all of it would be lost. */
  #current(opened: OpenedFile): Database {
    if (this.#closed) closed()
    if (opened.db.open && opened.isInPlace()) return opened.db
    if (opened.db.open) this.#opening = undefined
    opened.db.close()
    const hint = 'the next attempt opens the file that is there then'
    throw unavailable(this.path, 'the file of the contract store was removed or replaced while in use', hint)
  }
}

function closed(): never {
  fail('closed', { detail: 'the contract store was closed' })
}
