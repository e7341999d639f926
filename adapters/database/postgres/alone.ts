import { sql } from 'kysely'
import type { Alone } from '../../../lib/database.js'
import type { Column, LiveSchema } from '../../../lib/schema/table.js'
import { columnMark, holds } from './guard.js'
import { dialect } from './sql.js'

/** See {@link Alone}: cast values print the same in every session, and their encoders take all that the server can print. */
export const alone: Alone = {
  read: (column, live) => (column.nullable || isNeverNull(column, live) ? dialect.read(sql.id(column.name), column.type) : null),
  require: (condition) => sql`case when ${condition} is false
    then ('pg_catalog."faucet: no such row, ' || pg_catalog.pg_backend_pid() || '"')::pg_catalog.regclass end`,
  atMostOne: (from) => holds(sql`count(*) < 2`, from),
}

/** Whether the guard sees to it: a domain that is NOT NULL may change without it. */
function isNeverNull(column: Column, live: LiveSchema): boolean {
  return columnMark(column, live)?.[5] === true
}
