import { CompiledQuery } from 'kysely'
import { DatabaseError } from '../../../lib/database.js'
import { type Patience, whileBusy } from './busy.js'
import { type Driver, type Handle, openHandle } from './handle.js'
import { type FileIdentity, identify, sameFile } from './location.js'
import { begin } from './transaction.js'
import type { Turns } from './turns.js'

/** The two open handles of a file. */
export interface Handles {
  readonly file: FileIdentity
  /** Single reads: between two calls it holds no lock. */
  readonly reader: Handle
  /** Transactions and single writes, one at a time. */
  readonly writer: Handle
}

/** A file that is opened when it is needed. */
export interface FileConnection {
  /** Opens on first use, and again when that failed or the file was replaced. Throws what the driver throws. */
  handles(): Handles
  /** Closes the handles when another file has taken the name, or none has it any more. */
  checkFile(): void
  /** A handle of its own in a read transaction that has its lock already, so that nothing in it meets one. The caller closes it. */
  snapshot(patience: Patience): Promise<Handle>
  /** Nothing opens afterwards. Waits for the running transaction. */
  close(): Promise<void>
}

const firstRead = CompiledQuery.raw('select 1 from sqlite_schema limit 1')

export function connectFile(Driver: Driver, path: string, readOnly: boolean, turns: Turns): FileConnection {
  let open: Handles | null = null
  let closed = false
  const handles = () => {
    if (closed) throw closedHere()
    open ??= openBoth(Driver, path, readOnly)
    return open
  }
  const drop = async () => {
    const old = open
    open = null
    old?.reader.close()
    // The transaction that runs keeps its handle until it is over.
    if (old !== null) await turns(async () => old.writer.close(), { timeout: 0 })
  }
  return {
    handles,
    checkFile() {
      if (open !== null && isReplaced(open.file, path)) void drop()
    },
    snapshot: (patience) =>
      openSnapshot(() => {
        if (closed) throw closedHere()
        return openHandle(Driver, path, { readOnly, queryOnly: true })
      }, patience),
    close() {
      closed = true
      return drop()
    },
  }
}

function closedHere(): DatabaseError {
  return new DatabaseError('unavailable', {}, new Error('the database was closed here'))
}

async function openSnapshot(open: () => Handle, patience: Patience): Promise<Handle> {
  const handle = await whileBusy(open, patience)
  try {
    handle.run(begin)
    await whileBusy(() => handle.run(firstRead), patience)
    return handle
  } catch (error) {
    handle.close()
    throw error
  }
}

function openBoth(Driver: Driver, path: string, readOnly: boolean): Handles {
  const file = identifyFile(path)
  const reader = openHandle(Driver, path, { readOnly, queryOnly: true })
  try {
    const writer = openHandle(Driver, path, { readOnly, queryOnly: false })
    if (sameFile(file, identifyFile(path))) return { file, reader, writer }
    writer.close()
  } catch (error) {
    reader.close()
    throw error
  }
  reader.close()
  throw new DatabaseError('unavailable', {}, new Error('the file was replaced while it was opened'))
}

/** {@link identify}, failing with kind `unavailable`. */
export function identifyFile(path: string): FileIdentity {
  try {
    return identify(path)
  } catch (error) {
    throw new DatabaseError('unavailable', {}, error)
  }
}

function isReplaced(file: FileIdentity, path: string): boolean {
  try {
    return !sameFile(file, identify(path))
  } catch {
    return true
  }
}
