import { bindSchema } from '../contract/bind.js'
import { diffSchema } from '../contract/diff.js'
import { withholder } from '../contract/exposure.js'
import { type Frozen, promoteSchema } from '../contract/freeze.js'
import type { Change, ContractVersion, DriftState } from '../contract/types.js'
import { idSource } from '../drift/locking.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { reportOf } from '../drift/report.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { Table } from '../schema/table.js'
import { type Author, by } from './author.js'

export interface PromoteOptions extends Author {
  /**
   * Only these tables, by contract name or new name, and those whose name one of them takes over. Absent: the live schema whole,
   * but for columns whose names look secret: they are taken only with a table that is named.
   */
  readonly tables?: readonly string[]
  /** The fingerprint of the report that was reviewed; refuses with `contract-moved` if anything in it moved since. */
  readonly expect?: string
  /** Only tell what would be promoted. */
  readonly dryRun?: boolean
}

/** A version as the history and the answers show it: all but its tables. */
export type VersionRecord = Omit<ContractVersion, 'tables'>

export interface PromoteResult {
  readonly dryRun: boolean
  /** What was, or would be, accepted. Empty: nothing was there to take, no version was made, and merged additions are acknowledged. */
  readonly changes: readonly Change[]
  readonly state: DriftState
  readonly fingerprint: string
  /** The version served afterwards; the one served now in a dry run. */
  readonly contract: VersionRecord
}

/** Makes the live schema, whole or some tables of it, the next contract version. */
export function promote(monitor: ServiceMonitor, options: PromoteOptions): Promise<PromoteResult> {
  return monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const served = lockedNow(monitor)
    checkTables(served, options.tables)
    const report = reportOf(served, options.tables)
    if (options.expect !== undefined && options.expect !== report.fingerprint) {
      fail('contract-moved', {
        detail: `the schema of "${served.contract.service}" is not the one that was reviewed`,
        hint: 'review the report again and promote with its fingerprint',
        context: { expected: options.expect, fingerprint: report.fingerprint },
      })
    }
    const accepted = await acceptable(monitor, served, report.changes, options.tables)
    if (options.dryRun === true) return { dryRun: true, ...report, changes: accepted, contract: recordOf(served.contract) }
    if (accepted.length === 0) await acknowledge(monitor, served, options)
    else await commit(monitor, served, accepted, options)
    await monitor.lookNow()
    const after = lockedNow(monitor)
    return { dryRun: false, ...reportOf(after), changes: accepted, contract: recordOf(after.contract) }
  })
}

/** What is served, for operations that need a lock. */
export function lockedNow(monitor: ServiceMonitor): Served {
  if (monitor.now.locked) return monitor.now
  return fail('not-locked', {
    detail: `"${monitor.parts.service.name}" is not locked, so there is nothing to promote`,
    hint: monitor.now.mode === 'none' ? 'it is in mode none: set its mode to auto or strict first' : 'lock it first',
  })
}

export function recordOf(contract: ContractVersion): VersionRecord {
  const { tables: _, ...record } = contract
  return record
}

function checkTables(served: Served, tables: readonly string[] | undefined): void {
  const known = [...served.contract.tables, ...served.live.tables].map(({ name }) => name)
  for (const name of tables ?? []) {
    if (!known.includes(name))
      fail('unknown-table', { detail: `no table "${name}" in contract or database`, hint: didYouMean(name, known) })
  }
}

/** Of the changes reported, those that the promotion settles: what is there again when compared afterwards is not accepted. */
async function acceptable(
  monitor: ServiceMonitor,
  served: Served,
  changes: readonly Change[],
  tables: readonly string[] | undefined,
): Promise<readonly Change[]> {
  if (changes.length === 0) return []
  const { engine, service, store } = monitor.parts
  const { contract, live } = served
  const frozen = promoted(monitor, served, tables, placeholders())
  const known = await store.identities(service.name, live.scope)
  const binding = bindSchema(frozen.tables, live.tables, new Map([...known, ...frozen.identities]), engine.can.identity)
  const remaining = new Set(diffSchema(binding).map(keyIn(frozen.tables, contract.tables)))
  return changes.filter((change) => !remaining.has(keyIn([], [])(change)))
}

/** Logical ids that no contract has. */
function placeholders(): () => string {
  let next = 1
  return () => `new ${next++}`
}

/** What tells a change from others of one report, in the names that its table and column had in an earlier contract. */
function keyIn(after: readonly Table[], before: readonly Table[]): (change: Change) => string {
  const names = new Map(before.flatMap((table) => [table, ...table.columns]).map(({ id, name }) => [id, name]))
  const tables = new Map(after.map((table) => [table.name, table]))
  return ({ kind, table, column }) => {
    const found = tables.get(table)
    const own = found?.columns.find(({ name }) => name === column)
    return JSON.stringify([kind, names.get(found?.id ?? null) ?? table, names.get(own?.id ?? null) ?? column])
  }
}

async function acknowledge(monitor: ServiceMonitor, served: Served, options: PromoteOptions): Promise<void> {
  const { store, service } = monitor.parts
  await store.acknowledge(service.name, versionName(served.contract), by(options))
}

async function commit(
  monitor: ServiceMonitor,
  served: Served,
  changes: readonly Change[],
  options: PromoteOptions,
): Promise<void> {
  const { store, service, events } = monitor.parts
  const { contract, live } = served
  const { actor, reason } = by(options)
  const expected = { version: contract.version, revision: contract.revision }
  const nextId = await idSource(
    monitor.parts,
    live.tables.reduce((sum, table) => sum + 1 + table.columns.length, 0),
  )
  const { tables, identities } = promoted(monitor, served, options.tables, nextId)
  const version = await store.commit(service.name, {
    expected,
    kind: 'promotion',
    tables,
    changes,
    actor,
    reason,
    scope: live.scope,
    identities,
  })
  events.emit('promotion', {
    service: service.name,
    version: version.version,
    revision: version.revision,
    automatic: false,
    actor,
    changes,
  })
}

/** The next version's tables. What looks secret is taken only with its table's name: promoting everything must not expose it by reflex. */
function promoted(
  { parts: { service } }: ServiceMonitor,
  { contract, binding }: Served,
  tables: readonly string[] | undefined,
  nextId: () => string,
): Frozen {
  const only = tables === undefined ? null : new Set(tables)
  return promoteSchema(contract.tables, binding, only, nextId, withholder(service.autoExpose))
}
