/**
 * Every code a consumer or host can meet, with its HTTP status and title. Public API: a code is never renamed.
 * Thrown as `fail('unknown-table', { detail, hint })` and answered as RFC 9457 problem details.
 */
export const problems = {
  'invalid-config': { status: 500, title: 'The configuration has problems' },
  'driver-missing': { status: 500, title: 'A database driver is not installed' },
  'closed': { status: 503, title: 'This API is shutting down' },

  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-body': { status: 400, title: 'The body has the wrong shape' },
  'invalid-value': { status: 400, title: 'A value does not fit its column' },
  'number-not-exact': { status: 400, title: 'A number cannot be kept exactly' },
  'missing-value': { status: 400, title: 'A required column has no value' },
  'read-only-column': { status: 400, title: 'The column cannot be written' },
  'unknown-parameter': { status: 400, title: 'Unknown query parameter' },
  'invalid-parameter': { status: 400, title: 'A query parameter has a wrong value' },
  'unknown-column': { status: 400, title: 'No such column' },
  'invalid-filter': { status: 400, title: 'The filter cannot be read' },
  'invalid-id': { status: 400, title: 'Not an id of this table' },
  'no-primary-key': { status: 400, title: 'The table has no primary key' },
  'filter-required': { status: 400, title: 'A filter or ids are required' },
  'invalid-cursor': { status: 400, title: 'The cursor cannot be used here' },
  'unauthenticated': { status: 401, title: 'Authentication is required' },
  'forbidden': { status: 403, title: 'Not allowed' },
  'unknown-route': { status: 404, title: 'No such route' },
  'unknown-table': { status: 404, title: 'No such table' },
  'row-not-found': { status: 404, title: 'No such row' },
  'unknown-version': { status: 404, title: 'No such contract version' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'No representation fits the Accept header' },
  'unique-violation': { status: 409, title: 'A row with this key already exists' },
  'foreign-key-violation': { status: 409, title: 'A reference to another row does not hold' },
  'check-violation': { status: 409, title: 'The row breaks a rule of the table' },
  'contract-drift': { status: 409, title: 'The database no longer accepts what the contract promises' },
  'contract-moved': { status: 409, title: 'The schema moved since it was reviewed' },
  'rollback-holds': { status: 409, title: 'The database no longer has what that version promises' },
  'not-locked': { status: 409, title: 'The service is not locked' },
  'contract-gone': { status: 410, title: 'This contract version is gone' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'batch-too-large': { status: 413, title: 'Too many rows in one request' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'review-required': { status: 428, title: 'Breaking changes must be reviewed first' },
  'internal': { status: 500, title: 'Something went wrong here' },
  'not-supported': { status: 501, title: 'The database cannot do this' },
  'store-unavailable': { status: 503, title: 'The contract store cannot be used' },
  'store-regressed': { status: 503, title: 'The contract store lost versions that were served' },
  'store-too-new': { status: 503, title: 'The contract store was written by a newer version of this library' },
  'store-corrupt': { status: 503, title: 'The contract store is damaged' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
  'database-busy': { status: 503, title: 'The database is busy' },
  'statement-timeout': { status: 503, title: 'The statement took too long' },
  'outcome-unknown': { status: 503, title: 'The connection was lost during a write' },
  'contract-unservable': { status: 503, title: 'The contract cannot be kept for this request' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

export interface ProblemOptions {
  /** What and where, in the contract's names. Reaches the consumer: never SQL, hosts or driver text. */
  readonly detail: string
  /** What to do, with the nearest name where there is one. */
  readonly hint?: string | undefined
  /** Machine-readable facts beside the text, e.g. `{ table, column }`. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
  /** Extra response headers, e.g. `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For logs and the `error` event only. */
  readonly cause?: unknown
}

const brand = Symbol.for('faucet-db.error')

/** The library's one error class. Recognise it with {@link isFaucetError}: two copies of a package can be installed. */
export class FaucetError extends Error {
  override readonly name = 'FaucetError'
  readonly [brand] = true
  readonly code: ProblemCode
  readonly status: number
  readonly hint: string | undefined
  readonly context: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  /** Koa's and http-errors' flag: the message may be shown to the consumer. */
  readonly expose: boolean

  constructor(code: ProblemCode, options: ProblemOptions) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = problems[code].status
    this.hint = options.hint
    this.context = options.context ?? {}
    this.headers = options.headers ?? {}
    this.expose = code !== 'internal'
  }
}

/** Throws a {@link FaucetError}. */
export function fail(code: ProblemCode, options: ProblemOptions): never {
  throw new FaucetError(code, options)
}

export function isFaucetError(error: unknown): error is FaucetError {
  return typeof error === 'object' && error !== null && brand in error
}

/** Whether a request was refused because of drift: what the database is now cannot keep the contract. */
export function isHold(error: unknown): error is FaucetError & { readonly code: 'contract-unservable' | 'contract-drift' } {
  return isFaucetError(error) && (error.code === 'contract-unservable' || error.code === 'contract-drift')
}
