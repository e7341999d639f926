import { type Parameter, ValueMismatch } from '../database.js'
import { fail } from '../errors.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { canonicalJson } from '../schema/canonical.js'
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
  const context = row === undefined ? { table: plan.table.name } : { table: plan.table.name, row }
  const assignments: Assignment[] = []
  for (const [name, value] of Object.entries(record)) {
    const column = plan.column(name) ?? columnNamed(plan, name, row === undefined ? 'the body' : `row ${row} of the body`)
    const isAddress = address.includes(column)
    if (isReadOnly(column.column) && !isAddress) {
      fail('read-only-column', {
        detail: `"${plan.table.name}.${name}" is ${column.column.generated ? 'computed' : 'always numbered'} by the database`,
        hint: 'leave it out of the body',
        context: { table: plan.table.name, column: name },
      })
    }
    const checked = fromJson(value, column.column, context)
    if (isAddress || isWritten(plan, column, checked, value)) assignments.push({ plan: column, value: checked })
  }
  return assignments
}

/** Whether the value is to be written. One that is answered anyway is accepted silently; any other without a place would be lost. */
function isWritten(plan: TablePlan, column: ColumnPlan, checked: Parameter, value: unknown): boolean {
  if (column.ref === null && column.nullText === canonicalJson(value)) return false
  if (column.live === null || isReadOnly(column.live)) return refuseWrite(plan, column)
  try {
    if (checked !== null) column.toLive(checked)
    return true
  } catch (error) {
    if (error instanceof ValueMismatch) refuseWrite(plan, column, 'the value cannot be kept exactly')
    throw error
  }
}

function refuseWrite(plan: TablePlan, { column, nullText }: ColumnPlan, why = 'the database changed under the contract'): never {
  return fail('contract-drift', {
    detail: `"${plan.table.name}.${column.name}" cannot be written now: ${why}`,
    hint: nullText === 'null' ? 'send null or leave it out' : 'leave it out',
    context: { table: plan.table.name, column: column.name },
  })
}

/** A record with an operator's values for columns that the contract does not have and inserts must supply. */
export function withSupplied(plan: TablePlan, record: WriteRecord): WriteRecord {
  const supplied = plan.supplied.map((one): Assignment => {
    const value: unknown = JSON.parse(one.standIn ?? 'null')
    return { plan: one, value: fromJson(value, one.column, { table: plan.table.name }) }
  })
  return [...record, ...supplied]
}

/** Fails with `missing-value` when an insert lacks a column the contract requires. */
export function requireComplete(plan: TablePlan, record: object, row: number | undefined): void {
  const missing = plan.columns.filter(({ column }) => isRequiredOnInsert(column) && !Object.hasOwn(record, column.name))
  if (missing.length === 0) return
  const names = missing.map(({ column }) => `"${column.name}"`).join(', ')
  fail('missing-value', {
    detail: `a new row of "${plan.table.name}" needs ${names}${row === undefined ? '' : ` (row ${row})`}`,
    context: { table: plan.table.name, columns: missing.map(({ column }) => column.name), ...(row === undefined ? {} : { row }) },
  })
}
