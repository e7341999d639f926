import { CompiledQuery, MysqlAdapter, MysqlQueryCompiler, type RawBuilder } from 'kysely'
import type { QueryResult } from '../../../lib/database.js'
import { createCompiler } from '../shared/compiler.js'
import type { Connection } from './link.js'

const compile = createCompiler(
  () => new MysqlQueryCompiler(),
  () => new MysqlAdapter(),
)

/** The variables that decide how definitions are told and read, and how long (s) a lock is waited for. */
const variables = ['sql_mode', 'sql_quote_show_create', 'lock_wait_timeout'] as const
const read = CompiledQuery.raw(`select ${variables.map((name) => `@@session.${name} as ${name}`).join(', ')}`)
const set = (values: readonly unknown[]) =>
  CompiledQuery.raw(`set session ${variables.map((name) => `${name} = ?`).join(', ')}`, [...values])

/**
 * Runs `work` in a session whose mode changes no definition: strict modes refuse defaults that were legal when a column was made.
 * The session is put back afterwards; it may be the host's.
 */
export async function inStampSession<T>(
  connection: Connection,
  work: (run: (statement: RawBuilder<unknown>) => Promise<QueryResult>) => Promise<T>,
): Promise<T> {
  const bare = { bare: true }
  const [before = []] = (await connection.query(read, bare)).rows
  await connection.query(set(['', 1, 1]), bare)
  try {
    return await work((statement) => connection.query(compile(statement), bare))
  } finally {
    const [mode, quote, wait] = before
    await connection.query(set([mode, Number(quote), Number(wait)]), bare).catch(() => connection.discard())
  }
}
