import { CompiledQuery } from 'kysely'
import {
  type Database,
  DatabaseError,
  type DatabaseSettings,
  type Engine,
  type Session,
  type StatementOptions,
  type Target,
} from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import { loadDriver } from '../shared/load-driver.js'
import { assertRunning } from './cancel.js'
import { poolOptions } from './dsn.js'
import { unavailable } from './errors.js'
import type { Flavour } from './flavour.js'
import { checkUnmoved } from './guard.js'
import { hostLink } from './host.js'
import { introspect, probe } from './introspect.js'
import type { Connection, Link } from './link.js'
import { PoolLink } from './pool.js'
import { stampColumns } from './stamp.js'

// Transaction control depends on no session variable, so it needs no guard.
const bare = { bare: true }
const start = CompiledQuery.raw('start transaction')
const commit = CompiledQuery.raw('commit')
const rollback = CompiledQuery.raw('rollback')

/** The engine of one flavour. Opening fails with `driver-missing` or `invalid-config`. */
export function engineOf(flavour: Flavour): Engine {
  return {
    name: flavour.name,
    can: flavour.can,
    sql: flavour.sql,
    open: (target, settings) => open(target, settings, flavour),
  }
}

async function open(target: Target, settings: DatabaseSettings, flavour: Flavour): Promise<Database> {
  if (target.kysely !== undefined) return databaseOver(hostLink(target.kysely, flavour, settings), flavour, null)
  if (target.dsn === undefined) {
    return fail('invalid-config', { detail: 'there is neither a DSN nor a Kysely instance', hint: 'pass one of them' })
  }
  assertScheme(target.dsn, flavour)
  const options = poolOptions(target.dsn, settings)
  const driver = await loadDriver('mysql2', () => import('mysql2'))
  return databaseOver(new PoolLink(driver, options, flavour, settings), flavour, options.database)
}

function assertScheme(dsn: URL, { schemes, name }: Flavour): void {
  if (schemes.includes(dsn.protocol.replace(/:$/, ''))) return
  fail('invalid-config', {
    detail: `${name} does not take a DSN with the scheme ${dsn.protocol}`,
    hint: `use ${schemes.join(':// or ')}://`,
  })
}

/** `schema` is null with a host's connections: they are in a database already, and names stay unqualified. */
function databaseOver(link: Link, flavour: Flavour, schema: string | null): Database {
  let closing: Promise<void> | undefined
  return {
    schema,
    query: (query, options) => link.use((connection) => connection.query(query, options), options),
    transaction: (work, options) => link.use((connection) => inTransaction(connection, schema, work, options), options),
    stream: (query, options) => link.stream(query, options),
    introspect: (previous) => link.use((connection) => introspect(connection, flavour, schema, previous)),
    probe: () => link.use((connection) => probe(connection, flavour, schema)),
    stamp: (table, stamps) => link.use((connection) => stampColumns(connection, flavour, schema, table, stamps)),
    close: () => {
      closing ??= link.close()
      return closing
    },
  }
}

/** A connection that turns out to be dead here has lost nothing yet. */
async function begin(connection: Connection): Promise<void> {
  try {
    await connection.query(start, bare)
  } catch (error) {
    connection.discard()
    throw error instanceof DatabaseError && error.kind === 'connection-lost' ? unavailable(error) : error
  }
}

async function inTransaction<T>(
  connection: Connection,
  schema: string | null,
  work: (session: Session) => Promise<T>,
  options: StatementOptions = {},
): Promise<T> {
  await begin(connection)
  let result: T
  try {
    // What was refused may have been refused by names that mean something else by now.
    result = await work({ query: (query) => connection.query(query, options) }).catch(async (error: unknown) => {
      if (!(error instanceof DatabaseError)) await checkUnmoved(connection, schema, options.plannedOn)
      throw error
    })
    await checkUnmoved(connection, schema, options.plannedOn)
    assertRunning(options.signal)
  } catch (error) {
    await connection.query(rollback, bare).catch(() => connection.discard())
    throw error
  }
  try {
    await connection.query(commit, bare)
  } catch (error) {
    connection.discard()
    throw error
  }
  return result
}
