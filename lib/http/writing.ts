import { DatabaseError, type Session } from '../database.js'
import { fail } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { recordsOf } from '../query/records.js'
import type { WriteContext, Written } from '../query/write.js'
import type { Call, DataContext } from './call.js'
import { statementOptions } from './reading.js'

/** Fails with 405 where the contract has nothing to write: views, and services that are read only. */
export function requireWritable({ plan, monitor }: DataContext): void {
  if (plan.table.kind === 'table' && !monitor.parts.service.readOnly) return
  const why = plan.table.kind === 'view' ? `"${plan.table.name}" is a view` : `"${monitor.parts.service.name}" is read only`
  fail('method-not-allowed', { detail: `${why} and takes no writes`, headers: { Allow: 'GET, HEAD, OPTIONS' } })
}

/** The records of the request's body, within the service's limits. */
export async function bodyRecords(
  call: Call,
  { plan, monitor }: DataContext,
): Promise<{ records: readonly object[]; body: unknown }> {
  const { limits } = monitor.parts.service
  const body = await requireBody(call, limits.body)
  return { records: recordsOf(body, plan, limits.batch), body }
}

/** The one object of the request's body. */
export async function bodyRecord(call: Call, context: DataContext): Promise<object> {
  const { records } = await bodyRecords(call, context)
  const [record] = records
  if (record !== undefined && records.length === 1) return record
  return fail('invalid-body', { detail: `the body must be one object, not ${records.length} rows` })
}

async function requireBody(call: Call, limit: number): Promise<unknown> {
  const body = await call.request.body(limit)
  if (body !== undefined) return body
  return fail('invalid-body', { detail: 'the body is empty', hint: 'send JSON with content-type: application/json' })
}

/**
 * Runs `work` in one transaction and serialises its rows inside it, so that a row that cannot be served is not written.
 *
 * @param isSole whether `work` is a single step: see {@link WriteContext.isSole}
 */
export function writeRows(
  call: Call,
  context: DataContext,
  work: (write: WriteContext) => Promise<Written>,
  isSole = false,
): Promise<string[]> {
  return inTransaction(
    call,
    context,
    async (write) => {
      const { rows, toJson } = await work(write)
      return rows.map(toJson)
    },
    isSole,
  )
}

/** A write by key touches one row. None: 404; several: the promised key is no key in the database any more, and all is rolled back. */
export function requireOne(plan: TablePlan, id: string, rows: number): void {
  if (rows === 0) rowNotFound(plan, id)
  if (rows === 1) return
  const shown = id.slice(0, 80)
  fail('contract-drift', {
    detail: `several rows of "${plan.table.name}" have the id "${shown}" now`,
    context: { table: plan.table.name, id: shown },
  })
}

/** The same for rows chosen by ids: there are no more of them than ids. */
export function requireAtMost(plan: TablePlan, most: number | null, rows: number): void {
  if (most === null || rows <= most) return
  fail('contract-drift', {
    detail: `several rows of "${plan.table.name}" have the same id now`,
    context: { table: plan.table.name },
  })
}

export function rowNotFound(plan: TablePlan, id: string): never {
  const shown = id.slice(0, 80)
  fail('row-not-found', { detail: `no row "${shown}" in "${plan.table.name}"`, context: { table: plan.table.name, id: shown } })
}

/** {@link writeRows} without rows. */
export async function inTransaction<T>(
  call: Call,
  context: DataContext,
  work: (write: WriteContext) => Promise<T>,
  isSole = false,
): Promise<T> {
  const { plan, dialect, can, monitor } = context
  const attempt = (isSole: boolean) =>
    monitor.database.transaction(
      (session: Session) => work({ plan, dialect, can, session, isSole }),
      statementOptions(call, context),
    )
  if (!isSole || dialect.alone === undefined) return attempt(false)
  try {
    return await attempt(true)
  } catch (error) {
    // Perhaps nothing moved, and the row is one that a statement alone cannot be trusted with.
    if (error instanceof DatabaseError && error.kind === 'schema') return attempt(false)
    throw error
  }
}
