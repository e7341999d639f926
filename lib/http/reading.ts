import type { RawBuilder } from 'kysely'
import type { QueryResult, StatementOptions } from '../database.js'
import type { Call, DataContext } from './call.js'

/**
 * One statement of a read, outside any transaction.
 *
 * @param columns of one without a guard: see `toldColumns`
 */
export function read(
  call: Call,
  context: DataContext,
  statement: RawBuilder<unknown>,
  columns: StatementOptions['columns'] | null = null,
): Promise<QueryResult> {
  const options = statementOptions(call, context)
  return context.monitor.database.query(context.dialect.compile(statement), columns === null ? options : { ...options, columns })
}

/** A statement ends with its request, and runs only on the schema it was planned on. */
export function statementOptions({ request: { signal } }: Call, { plan: { plannedOn } }: DataContext): StatementOptions {
  return { signal, plannedOn }
}
