import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CompiledQuery } from 'kysely'
import type { Database, DatabaseSettings, QueryResult, Row, StatementOptions } from '../../../lib/database.js'
import type { LiveSchema } from '../../../lib/schema/table.js'
import { type Patience, refuseAborted, whileBusy } from './busy.js'
import { readCatalog } from './catalog.js'
import { inChunks } from './chunks.js'
import { classify } from './errors.js'
import { connectFile, type FileConnection, identifyFile } from './file-connection.js'
import type { Driver } from './handle.js'
import { identified } from './identity.js'
import { tablesOf } from './introspect.js'
import type { FileIdentity } from './location.js'
import { begin, beginImmediate, inTransaction, type Run } from './transaction.js'
import { createTurns, type Turns } from './turns.js'
import { checkRead, checkUnmoved } from './unmoved.js'

/**
 * A database in a file. Reads do not wait for a transaction of ours; `poolMax` and `connectTimeout` mean nothing, for the driver is
 * synchronous. A stream reads on a handle of its own; without WAL mode its open cursor keeps every COMMIT waiting.
 */
export function openFile(Driver: Driver, path: string, readOnly: boolean, settings: DatabaseSettings): Database {
  const turns = createTurns()
  const connection = connectFile(Driver, path, readOnly, turns)
  const patience = (options?: StatementOptions): Patience => ({ timeout: settings.statementTimeout, signal: options?.signal })
  return {
    schema: null,
    query: (query, options) => runOne(connection, turns, query, options, patience(options)),
    transaction: (work, options) =>
      turns(async () => {
        const { writer } = await whileBusy(connection.handles, patience(options))
        const run: Run = (query) => writer.run(query)
        const check = () => checkUnmoved(run, options?.plannedOn)
        return inTransaction(run, readOnly ? begin : beginImmediate, work, patience(options), check)
      }, patience(options)),
    stream: (query, options) => streamRows(connection, query, options, patience(options)),
    introspect: (previous) => introspectFile(connection, path, previous, patience()),
    probe: () => probeFile(connection, patience()),
    close: connection.close,
  }
}

async function runOne(
  connection: FileConnection,
  turns: Turns,
  query: CompiledQuery,
  options: StatementOptions | undefined,
  patience: Patience,
): Promise<QueryResult> {
  const read = await whileBusy(() => {
    const { reader } = connection.handles()
    return reader.onlyReads(query.sql) ? { reader, result: reader.read(query) } : null
  }, patience)
  if (read === null) return turns(() => whileBusy(() => connection.handles().writer.run(query), patience), patience)
  await checkRead(read.reader, read.result, options?.plannedOn, patience)
  return read.result
}

async function* streamRows(
  connection: FileConnection,
  query: CompiledQuery,
  options: StatementOptions | undefined,
  patience: Patience,
): AsyncGenerator<readonly Row[]> {
  const own = await connection.snapshot(patience)
  try {
    await checkUnmoved((statement) => own.run(statement), options?.plannedOn)
    for (const rows of inChunks(own.iterate(query))) {
      yield rows
      await nextTurn()
      refuseAborted(patience.signal)
    }
  } catch (error) {
    throw classify(error)
  } finally {
    own.close()
  }
}

/** Reopens when another file has taken the name. */
function probeFile(connection: FileConnection, patience: Patience): Promise<string> {
  return whileBusy(() => {
    connection.checkFile()
    const { file, reader } = connection.handles()
    return fingerprint(reader.schemaVersion(), file)
  }, patience)
}

async function introspectFile(
  connection: FileConnection,
  path: string,
  previous: LiveSchema | null,
  patience: Patience,
): Promise<LiveSchema> {
  await probeFile(connection, patience)
  const file = identifyFile(path)
  const own = await connection.snapshot(patience)
  try {
    const catalog = await readCatalog(async (sql, parameters = []) => own.run({ sql, parameters }).rows)
    const base = `sqlite:${file.path}:${file.device}:${file.inode}`
    return identified({ base, probe: fingerprint(catalog.version, file), catalog, tables: tablesOf(catalog) }, previous)
  } catch (error) {
    throw classify(error)
  } finally {
    own.close()
  }
}

function fingerprint(version: number, { device, inode }: FileIdentity): string {
  return `${version}:${device}:${inode}`
}
