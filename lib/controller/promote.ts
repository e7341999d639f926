import { bindSchema } from '../contract/bind.js'
import { withholder } from '../contract/exposure.js'
import { type Frozen, promoteSchema } from '../contract/freeze.js'
import { mergeAdditive } from '../contract/merge.js'
import type { Change, ContractVersion, DriftState } from '../contract/types.js'
import { idSource } from '../drift/locking.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { isAbout, reportOf } from '../drift/report.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../query/nearest.js'
import { tableOf } from '../schema/table.js'
import { type Author, by } from './author.js'

export interface PromoteOptions extends Author {
  /** Only these tables, by contract name or new name. Absent: the live schema whole. */
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
  /** What was, or would be, accepted. Empty: nothing was pending, and merged additions are now acknowledged. */
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
    const accepted = acceptable(report.changes, options.tables)
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
    hint: 'lock it first',
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

/** What `auto` keeps for review is taken only with its table's name: promoting everything must not expose it by reflex. */
function acceptable(changes: readonly Change[], tables: readonly string[] | undefined): readonly Change[] {
  return tables === undefined ? changes.filter(({ withheld }) => withheld !== 'needs-review') : changes
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
  const { tables, identities } = await promoted(monitor, served, options.tables)
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

/** The next version's tables. The whole schema in mode `auto` is first what `auto` would merge, then the rest but what waits for review. */
async function promoted(monitor: ServiceMonitor, served: Served, tables: readonly string[] | undefined): Promise<Frozen> {
  const { engine, service, store } = monitor.parts
  const { contract, binding, changes, live, mode } = served
  const nextId = await idSource(monitor.parts, 2 * live.tables.reduce((sum, table) => sum + 1 + table.columns.length, 0))
  if (tables !== undefined) return promoteSchema(contract.tables, binding, chosenNames(served, tables), nextId)
  if (mode !== 'auto') return promoteSchema(contract.tables, binding, null, nextId)
  const withhold = withholder(service.autoExpose)
  const merged = mergeAdditive(contract.tables, binding, changes, nextId, withhold)
  const known = await store.identities(service.name, live.scope)
  const rest = bindSchema(merged.tables, live.tables, new Map([...known, ...merged.identities]), engine.can.identity)
  const reviewed = rest.tables.map((table) => ({
    ...table,
    added: table.added.filter((column) => !withhold(table.contract, column)),
  }))
  const frozen = promoteSchema(merged.tables, { tables: reviewed, added: [] }, null, nextId)
  return { tables: frozen.tables, identities: [...merged.identities, ...frozen.identities] }
}

/** The named tables under both their names. */
function chosenNames(served: Served, tables: readonly string[]): ReadonlySet<string> {
  const chosen = new Set(tables)
  for (const change of served.changes) if (isAbout(change, new Set(tables))) chosen.add(change.table)
  for (const binding of served.binding.tables)
    if (binding.live !== null && chosen.has(binding.contract.name)) chosen.add(binding.live.name)
  return new Set(
    [...chosen].filter(
      (name) => tableOf(served.contract.tables, name) !== undefined || tableOf(served.live.tables, name) !== undefined,
    ),
  )
}
