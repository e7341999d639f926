import type { Served } from '../drift/served.js'
import { isHold } from '../errors.js'
import type { Core } from './call.js'

/** What was told already, for as long as the same is served. */
const told = new WeakMap<Served, Set<string>>()

/** Tells listeners that a request was refused because of a hold, the first time that this one is met. */
export function noticeHold({ monitors }: Core, served: Served | null, problem: unknown): void {
  if (!isHold(problem) || served === null || !served.locked) return
  const { code, context } = problem
  const [table, column] = [context.table, context.column].map((name) => (typeof name === 'string' ? name : null))
  if (table === null || table === undefined) return
  const key = JSON.stringify([table, column, code])
  const known = told.get(served) ?? new Set()
  told.set(served, known)
  if (known.has(key)) return
  known.add(key)
  monitors
    .get(served.contract.service)
    ?.parts.events.emit('hold', { service: served.contract.service, table, column: column ?? null, code })
}
