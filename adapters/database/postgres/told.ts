import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { DatabaseError, type Planned, type SqlDialect } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { Column, LiveSchema } from '../../../lib/schema/table.js'
import { alone } from './alone.js'
import { columnMark, tableIdOf } from './guard.js'
import { dialect } from './sql.js'

/** What the server tells of a column of a result: the numbers of its table and of itself there (0: no plain column), and its type. */
export interface FieldIdentity {
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

/**
 * The dialect on connections of our own, whose session prints values in known ways, and whose results tell where their columns
 * came from: what is read by them alone needs no guard.
 */
export const ownDialect: SqlDialect = {
  ...dialect,
  read: (source, type) => (isPlain.has(type.name) ? source : dialect.read(source, type)),
  tells: { isTold, mark },
  alone,
}

/** Printed by the server as the encoder takes them. */
const isPlain: ReadonlySet<ColumnType['name']> = new Set([
  'integer',
  'bigint',
  'decimal',
  'float',
  'boolean',
  'string',
  'uuid',
  'json',
  'date',
  'time',
  'timestamp',
])

/** The first object id of a user. A result tells of a domain as of its base type. */
const firstOfUsers = 16_384

function isTold(column: Column, live: LiveSchema): boolean {
  const mark = columnMark(column, live)
  return mark !== undefined && Number(mark[2]) < firstOfUsers
}

/** A comment, so that what was prepared before the schema moved is another statement. */
function mark(tableId: string | null, live: LiveSchema): RawBuilder<unknown> {
  const hash = createHash('sha256').update(live.marks?.[tableId ?? ''] ?? '')
  return sql.raw(` /* ${hash.digest('hex').slice(0, 16)} */`)
}

/** Fails with `schema` unless the fields of a result are the columns it was planned on. */
export function requireColumns(fields: readonly FieldIdentity[], columns: readonly (Column | null)[], { live }: Planned): void {
  const isAsPlanned = columns.every((column, index) => {
    const field = fields[index]
    if (field === undefined) return false
    if (column === null) return field.tableID === 0
    const known = identityOf(column, live)
    return (
      known !== undefined &&
      field.columnID === known.columnID &&
      field.tableID === known.tableID &&
      field.dataTypeID === known.dataTypeID &&
      field.dataTypeModifier === known.dataTypeModifier
    )
  })
  if (!isAsPlanned) throw new DatabaseError('schema', {}, new Error('the schema has moved since the statement was planned'))
}

const identities = new WeakMap<Column, FieldIdentity>()

function identityOf(column: Column, live: LiveSchema): FieldIdentity | undefined {
  const known = identities.get(column)
  if (known !== undefined) return known
  const mark = columnMark(column, live)
  if (mark === undefined) return undefined
  const [columnID, , type, dataTypeModifier] = mark
  const identity = { tableID: Number(tableIdOf(column)), columnID, dataTypeID: Number(type), dataTypeModifier }
  identities.set(column, identity)
  return identity
}
