import { isExcluded, withholder } from '../contract/exposure.js'
import { identitiesOf } from '../contract/freeze.js'
import { mergeAdditive } from '../contract/merge.js'
import type { ServiceRecord } from '../contract/store.js'
import type { Change, ContractVersion } from '../contract/types.js'
import type { Database } from '../database.js'
import type { LiveSchema } from '../schema/table.js'
import { commitOrAdopt, idSource, lock, unnumbered } from './locking.js'
import type { MonitorParts } from './monitor.js'
import { reportOf } from './report.js'
import { isStrange, type Served, serve, settledPart } from './served.js'

export interface CycleParts extends MonitorParts {
  readonly database: Database
}

/** What one look hands to the next. */
export interface Cycle {
  readonly served: Served | null
  /** The last whole reading, before patterns kept tables out. */
  readonly reading: LiveSchema | null
  /** When what may be served last changed, ms since the epoch. */
  readonly stillSince: number
  /** When waiting additive changes may be merged, ms since the epoch; null when none wait. */
  readonly mergeDueAt: number | null
  /** The store's record that `served` was made from. */
  readonly seen: string | null
}

/** The actor in the history of what no person did. */
const itself = 'faucet'

/** One look at one service: probe, read if it moved, compare with the contract, lock or merge where the mode says so. */
export async function runCycle(
  parts: CycleParts,
  last: Cycle,
  { force = false, merge = false }: { readonly force?: boolean; readonly merge?: boolean },
): Promise<Cycle> {
  const reading = await read(parts, last, force)
  const found = await parts.store.service(parts.service.name)
  const isSame = last.served !== null && isSameReading(reading, last.reading) && JSON.stringify(found) === last.seen
  let { served, record } =
    isSame && last.served !== null ? { served: last.served, record: found } : await adopt(parts, found, reading)
  const isStill =
    isSame || (last.served !== null && JSON.stringify(served.live.tables) === JSON.stringify(last.served.live.tables))
  const stillSince = isStill ? last.stillSince : Date.now()
  // What a merge left behind waits for an operator: the same state is not tried again.
  let due = isSame ? last.mergeDueAt : mergeDueAt(parts, served, stillSince)
  if (merge ? mergeDueAt(parts, served, 0) !== null : due !== null && due <= Date.now()) {
    ;({ served, record } = (await mergeNow(parts, served, reading)) ?? { served, record })
    due = null
  }
  announce(parts, last.served, served)
  return { served, reading, stillSince, mergeDueAt: due, seen: JSON.stringify(record) }
}

/** Reads the schema if the probe moved. Processes that share a store tell what came and went from one chain of readings. */
async function read({ database, store, service }: CycleParts, { reading: own }: Cycle, force: boolean): Promise<LiveSchema> {
  if (own !== null && !force && (await database.probe()) === own.probe) return own
  for (let attempt = 1; ; attempt++) {
    const shared = await store.snapshot(service.name)
    // Another process may serve a copy of the database: each copy has its own chain.
    const isOurs = own === null || shared?.scope === own.scope
    const reading = await database.introspect(isOurs ? shared : own)
    if ((await store.saveSnapshot(service.name, reading, shared)) || attempt === readings) return reading
  }
}

/** Most times a look is repeated because another process looked at the same moment. */
const readings = 5

function isSameReading(one: LiveSchema, other: LiveSchema | null): boolean {
  return one === other || (one.scope === other?.scope && JSON.stringify(one.tables) === JSON.stringify(other.tables))
}

/** What is served, and the store's record it was made from. */
interface Adopted {
  readonly served: Served
  readonly record: ServiceRecord
}

/** Makes what is served from a reading and the store's word, locking on first connect. */
async function adopt(parts: CycleParts, found: ServiceRecord, reading: LiveSchema): Promise<Adopted> {
  const { store, service, engine, database } = parts
  const mode = found.mode ?? service.mode
  const locked = mode !== 'none' && !found.unlocked
  const kept = locked ? await store.current(service.name) : null
  const live = visible(parts, reading, kept)
  const contract = locked ? (kept ?? (await lock(parts, live, itself, 'first connect'))) : unnumbered(service.name, live)
  const { enums, dangerousIsBreaking, bigints, autoExpose } = service
  const served = serve({
    contract,
    mode,
    locked,
    live,
    identities: locked ? await store.identities(service.name, live.scope) : new Map(),
    acknowledged: found.acknowledged,
    database,
    engine,
    options: { enums, dangerousIsBreaking, bigints, autoExpose },
  })
  if (locked) await store.saveIdentities(service.name, live.scope, identitiesOf(settledPart(served)))
  return { served, record: locked && kept === null ? await store.service(service.name) : found }
}

/** The reading without what patterns keep out; what the contract already promises stays whatever the patterns say. */
function visible({ service }: CycleParts, reading: LiveSchema, contract: ContractVersion | null): LiveSchema {
  const promised = new Set(contract?.tables.map(({ name }) => name))
  return {
    ...reading,
    tables: reading.tables.filter(({ name }) => promised.has(name) || !isExcluded(name, service.include, service.exclude)),
  }
}

function mergeDueAt({ service }: CycleParts, { mode, locked, changes }: Served, stillSince: number): number | null {
  const waiting = locked && mode === 'auto' && !isStrange(changes) && changes.some((change) => change.class === 'additive')
  return waiting ? stillSince + service.settle : null
}

/** null: there was nothing to merge. */
async function mergeNow(parts: CycleParts, served: Served, reading: LiveSchema): Promise<Adopted | null> {
  const { store, service } = parts
  const { contract, binding, changes, live } = served
  const most =
    binding.added.reduce((sum, table) => sum + 1 + table.columns.length, 0) +
    binding.tables.reduce((sum, table) => sum + table.added.length, 0)
  const nextId = await idSource(parts, most)
  const { tables, merged, identities } = mergeAdditive(contract.tables, binding, changes, nextId, withholder(service.autoExpose))
  if (merged.length === 0) return null
  const expected = { version: contract.version, revision: contract.revision }
  const { contract: revision, isOurs } = await commitOrAdopt(parts, () =>
    store.commit(service.name, {
      expected,
      kind: 'merge',
      tables,
      changes: merged,
      actor: itself,
      reason: null,
      scope: live.scope,
      identities,
    }),
  )
  if (isOurs) tellMerged(parts, revision, merged)
  return adopt(parts, await store.service(service.name), reading)
}

/** Tells listeners when what is pending is not what it was. */
function announce({ events, service }: CycleParts, before: Served | null, after: Served): void {
  if (before === after) return
  const isSame = before === null ? after.changes.length === 0 : JSON.stringify(before.changes) === JSON.stringify(after.changes)
  if (isSame) return
  const now = reportOf(after)
  events.emit('drift', { service: service.name, state: now.state, fingerprint: now.fingerprint, changes: now.changes })
}

function tellMerged({ service, events, logger }: CycleParts, revision: ContractVersion, merged: readonly Change[]): void {
  logger.info('merged additive changes', {
    service: service.name,
    version: revision.version,
    revision: revision.revision,
    changes: merged.length,
  })
  events.emit('promotion', {
    service: service.name,
    version: revision.version,
    revision: revision.revision,
    automatic: true,
    actor: itself,
    changes: merged,
  })
}
