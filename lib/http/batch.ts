import { DatabaseError } from '../database.js'
import { fail, isFaucetError } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { flag } from '../query/parameters.js'
import { problemOf } from './database-problem.js'
import { errorEntry } from './problem.js'
import { listText, tookSince } from './respond.js'
import type { FaucetResponse } from './types.js'

/** The parameters a batch of writes takes. */
export const batchParameters = ['rollback', 'continue'] as const

/** `all`: everything or nothing (the default, `rollback=true` says so); `each`: `continue=true`, every row on its own. */
export function batchMode(query: URLSearchParams): 'all' | 'each' {
  const each = flag(query, 'continue')
  if (each && flag(query, 'rollback')) {
    fail('invalid-parameter', {
      detail: 'rollback and continue exclude each other',
      hint: 'give one',
      context: { parameter: 'continue' },
    })
  }
  return each ? 'each' : 'all'
}

/** Runs `work` for every item on its own: refused items answer with their error in their place, and the rest goes on. */
export async function runEach<T>(
  plan: TablePlan,
  items: readonly T[],
  status: number,
  work: (item: T, index: number) => Promise<string>,
): Promise<FaucetResponse> {
  const start = performance.now()
  const errors: number[] = []
  const rows: string[] = []
  for (const [index, item] of items.entries()) {
    try {
      rows.push(await work(item, index))
    } catch (error) {
      rows.push(JSON.stringify(refusal(error, plan)))
      errors.push(index)
    }
  }
  const meta = {
    count: items.length,
    succeeded: items.length - errors.length,
    failed: errors.length,
    errors,
    took_ms: tookSince(start),
  }
  return listText(status, rows, meta)
}

/** The error of one item; what would be the whole service's failure is thrown on. */
function refusal(error: unknown, plan: TablePlan): object {
  const moved =
    error instanceof DatabaseError && (error.kind === 'schema' || error.kind === 'unavailable' || error.kind === 'cancelled')
  const problem = problemOf(error, plan, 'write')
  if (moved || !isFaucetError(problem)) throw error
  return errorEntry(problem)
}
