import { DatabaseError } from '../database.js'
import { fail, isFaucetError } from '../errors.js'
import { flag } from '../query/parameters.js'
import { type Call, type DataContext, onTable, param } from './call.js'
import { problemOf } from './database-problem.js'
import { noticeHold } from './hold-notices.js'
import { errorEntry, unexpected } from './problem.js'
import { listText, tookSince } from './respond.js'
import type { FaucetResponse } from './types.js'
import { requireWritable } from './writing.js'

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

/** The items of a batch whose rows are to be treated each on its own. */
export interface Each<T> {
  readonly each: readonly T[]
}

/**
 * Checks and plans a write of rows. `plan` answers at once, or with the items that `work` is then to treat each on its own:
 * each planned, committed and, where the schema moved or a conflict came between, run again by itself. Whatever one fails
 * with is answered in its place, since those before it stay written.
 */
export async function onRows<T>(
  call: Call,
  status: number,
  plan: (context: DataContext) => Promise<FaucetResponse | Each<T>>,
  work: (context: DataContext, item: T, index: number) => Promise<string>,
): Promise<FaucetResponse> {
  const planned = await onTable(call, 'write', (context) => {
    requireWritable(context)
    return plan(context)
  })
  return 'each' in planned ? runEach(call, status, planned.each, work) : planned
}

async function runEach<T>(
  call: Call,
  status: number,
  items: readonly T[],
  work: (context: DataContext, item: T, index: number) => Promise<string>,
): Promise<FaucetResponse> {
  const start = performance.now()
  const errors: number[] = []
  const rows: string[] = []
  for (const [index, item] of items.entries()) {
    try {
      // Nobody waits for the rest.
      if (call.request.signal.aborted) throw new DatabaseError('cancelled')
      const row = await onTable(call, 'write', (context) => {
        requireWritable(context)
        return work(context, item, index)
      })
      rows.push(row)
    } catch (error) {
      rows.push(JSON.stringify(refusal(call, error)))
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

function refusal(call: Call, error: unknown): object {
  const problem = problemOf(error, null, 'write')
  noticeHold(call.core, call.answering.served, problem)
  if (isFaucetError(problem) && problem.code !== 'internal') return errorEntry(problem)
  return errorEntry(unexpected(call.core.config.logger, param(call, 'service'), problem))
}
