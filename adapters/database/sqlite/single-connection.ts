import { randomUUID } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import {
  type Database,
  DatabaseError,
  type DatabaseSettings,
  type HostKysely,
  type QueryResult,
  type StatementOptions,
} from '../../../lib/database.js'
import { type Patience, whileBusy } from './busy.js'
import { readCatalog } from './catalog.js'
import { inChunks } from './chunks.js'
import { type Driver, type Handle, openHandle, toDriver } from './handle.js'
import { identified } from './identity.js'
import { tablesOf } from './introspect.js'
import { identify } from './location.js'
import { begin, beginImmediate, inTransaction, type Run } from './transaction.js'
import { createTurns } from './turns.js'
import { markUncertain } from './types.js'
import { checkUnmoved, schemaVersion } from './unmoved.js'

/** A connection that everything shares, one at a time. */
interface Connection {
  exclusive<T>(work: (run: Run) => Promise<T>, patience: Patience): Promise<T>
  close(): Promise<void>
}

/** A database in memory: it lives as long as its one connection. */
export function openMemory(Driver: Driver, settings: DatabaseSettings): Database {
  const turns = createTurns()
  let handle: Handle | null = null
  let closed = false
  const run: Run = (query) => {
    if (closed) throw new DatabaseError('unavailable', {}, new Error('the database was closed here'))
    handle ??= openHandle(Driver, null, { readOnly: false, queryOnly: false })
    return handle.run(query)
  }
  return onConnection(
    {
      exclusive: (work, patience) => turns(() => work(run), patience),
      close: () =>
        turns(
          async () => {
            closed = true
            handle?.close()
          },
          { timeout: 0 },
        ),
    },
    settings,
  )
}

/**
 * The host's own Kysely. Whether foreign keys hold and how long a lock is waited for is the host's; its integers come as numbers,
 * so those beyond 2^53 are refused instead of served rounded. Waiting for its connection has no end of ours.
 */
export function openHost(kysely: HostKysely, settings: DatabaseSettings): Database {
  const plain = kysely.withoutPlugins()
  const runOn =
    (connection: HostKysely): Run =>
    async (query) => {
      const { rows, numAffectedRows } = await connection.executeQuery<object>({
        ...query,
        parameters: query.parameters.map(toDriver),
      })
      return { rows: rows.map((row) => Object.values(row).map(markUncertain)), affected: Number(numAffectedRows ?? rows.length) }
    }
  return onConnection(
    { exclusive: (work) => plain.connection().execute((connection) => work(runOn(connection))), close: async () => {} },
    settings,
  )
}

const databaseFile = CompiledQuery.raw(`select file from pragma_database_list where name = 'main'`)

/** A {@link Database} on one connection. A stream holds all its rows: a cursor would keep every other statement waiting. */
function onConnection(connection: Connection, settings: DatabaseSettings): Database {
  const memory = randomUUID()
  const patience = (options?: StatementOptions): Patience => ({ timeout: settings.statementTimeout, signal: options?.signal })
  const query = (statement: CompiledQuery, options?: StatementOptions): Promise<QueryResult> =>
    connection.exclusive((run) => runOne(run, statement, options, patience(options)), patience(options))
  const probeOn = async (run: Run) => {
    const { base, mark } = identityOf(await whileBusy(() => run(databaseFile), patience()), memory)
    const { rows } = await whileBusy(() => run(schemaVersion), patience())
    return { base, probe: `${rows[0]?.[0]}${mark}` }
  }
  return {
    schema: null,
    query,
    transaction: (work, options) =>
      connection.exclusive(
        (run) => inTransaction(run, beginImmediate, work, patience(options), () => checkUnmoved(run, options?.plannedOn)),
        patience(options),
      ),
    async *stream(statement, options) {
      yield* inChunks((await query(statement, options)).rows)
    },
    introspect: (previous) =>
      connection.exclusive(
        (run) =>
          inTransaction(
            run,
            begin,
            async (session) => {
              const catalog = await readCatalog(
                async (sql, parameters = []) => (await session.query(CompiledQuery.raw(sql, [...parameters]))).rows,
              )
              return identified({ ...(await probeOn(run)), catalog, tables: tablesOf(catalog) }, previous)
            },
            patience(),
          ),
        patience(),
      ),
    probe: () => connection.exclusive(async (run) => (await probeOn(run)).probe, patience()),
    close: () => connection.close(),
  }
}

/** A statement that was planned on a schema runs in one transaction with the check. */
function runOne(
  run: Run,
  statement: CompiledQuery,
  options: StatementOptions | undefined,
  patience: Patience,
): Promise<QueryResult> {
  if (options?.plannedOn === undefined) return whileBusy(() => run(statement), patience)
  const check = () => checkUnmoved(run, options.plannedOn)
  return inTransaction(run, begin, (session) => session.query(statement), patience, check)
}

/** The same scope for a file, whoever opened it; a database in memory is its connection's own. */
function identityOf({ rows }: QueryResult, memory: string): { base: string; mark: string } {
  const file = rows[0]?.[0]
  if (typeof file !== 'string' || file === '') return { base: `sqlite:memory:${memory}`, mark: '' }
  try {
    const { path, device, inode } = identify(file)
    return { base: `sqlite:${path}:${device}:${inode}`, mark: `:${device}:${inode}` }
  } catch (error) {
    throw new DatabaseError('unavailable', {}, error)
  }
}
