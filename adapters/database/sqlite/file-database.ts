import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { type Database, DatabaseError, type DatabaseSettings, type StatementOptions } from '../../../lib/database.js'
import { type Patience, refuseAborted, whileBusy } from './busy.js'
import { readCatalog } from './catalog.js'
import { inChunks } from './chunks.js'
import { classify } from './errors.js'
import { type Driver, type Handle, openHandle } from './handle.js'
import { identified } from './identity.js'
import { tablesOf } from './introspect.js'
import { type FileIdentity, identify, sameFile } from './location.js'
import { begin, beginImmediate, inTransaction } from './transaction.js'
import { createTurns } from './turns.js'

interface Handles {
  readonly file: FileIdentity
  /** Single reads: between two calls it holds no lock. */
  readonly reader: Handle
  /** Transactions and single writes, one at a time. */
  readonly writer: Handle
}

const schemaVersion = CompiledQuery.raw('pragma schema_version')
const firstRead = CompiledQuery.raw('select 1 from sqlite_schema limit 1')

/**
 * A database in a file, opened at the first use and again after a failure. Reads do not wait for a transaction of ours;
 * `poolMax` means nothing, for the driver is synchronous. A stream reads on a handle of its own; without WAL mode its open
 * cursor keeps every COMMIT waiting.
 */
export function openFile(Driver: Driver, path: string, readOnly: boolean, settings: DatabaseSettings): Database {
  const turns = createTurns()
  let handles: Handles | null = null
  let closed = false
  const patience = (options?: StatementOptions): Patience => ({ timeout: settings.statementTimeout, signal: options?.signal })
  const connected = (): Handles => {
    if (closed) throw new DatabaseError('unavailable', {}, new Error('the database was closed here'))
    handles ??= openBoth(Driver, path, readOnly)
    return handles
  }
  const drop = () => {
    const old = handles
    handles = null
    // The transaction that runs keeps its handle until it is over.
    if (old !== null) {
      old.reader.close()
      return turns(async () => old.writer.close(), { timeout: 0 })
    }
    return undefined
  }
  /** The file's version now; reopens when another file has taken its name. */
  const look = () =>
    whileBusy(() => {
      if (handles !== null && isReplaced(handles.file, path)) void drop()
      const { file, reader } = connected()
      return fingerprint(reader, file)
    }, patience())

  /** A handle of its own in a read transaction that has its lock already, so that nothing in it meets one. */
  const snapshot = async (how: Patience) => {
    const own = await whileBusy(() => {
      connected()
      return openHandle(Driver, path, { readOnly, queryOnly: true })
    }, how)
    try {
      own.run(begin)
      await whileBusy(() => own.run(firstRead), how)
      return own
    } catch (error) {
      own.close()
      throw error
    }
  }

  return {
    schema: null,
    async query(query, options) {
      const read = await whileBusy(() => {
        const { reader } = connected()
        return reader.onlyReads(query.sql) ? reader.run(query) : null
      }, patience(options))
      if (read !== null) return read
      return turns(() => whileBusy(() => connected().writer.run(query), patience(options)), patience(options))
    },
    transaction: (work, options) =>
      turns(async () => {
        const { writer } = await whileBusy(connected, patience(options))
        return inTransaction((query) => writer.run(query), readOnly ? begin : beginImmediate, work, patience(options))
      }, patience(options)),
    async *stream(query, options) {
      const own = await snapshot(patience(options))
      try {
        for (const rows of inChunks(own.iterate(query))) {
          yield rows
          await nextTurn()
          refuseAborted(options?.signal)
        }
      } catch (error) {
        throw classify(error)
      } finally {
        own.close()
      }
    },
    async introspect(previous) {
      await look()
      const file = identifyFile(path)
      const own = await snapshot(patience())
      try {
        const catalog = await readCatalog(async (sql, parameters = []) => own.run({ sql, parameters }).rows)
        const base = `sqlite:${file.path}:${file.device}:${file.inode}`
        return identified(
          { base, probe: `${catalog.version}:${file.device}:${file.inode}`, catalog, tables: tablesOf(catalog) },
          previous,
        )
      } finally {
        own.close()
      }
    },
    probe: look,
    async close() {
      closed = true
      await drop()
    },
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

function identifyFile(path: string): FileIdentity {
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

function fingerprint(reader: Handle, { device, inode }: FileIdentity): string {
  return `${reader.run(schemaVersion).rows[0]?.[0]}:${device}:${inode}`
}
