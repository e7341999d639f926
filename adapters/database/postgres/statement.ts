import type { CompiledQuery } from 'kysely'
import type { PoolClient, Submittable } from 'pg'
import type { Parameter, QueryResult, Row } from '../../../lib/database.js'
import type { FieldIdentity } from './told.js'

/** What of the driver's connection a statement is sent with: its wire protocol, as `pg-cursor` and `pg-query-stream` use it. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void }
  readonly parsedStatements: Record<string, string>
  query(text: string): void
  parse(statement: { text: string; name: string }): void
  bind(values: { statement: string; values: readonly (string | Buffer | null)[] }): void
  describe(portal: { type: 'P' }): void
  execute(portal: object): void
  sync(): void
}

export interface StatementResult extends QueryResult {
  /** Where the columns came from; empty unless it was asked. */
  readonly fields: readonly FieldIdentity[]
}

export interface StatementOptions {
  /** For one that is to be prepared; absent: it is not. */
  readonly name?: string
  /** Whether to be told where the columns came from. */
  readonly asksFields?: boolean
  /** What to run before it, in the same round trip; without parameters. */
  readonly before?: string
}

/**
 * Runs one statement on a connection. Rows are lists of the server's text, as they come: the driver's own queries would parse,
 * round and shift the values.
 */
export function runStatement(
  client: PoolClient,
  { sql: text, parameters }: CompiledQuery,
  options: StatementOptions = {},
): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    client.query(statement({ ...options, text, values: parameters.map(toWire) }, resolve, reject))
  })
}

interface Parts extends StatementOptions {
  readonly text: string
  readonly values: readonly (string | Buffer | null)[]
}

/** What the driver's queue calls as the server's messages come in. */
function statement(parts: Parts, resolve: (result: StatementResult) => void, reject: (error: unknown) => void): Submittable {
  const { text, name = '' } = parts
  const rows: Row[] = []
  let fields: readonly FieldIdentity[] = []
  let affected = 0
  const handlers = {
    text,
    // By it the driver remembers what a connection has prepared.
    name,
    submit: (connection: unknown) => send(connection as Wire, parts),
    handleRowDescription: (message: { fields: readonly FieldIdentity[] }) => {
      fields = message.fields
    },
    handleDataRow: (message: { fields: Row }) => void rows.push(message.fields),
    handleCommandComplete: (message: { text: string }) => {
      affected = Number(/\d+$/.exec(message.text)?.[0] ?? 0)
    },
    handleEmptyQuery: () => {},
    handlePortalSuspended: () => {},
    handleReadyForQuery: () => resolve({ rows, affected, fields }),
    handleError: reject,
  }
  return handlers
}

function send(connection: Wire, { text, name = '', values, asksFields, before }: Parts): void {
  if (name === '' && values.length === 0 && before === undefined) {
    connection.query(text)
    return
  }
  connection.stream.cork()
  if (before !== undefined) {
    connection.parse({ text: before, name: '' })
    connection.bind({ statement: '', values: [] })
    connection.execute({})
  }
  if (name === '' || connection.parsedStatements[name] === undefined) connection.parse({ text, name })
  connection.bind({ statement: name, values })
  if (asksFields) connection.describe({ type: 'P' })
  connection.execute({})
  connection.sync()
  connection.stream.uncork()
}

function toWire(value: unknown): string | Buffer | null {
  const parameter = value as Exclude<Parameter, readonly Parameter[]>
  return parameter === null || Buffer.isBuffer(parameter) ? parameter : String(parameter)
}
