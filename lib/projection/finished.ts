import { type RawBuilder, sql } from 'kysely'
import type { SqlDialect } from '../database.js'

/** The same SQL as finished text where it has no parameters, so that statements it is part of are compiled sooner. */
export function finished(dialect: SqlDialect, part: RawBuilder<unknown>): RawBuilder<unknown> {
  const compiled = dialect.compile(part)
  return compiled.parameters.length === 0 ? sql.raw(compiled.sql) : part
}
