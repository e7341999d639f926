import { sql } from 'kysely'
import type { Estimate } from '../../../lib/database.js'

/** By the planner's statistics, which ANALYZE (and autovacuum) keeps. */
export const estimate: Estimate = {
  ask: (select) => sql`explain (format json) ${select}`,
  read([row]) {
    const plan: unknown = typeof row?.[0] === 'string' ? JSON.parse(row[0]) : row?.[0]
    const [first] = plan as { Plan: { 'Plan Rows': number } }[]
    return first?.Plan['Plan Rows'] ?? null
  },
}
