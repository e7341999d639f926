import { hash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { SqlDialect } from '../database.js'
import { fail, isFaucetError } from '../errors.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { comparableOf } from './equality.js'
import { fromText } from './values.js'

type Sql = RawBuilder<unknown>

/** One sort key of a list, ending in the primary key, so that no two rows are equal in it. */
export interface SortKey {
  readonly plan: ColumnPlan
  readonly descending: boolean
}

/** A position: the sort key's values of the last row seen, as text; null for NULL. */
export type Position = readonly (string | null)[]

/**
 * Whether a list can be continued by its last row's values. Not floats, whose equality engines see differently from
 * their text; not enums, which some engines sort by label number and compare by label.
 */
export function isKeyset(keys: readonly SortKey[]): boolean {
  return promisesKeyset(keys) && keys.every(({ plan }) => positionTypes.has(plan.comparable?.type.name ?? ''))
}

/** Whether the contract promises that, whatever the columns are now. */
export function promisesKeyset(keys: readonly SortKey[]): boolean {
  return keys.every(({ plan }) => positionTypes.has(plan.column.type.name))
}

const positionTypes = new Set([
  'boolean',
  'integer',
  'bigint',
  'decimal',
  'string',
  'date',
  'time',
  'timestamp',
  'uuid',
  'binary',
])

/** The condition «sorts after `position`», spelled out because NULLs and mixed directions rule out row comparison. */
export function afterPosition(
  table: TablePlan,
  keys: readonly SortKey[],
  position: Position,
  dialect: SqlDialect,
  nulls: 'low' | 'high',
): Sql {
  const alternatives = keys.map((key, index) => {
    const equal = keys.slice(0, index).map((earlier, at) => equals(table, earlier.plan, position[at] ?? null, dialect))
    return sql`(${sql.join([...equal, after(table, key, position[index] ?? null, dialect, nulls)], sql` and `)})`
  })
  return sql`(${sql.join(alternatives, sql` or `)})`
}

function equals(table: TablePlan, plan: ColumnPlan, text: string | null, dialect: SqlDialect): Sql {
  return text === null ? sql`${refOf(table, plan)} is null` : sql`${refOf(table, plan)} = ${bound(table, plan, text, dialect)}`
}

function after(
  table: TablePlan,
  { plan, descending }: SortKey,
  text: string | null,
  dialect: SqlDialect,
  nulls: 'low' | 'high',
): Sql {
  const ref = refOf(table, plan)
  const nullsComeLast = (nulls === 'high') !== descending
  if (text === null) return nullsComeLast ? sql`(1 = 0)` : sql`${ref} is not null`
  const value = bound(table, plan, text, dialect)
  const beyond = descending ? sql`${ref} < ${value}` : sql`${ref} > ${value}`
  // Only where there can be NULLs: the OR keeps the database from going by an index.
  return nullsComeLast && plan.live?.nullable !== false ? sql`(${beyond} or ${ref} is null)` : beyond
}

function refOf(table: TablePlan, plan: ColumnPlan): Sql {
  return comparableOf(table, plan).value
}

function bound(table: TablePlan, plan: ColumnPlan, text: string, dialect: SqlDialect): unknown {
  try {
    return dialect.bind(fromText(text, plan.column, table.table.name, 'invalid-cursor'), comparableOf(table, plan).type)
  } catch (error) {
    if (!isFaucetError(error)) throw error
    // What the database printed but no request may write (infinity, a rounded decimal) goes back as it came.
    return text
  }
}

/** What a cursor is bound to: the contract version that issued it and the list's own parameters. */
export interface CursorScope {
  readonly version: string
  readonly signature: string
}

/** An opaque token for a position. */
export function writeCursor(scope: CursorScope, position: Position): string {
  return Buffer.from(JSON.stringify([scopeHash(scope), position])).toString('base64url')
}

/** Reads {@link writeCursor}'s token; fails with `invalid-cursor` when it is damaged or belongs to another list or version. */
export function readCursor(scope: CursorScope, cursor: string, keys: number): Position {
  const [issued, position] = decode(cursor)
  if (issued !== scopeHash(scope) || position.length !== keys) {
    fail('invalid-cursor', {
      detail: 'the cursor belongs to another list or to another contract version',
      hint: 'start again without cursor, with the same filter and order on every page',
      context: { parameter: 'cursor' },
    })
  }
  return position
}

function decode(cursor: string): [unknown, Position] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(value) && Array.isArray(value[1]) && value[1].every((part) => part === null || typeof part === 'string')) {
      return [value[0], value[1]]
    }
  } catch {
    // Falls through to the one answer for every damaged cursor.
  }
  return fail('invalid-cursor', {
    detail: 'the cursor is damaged',
    hint: 'use meta.next_cursor as it is',
    context: { parameter: 'cursor' },
  })
}

function scopeHash({ version, signature }: CursorScope): string {
  return hash('sha256', `${version}\n${signature}`, 'base64url').slice(0, 16)
}
