import { DatabaseError, type FailureKind } from '../../../lib/database.js'
import { isFaucetError } from '../../../lib/errors.js'
import type { Flavour } from './flavour.js'

/**
 * Shared error numbers. Classified by number and never by mysql2's `code`: the driver names MariaDB's own numbers after
 * MySQL errors that happen to share them (4025, a failed check, shows as `ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE`).
 */
const kinds: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  ...numbers('schema', [1046, 1049, 1051, 1054, 1072, 1109, 1146, 1305, 1356, 3105]),
  ...numbers('unique', [1022, 1062, 1169, 1586]),
  ...numbers('foreign-key', [1216, 1217, 1451, 1452]),
  ...numbers('not-null', [1048, 1364]),
  // 1644: SIGNAL in a trigger, which is how rules are written on these servers beside CHECK. 1369: WITH CHECK OPTION.
  ...numbers('check', [1369, 1644, 3819]),
  ...numbers('value', [1265, 1292, 1366, 1367, 1411, 1416, 1525, 3140]),
  ...numbers('too-long', [1153, 1301, 1406]),
  ...numbers('out-of-range', [1264, 1690]),
  ...numbers('read-only', [1288, 1290, 1348, 1393, 1394, 1395, 1471, 1792, 1836]),
  ...numbers('permission', [1044, 1045, 1142, 1143, 1227, 1370]),
  // 1020: snapshot isolation; 1412: ALTER TABLE came between the snapshot and the read.
  ...numbers('retry', [1020, 1205, 1213, 1412, 3572]),
  ...numbers('timeout', [3024]),
  ...numbers('cancelled', [1317]),
  ...numbers('unavailable', [1040, 1203, 1226]),
  ...numbers('connection-lost', [1053]),
])

function numbers(kind: FailureKind, errnos: readonly number[]): [number, FailureKind][] {
  return errnos.map((errno) => [errno, kind])
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'EACCES'])

const broken = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])

/** What a mysql2 error carries. */
interface DriverError {
  readonly errno?: unknown
  readonly code?: unknown
  readonly fatal?: unknown
  readonly message: string
}

/** The error as the library sees it. One that is classified already, or is the library's own, comes back as it is. */
export function classify(error: unknown, { failures, keyName }: Pick<Flavour, 'failures' | 'keyName'>): unknown {
  if (error instanceof DatabaseError || isFaucetError(error)) return error
  if (!(error instanceof Error)) return new DatabaseError('unknown', {}, error)
  const kind = kindOf(error, failures)
  return new DatabaseError(kind, factsOf(kind, error.message, keyName), error)
}

function kindOf(error: DriverError, own: ReadonlyMap<number, FailureKind>): FailureKind {
  if (typeof error.errno === 'number' && error.errno > 0) {
    const kind = own.get(error.errno) ?? kinds.get(error.errno)
    if (kind !== undefined) return kind
  }
  if (typeof error.code === 'string' && neverConnected.has(error.code)) return 'unavailable'
  if (typeof error.code === 'string' && broken.has(error.code)) return 'connection-lost'
  // mysql2 refuses a command on a connection it knows to be closed: nothing was sent.
  if (/closed state|Pool is closed|No connections available|Queue limit reached/.test(error.message)) return 'unavailable'
  return error.fatal === true ? 'connection-lost' : 'unknown'
}

/** No connection could be had, whatever the reason: nothing ran. */
export function unavailable(cause: unknown): DatabaseError {
  return cause instanceof DatabaseError && cause.kind === 'unavailable' ? cause : new DatabaseError('unavailable', {}, cause)
}

/** Two names in the server's texts: `` `db`.`t` ``, with backticks doubled. */
const qualified = '`((?:[^`]|``)*)`\\.`((?:[^`]|``)*)`'

const foreignKey = new RegExp(`\\(${qualified}, CONSTRAINT \`((?:[^\`]|\`\`)*)\` FOREIGN KEY \\((?:\`((?:[^\`]|\`\`)*)\`)(,?)`)
const failedCheck = new RegExp(`^CONSTRAINT \`((?:[^\`])*)\` failed for ${qualified}$`)
const valueColumn = new RegExp(`for column (?:${qualified}\\.\`((?:[^\`]|\`\`)*)\`|'(.*)') at row \\d+$`)

type Facts = DatabaseError['facts']

/** The protocol has no fields for names, only the English text; a translated one simply yields no facts. */
function factsOf(kind: FailureKind, message: string, keyName: Flavour['keyName']): Facts {
  if (kind === 'unique') return constraintOf(message, keyName)
  if (kind === 'foreign-key') return foreignKeyOf(message)
  if (kind === 'check') return checkOf(message)
  if (kind === 'not-null')
    return columnIn(/^(?:Column|Field) '(.*)' (?:cannot be null|doesn't have a default value)$/s.exec(message)?.[1])
  if (kind === 'value' || kind === 'out-of-range' || kind === 'too-long') return valueFacts(message)
  return {}
}

/** `Duplicate entry 'a-b' for key 'name'`. The entry may hold anything, so read from the end. */
function constraintOf(message: string, keyName: Flavour['keyName']): Facts {
  const marker = " for key '"
  const at = message.lastIndexOf(marker)
  if (at < 0 || !message.endsWith("'")) return {}
  return { constraint: keyName(message.slice(at + marker.length, -1)) }
}

function foreignKeyOf(message: string): Facts {
  const found = foreignKey.exec(message)
  if (found === null) return {}
  const [, , table = '', constraint = '', column = '', more = ''] = found
  const names = { table: unquote(table), constraint: unquote(constraint) }
  return more === '' ? { ...names, column: unquote(column) } : names
}

/** MariaDB puts the table before the name of a check that belongs to one column: `` `t.c` ``. */
function checkOf(message: string): Facts {
  const [, name, , quotedTable = ''] = failedCheck.exec(message) ?? []
  if (name === undefined) {
    const constraint = /^Check constraint '(.*)' is violated\.?$/s.exec(message)?.[1]
    return constraint === undefined ? {} : { constraint }
  }
  const table = unquote(quotedTable)
  return { table, constraint: name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name }
}

function valueFacts(message: string): Facts {
  const [, , table, column, plain] = valueColumn.exec(message) ?? []
  if (plain !== undefined) return { column: plain }
  return table === undefined || column === undefined ? {} : { table: unquote(table), column: unquote(column) }
}

function columnIn(column: string | undefined): Facts {
  return column === undefined ? {} : { column }
}

function unquote(name: string): string {
  return name.replaceAll('``', '`')
}
