import { DatabaseError, type FailureKind } from '../../../lib/database.js'
import { isFaucetError } from '../../../lib/errors.js'

type Facts = DatabaseError['facts']

/**
 * A driver error as a {@link DatabaseError}: by its `code`, and by its text where the code is only `SQLITE_ERROR`.
 * Errors that are classified already, and the library's own, are given back.
 */
export function classify(error: unknown): unknown {
  if (error instanceof DatabaseError || isFaucetError(error) || !(error instanceof Error)) return error
  const kind = kindOf(error)
  return kind === null ? error : new DatabaseError(kind, factsOf(kind, error.message), error)
}

/** Another connection holds a lock: the statement had no effect and may be run again. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function kindOf(error: Error): FailureKind | null {
  const code = codeOf(error)
  if (code === '') return driverErrors.find(([pattern]) => pattern.test(error.message))?.[1] ?? null
  if (code === 'SQLITE_ERROR') return texts.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'unknown'
  // The longest prefix decides: SQLITE_READONLY_DBMOVED is not SQLITE_READONLY.
  const known = [...codes]
    .filter(([prefix]) => code === prefix || code.startsWith(`${prefix}_`))
    .sort(([left], [right]) => right.length - left.length)
  return known[0]?.[1] ?? (code.startsWith('SQLITE_') ? 'unknown' : null)
}

const codes: ReadonlyMap<string, FailureKind> = new Map([
  ['SQLITE_BUSY', 'retry'],
  ['SQLITE_LOCKED', 'retry'],
  ['SQLITE_SCHEMA', 'schema'],
  ['SQLITE_CONSTRAINT', 'check'],
  ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique'],
  ['SQLITE_CONSTRAINT_ROWID', 'unique'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign-key'],
  ['SQLITE_CONSTRAINT_NOTNULL', 'not-null'],
  ['SQLITE_CONSTRAINT_DATATYPE', 'value'],
  ['SQLITE_MISMATCH', 'value'],
  ['SQLITE_TOOBIG', 'too-long'],
  ['SQLITE_READONLY', 'read-only'],
  // The file was renamed or deleted under the open handle.
  ['SQLITE_READONLY_DBMOVED', 'unavailable'],
  ['SQLITE_PERM', 'permission'],
  ['SQLITE_AUTH', 'permission'],
  ['SQLITE_INTERRUPT', 'cancelled'],
  ['SQLITE_ABORT', 'cancelled'],
  ['SQLITE_CANTOPEN', 'unavailable'],
  ['SQLITE_NOTADB', 'unavailable'],
  ['SQLITE_CORRUPT', 'unavailable'],
  ['SQLITE_IOERR', 'unavailable'],
  ['SQLITE_PROTOCOL', 'unavailable'],
  // A full disk undoes the statement and passes: nothing ran.
  ['SQLITE_FULL', 'unavailable'],
  ['SQLITE_NOMEM', 'unavailable'],
])

const texts: readonly (readonly [RegExp, FailureKind])[] = [
  [/^no such (?:column|table|function|index|view)\b/, 'schema'],
  [/ has no column named /, 'schema'],
  [/^error in (?:view|trigger) /, 'schema'],
  [/^table .* has \d+ columns but \d+ values were supplied$/s, 'schema'],
  [/^cannot (?:INSERT into|UPDATE) generated column /, 'read-only'],
  [/^cannot modify .* because it is a view$/s, 'read-only'],
  [/^table .* may not be (?:modified|dropped|altered)$/s, 'read-only'],
  [/^integer overflow$/, 'out-of-range'],
  [/^LIKE or GLOB pattern too complex$/, 'too-long'],
  [/^malformed JSON/, 'value'],
]

/** Errors of the driver itself, which have no code. */
const driverErrors: readonly (readonly [RegExp, FailureKind])[] = [
  [/^The bound string, buffer, or bigint is too big$/, 'out-of-range'],
  [/^Cannot open database because the directory does not exist$/, 'unavailable'],
  [/^The database connection is not open$/, 'unavailable'],
]

/** Names stand unquoted in the text (`t.a, t.b`), so they are taken only where they can be told apart. */
function factsOf(kind: FailureKind, text: string): Facts {
  const [, list = ''] = /constraint failed: (.*)$/s.exec(text) ?? []
  switch (kind) {
    case 'unique':
      return { ...columnFacts(list), ...constraintFacts(/^index '(\w+)'$/.exec(list)?.[1]) }
    case 'not-null':
      return columnFacts(list)
    case 'check':
      return constraintFacts(/^\w+$/.exec(list)?.[0])
    case 'value':
      return columnFacts(/^cannot store \w+ value in \w+ column (.*)$/s.exec(text)?.[1] ?? '')
    case 'read-only':
      return readOnlyFacts(text)
    default:
      return {}
  }
}

function columnFacts(list: string): Facts {
  const parts = list.split('.')
  const [table, column] = parts
  if (parts.length === 2 && table && column && !column.includes(', ')) return { table, column }
  if (parts.length > 2 && !list.includes(', ')) return { path: list }
  const tables = new Set(list.split(', ').map((one) => (one.split('.').length === 2 ? one.split('.')[0] : undefined)))
  const [only] = tables
  return tables.size === 1 && only ? { table: only } : {}
}

function constraintFacts(constraint: string | undefined): Facts {
  return constraint === undefined ? {} : { constraint }
}

function readOnlyFacts(text: string): Facts {
  const column = /^cannot (?:INSERT into|UPDATE) generated column "(.*)"$/s.exec(text)?.[1]
  if (column !== undefined) return { column }
  const table = /^cannot modify (.*) because it is a view$/s.exec(text)?.[1]
  return table === undefined ? {} : { table }
}
