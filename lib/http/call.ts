import type { ResolvedConfig } from '../config/resolve.js'
import type { ContractStore } from '../contract/store.js'
import type { ContractController } from '../controller/controller.js'
import { DatabaseError } from '../database.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import type { Served } from '../drift/served.js'
import { fail, isHold } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { OpenApiDocuments } from '../openapi/documents.js'
import type { TablePlan } from '../projection/projection.js'
import type { SqlContext } from '../query/select-list.js'
import type { ColumnType } from '../schema/column-type.js'
import { type Purpose, problemOf } from './database-problem.js'
import { servedUnder } from './pin.js'
import { isByUnknownKey, isSuspicious } from './tightened.js'
import type { FaucetRequest, FaucetResponse } from './types.js'

/** What every handler may use; made once. */
export interface Core {
  readonly config: ResolvedConfig
  readonly controller: ContractController
  readonly monitors: ReadonlyMap<string, ServiceMonitor>
  readonly store: ContractStore
  readonly documents: OpenApiDocuments
}

/** One request on its way through one route. */
export interface Call {
  readonly core: Core
  readonly request: FaucetRequest
  /** Decoded path variables by their name in the pattern. */
  readonly params: ReadonlyMap<string, string>
  /** Who operates, on system routes; empty elsewhere. */
  readonly actor: string
  readonly answering: Answering
}

/** What the call was last planned on, for the response header; null before that. What is served can change while it runs. */
export interface Answering {
  served: Served | null
}

export type Handler = (call: Call) => Promise<FaucetResponse>

export function param(call: Call, name: string): string {
  return call.params.get(name) ?? ''
}

/** The monitor of the service in the path; dispatch has made sure there is one. */
export function monitorOf(call: Call): ServiceMonitor {
  return (
    call.core.monitors.get(param(call, 'service')) ?? fail('unknown-route', { detail: `no service "${param(call, 'service')}"` })
  )
}

/** What the service serves now, as the consumer may have it. */
export function servedFor(call: Call): Promise<Served> {
  return servedUnder(monitorOf(call), call.request.headers['faucet-contract'], call.answering)
}

/** What a data handler works with. */
export interface DataContext extends SqlContext {
  readonly plan: TablePlan
  readonly served: Served
  readonly monitor: ServiceMonitor
}

/** Most times one request is planned anew because the schema moved under its statement. */
const replans = 3
/** Most times a transaction that lost a deadlock or serialisation conflict is run. */
const conflictRuns = 3

/**
 * Plans and runs one request on one table. A statement that fails because the schema moved is planned again on the new
 * schema, and so is a request that a hold refused, if the hold turns out to be over; a transaction that was rolled back by a
 * conflict is run again. Database failures become problems.
 */
export async function onTable<T>(call: Call, purpose: Purpose, work: (context: DataContext) => Promise<T>): Promise<T> {
  const monitor = monitorOf(call)
  const { engine } = monitor.parts
  for (let attempt = 1; ; attempt++) {
    const { served, plan } = await planned(call, monitor)
    try {
      return await work({ plan, served, monitor, dialect: served.projection.dialect, can: engine.can })
    } catch (error) {
      const kind = error instanceof DatabaseError ? error.kind : null
      if (kind === 'retry' && attempt < conflictRuns) continue
      if (isStale(error, plan, purpose) && attempt < replans && (await monitor.lookAgain(served))) continue
      if (mayBeOver(error, plan) && attempt < replans && (await monitor.lookIfDue(served))) continue
      throw problemOf(error, plan, purpose)
    }
  }
}

/** Milliseconds in which a table that went may come back: views are dropped and made again, and tables cut over. */
const comebackTime = 1_000

async function planned(call: Call, monitor: ServiceMonitor): Promise<{ served: Served; plan: TablePlan }> {
  const table = param(call, 'table')
  for (;;) {
    const served = await servedFor(call)
    const mayComeBack = served.projection.isGone(table) && Date.now() < monitor.stillSince + comebackTime
    if (mayComeBack) await monitor.lookAgain(served)
    else {
      try {
        return { served, plan: tablePlan(served, table) }
      } catch (error) {
        if (!isHold(error) || !(await monitor.lookIfDue(served))) throw error
      }
    }
  }
}

/** Whether a look may change the answer, though it seldom will: not worth waiting for more than one now and then. */
function mayBeOver(error: unknown, plan: TablePlan): boolean {
  return isHold(error) || (error instanceof DatabaseError && isByUnknownKey(plan, error))
}

/** Whether the failure may come from a plan that the schema has left behind. */
export function isStale(error: unknown, plan: TablePlan, purpose: Purpose): boolean {
  if (!(error instanceof DatabaseError)) return false
  if (error.kind === 'schema') return true
  // Labels are looked up before the statement can check anything.
  if (error.kind === 'value' && plan.columns.some(({ live }) => live !== null && hasLabels(live.type))) return true
  return purpose === 'write' && (error.kind === 'read-only' || isSuspicious(plan, error))
}

function hasLabels(type: ColumnType): boolean {
  return type.name === 'array' ? hasLabels(type.items) : type.name === 'enum'
}

/** The plan of a contract table; fails with `unknown-table` and the nearest name. */
function tablePlan(served: Served, name: string): TablePlan {
  const plan = served.projection.table(name)
  if (plan !== undefined) return plan
  const names = served.contract.tables.map((table) => table.name)
  return fail('unknown-table', {
    detail: `no table "${name}" in "${served.contract.service}"`,
    hint: didYouMean(name, names),
    context: { table: name },
  })
}
