import type { ResolvedConfig } from '../config/resolve.js'
import type { ContractStore } from '../contract/store.js'
import type { ContractController } from '../controller/controller.js'
import { DatabaseError, type FailureKind } from '../database.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { TablePlan } from '../projection/projection.js'
import type { SqlContext } from '../query/select-list.js'
import { type Purpose, problemOf } from './database-problem.js'
import type { FaucetRequest, FaucetResponse } from './types.js'

/** What every handler may use; made once. */
export interface Core {
  readonly config: ResolvedConfig
  readonly controller: ContractController
  readonly monitors: ReadonlyMap<string, ServiceMonitor>
  readonly store: ContractStore
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
export async function servedFor(call: Call): Promise<Served> {
  const served = await monitorOf(call).served()
  call.answering.served = served
  checkPin(call, served)
  return served
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
 * schema; a transaction that was rolled back by a conflict is run again. Database failures become problems.
 */
export async function onTable<T>(call: Call, purpose: Purpose, work: (context: DataContext) => Promise<T>): Promise<T> {
  const monitor = monitorOf(call)
  const { engine } = monitor.parts
  for (let attempt = 1; ; attempt++) {
    const served = await servedFor(call)
    const plan = tablePlan(served, param(call, 'table'))
    try {
      return await work({ plan, served, monitor, dialect: served.projection.dialect, can: engine.can })
    } catch (error) {
      const kind = error instanceof DatabaseError ? error.kind : null
      if (kind === 'retry' && attempt < conflictRuns) continue
      if (isStale(kind, purpose) && attempt < replans && (await monitor.lookAgain(served))) continue
      throw problemOf(error, plan, purpose)
    }
  }
}

/** Whether the failure may come from a plan that the schema has left behind. */
function isStale(kind: FailureKind | null, purpose: Purpose): boolean {
  return kind === 'schema' || (kind === 'read-only' && purpose === 'write')
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

/**
 * A consumer may name the contract it was built for: `7`, `7.2` or `shop@7`, with `; digest=…`. The served version
 * answers to its number and to earlier revisions of itself, which it only added to; anything else is gone.
 */
function checkPin(call: Call, served: Served): void {
  const header = call.request.headers['faucet-contract']
  if (header === undefined) return
  const text = Array.isArray(header) ? header.join(',') : header
  const match = /^\s*(?:([a-z][a-z0-9_-]*)@)?(\d{1,9})(?:\.(\d{1,9}))?\s*(?:;\s*digest=([0-9a-f]{8,64}))?\s*$/.exec(text)
  const { contract, locked } = served
  if (match === null || (match[1] !== undefined && match[1] !== contract.service)) {
    fail('invalid-parameter', {
      detail: 'the Faucet-Contract header must look like 7, 7.2 or service@7',
      context: { header: 'Faucet-Contract' },
    })
  }
  const [, , version, revision, digest] = match
  const same = locked && Number(version) === contract.version && Number(revision ?? 0) <= contract.revision
  if (same && (digest === undefined || contract.digest.startsWith(digest))) return
  fail('contract-gone', {
    detail: `contract ${version}${revision === undefined ? '' : `.${revision}`} of "${contract.service}" is not served`,
    hint: locked ? `served is ${versionName(contract)}` : 'the service is not locked',
    context: { served: locked ? [versionName(contract)] : [] },
  })
}
