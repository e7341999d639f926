import { type RawBuilder, sql } from 'kysely'
import type { Estimate } from '../../../lib/database.js'

/**
 * By the optimizer's statistics. `explain` is the word for a table with the columns `rows` and `filtered` (percent) at these places;
 * a plan of several tables, as of a view, is not told.
 */
export function estimateBy(explain: RawBuilder<unknown>, rowsAt: number, filteredAt: number): Estimate {
  return {
    ask: (select) => sql`${explain} ${select}`,
    read([row, ...others]) {
      if (row === undefined || others.length > 0) return null
      const [rows, filtered] = [row[rowsAt], row[filteredAt]]
      return rows == null || filtered == null ? null : Math.round((Number(rows) * Number(filtered)) / 100)
    },
  }
}
