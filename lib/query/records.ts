import type { Parameter } from '../database.js'
import { fail } from '../errors.js'
import type { ColumnPlan, TablePlan } from '../projection/projection.js'
import { columnOf, isReadOnly, isRequiredOnInsert } from '../schema/table.js'
import { fromJson } from './values.js'
import { columnNamed } from './where.js'

/** One column of a record with its checked value. */
export interface Assignment {
  readonly plan: ColumnPlan
  readonly value: Parameter
}

/** Checked values in the order of the body's keys. */
export type WriteRecord = readonly Assignment[]

/** The records of a body: one object, an array, or `{"resource": [...]}`. Shapes only; see {@link checkRecord} for values. */
export function recordsOf(body: unknown, plan: TablePlan, most: number): readonly object[] {
  const enveloped = isObject(body) && Object.hasOwn(body, 'resource') && columnOf(plan.table, 'resource') === undefined
  const inner = enveloped ? (body as { resource: unknown }).resource : body
  const records = Array.isArray(inner) ? inner : [inner]
  if (records.length > most) {
    fail('batch-too-large', {
      detail: `${records.length} rows in one request; at most ${most}`,
      hint: 'send them in several requests',
    })
  }
  records.forEach((record, index) => {
    if (!isObject(record)) {
      fail('invalid-body', {
        detail: Array.isArray(inner)
          ? `row ${index} is not an object`
          : 'the body must be an object, an array of objects, or {"resource": [...]}',
        hint: 'send JSON with the column names as keys',
      })
    }
  })
  return records
}

/** True when the body was one bare object, so the answer to a refused batch need not name a row. */
export function isSingle(body: unknown): boolean {
  return isObject(body) && !Object.hasOwn(body, 'resource')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Checks every key and value of one record against the contract. `row` is its index in a batch. Columns of `address` only say
 * which row is meant: they are not written, so it does not matter whether they could be.
 */
export function checkRecord(
  plan: TablePlan,
  record: object,
  row: number | undefined,
  address: readonly ColumnPlan[] = [],
): WriteRecord {
  return Object.entries(record).flatMap(([name, value]) => {
    const column = columnNamed(plan, name, row === undefined ? 'the body' : `row ${row} of the body`)
    const isAddress = address.includes(column)
    if (isReadOnly(column.column) && !isAddress) {
      fail('read-only-column', {
        detail: `"${plan.table.name}.${name}" is ${column.column.generated ? 'computed' : 'always numbered'} by the database`,
        hint: 'leave it out of the body',
        context: { table: plan.table.name, column: name },
      })
    }
    const checked = fromJson(
      value,
      column.column,
      row === undefined ? { table: plan.table.name } : { table: plan.table.name, row },
    )
    return isAddress || writable(plan, column, checked) ? [{ plan: column, value: checked }] : []
  })
}

/** Whether the value has a place to go. A column that is gone accepts NULL silently; anything else would be lost. */
function writable(plan: TablePlan, column: ColumnPlan, value: Parameter): boolean {
  if (column.live !== null && !isReadOnly(column.live)) return true
  if (column.hold === 'null' && value === null) return false
  return fail('contract-drift', {
    detail: `"${plan.table.name}.${column.column.name}" cannot be written now: the database changed under the contract`,
    hint: column.hold === 'null' ? 'send null or leave it out' : 'leave it out',
    context: { table: plan.table.name, column: column.column.name },
  })
}

/** Fails with `missing-value` when an insert lacks a column the contract requires. */
export function requireComplete(plan: TablePlan, record: WriteRecord, row: number | undefined): void {
  const given = new Set(record.map(({ plan: column }) => column))
  const missing = plan.columns.filter((column) => isRequiredOnInsert(column.column) && !given.has(column))
  if (missing.length === 0) return
  const names = missing.map(({ column }) => `"${column.name}"`).join(', ')
  fail('missing-value', {
    detail: `a new row of "${plan.table.name}" needs ${names}${row === undefined ? '' : ` (row ${row})`}`,
    context: { table: plan.table.name, columns: missing.map(({ column }) => column.name), ...(row === undefined ? {} : { row }) },
  })
}
