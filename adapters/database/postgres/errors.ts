import { DatabaseError, type FailureKind } from '../../../lib/database.js'

/**
 * Classifies whatever the driver threw. By SQLSTATE where there is one; the driver's own errors (a broken socket, a
 * full pool) have none and are told apart by system code or text.
 */
export function classify(error: unknown, signal?: AbortSignal): DatabaseError {
  if (error instanceof DatabaseError) return error
  const { code, message } = describe(error)
  return new DatabaseError(kindOf(code, message, signal), factsOf(error), error)
}

/** An error of getting a connection: nothing ran, whatever the reason. */
export function unavailable(error: unknown): DatabaseError {
  return error instanceof DatabaseError ? error : new DatabaseError('unavailable', {}, error)
}

/** True when the connection cannot be used any more. */
export function isLost(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === 'connection-lost'
}

function kindOf(code: string, message: string, signal: AbortSignal | undefined): FailureKind {
  if (code === '57014') return signal?.aborted || /user request/i.test(message) ? 'cancelled' : 'timeout'
  const known = kinds.get(code)
  if (known !== undefined) return known
  if (sqlState.test(code)) return classes.get(code.slice(0, 2)) ?? 'unknown'
  if (code !== '') return 'unknown'
  if (/timeout exceeded when trying to connect|due to connection timeout|after calling end on the pool/i.test(message))
    return 'unavailable'
  return /terminated|not queryable|connection (is )?closed/i.test(message) ? 'connection-lost' : 'unknown'
}

const sqlState = /^[0-9A-Z]{5}$/

const kinds = new Map<string, FailureKind>([
  ['42703', 'schema'],
  ['42P01', 'schema'],
  ['42883', 'schema'],
  ['42P18', 'schema'],
  ['42804', 'schema'],
  ['42704', 'schema'],
  // ON CONFLICT names columns that are no key any more.
  ['42P10', 'schema'],
  ['3F000', 'schema'],
  // «cached plan must not change result type»
  ['0A000', 'schema'],
  // Writing a column that has become generated or identity always.
  ['428C9', 'schema'],
  ['23505', 'unique'],
  // An exclusion constraint is uniqueness with another operator.
  ['23P01', 'unique'],
  ['23503', 'foreign-key'],
  ['23001', 'foreign-key'],
  ['23502', 'not-null'],
  ['23514', 'check'],
  // WITH CHECK OPTION of a view.
  ['44000', 'check'],
  // RAISE EXCEPTION without a code: a trigger that refuses the row.
  ['P0001', 'check'],
  ['22001', 'too-long'],
  ['22003', 'out-of-range'],
  // Division by zero is a view's or default's doing, not the value's.
  ['22012', 'unknown'],
  ['25006', 'read-only'],
  // A view that cannot be written; a materialised view.
  ['55000', 'read-only'],
  ['42809', 'read-only'],
  ['42501', 'permission'],
  // A name that the server connection behind a pooler does not know, or knows already; see prepared.ts.
  ['26000', 'retry'],
  ['42P05', 'retry'],
  ['40001', 'retry'],
  ['40P01', 'retry'],
  ['55P03', 'retry'],
  ['53300', 'unavailable'],
  ['57P03', 'unavailable'],
  ['08001', 'unavailable'],
  ['08004', 'unavailable'],
  ['28000', 'unavailable'],
  ['28P01', 'unavailable'],
  ['3D000', 'unavailable'],
  ['57P01', 'connection-lost'],
  ['57P02', 'connection-lost'],
  ['57P05', 'connection-lost'],
  ['25P03', 'connection-lost'],
  ['40003', 'connection-lost'],
  // A protocol violation is a statement the driver could not put on the wire (too many parameters).
  ['08P01', 'unknown'],
  ['ECONNREFUSED', 'unavailable'],
  ['ENOTFOUND', 'unavailable'],
  ['EAI_AGAIN', 'unavailable'],
  ['EHOSTUNREACH', 'unavailable'],
  ['ENETUNREACH', 'unavailable'],
  ['ENOENT', 'unavailable'],
  ['ECONNRESET', 'connection-lost'],
  ['EPIPE', 'connection-lost'],
  ['ETIMEDOUT', 'connection-lost'],
])

const classes = new Map<string, FailureKind>([
  ['08', 'connection-lost'],
  ['22', 'value'],
])

function describe(error: unknown): { code: string; message: string } {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const message = 'message' in error && typeof error.message === 'string' ? error.message : ''
  return { code, message }
}

function factsOf(error: unknown): DatabaseError['facts'] {
  if (typeof error !== 'object' || error === null) return {}
  const facts: { constraint?: string; column?: string; table?: string } = {}
  if ('constraint' in error && typeof error.constraint === 'string') facts.constraint = error.constraint
  if ('column' in error && typeof error.column === 'string') facts.column = error.column
  if ('table' in error && typeof error.table === 'string') facts.table = error.table
  return facts
}
