import { setImmediate as nextTurn } from 'node:timers/promises'
import { withholder } from '../contract/exposure.js'
import { everyScope } from '../contract/identities.js'
import { mergeAdditive } from '../contract/merge.js'
import type { ServiceRecord } from '../contract/store.js'
import type { Change, ContractVersion } from '../contract/types.js'
import type { Database } from '../database.js'
import type { LiveSchema } from '../schema/table.js'
import { announce } from './announce.js'
import { knownIdentities, settledIn } from './identities.js'
import { layOver } from './lay-over.js'
import { commitOrAdopt, idSource, lock, unnumbered } from './locking.js'
import { lookAlone } from './look-alone.js'
import type { MonitorParts } from './look-loop.js'
import { isRegressed } from './regressed.js'
import { findSameValues } from './same-values.js'
import { isStrange, type Served } from './served.js'
import { lockedTables, mergeable } from './table-modes.js'
import { visible } from './visible.js'

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
  readonly record: ServiceRecord | null
  /** Logical id → engine identity, as they were known when `served` was made. */
  readonly identities: ReadonlyMap<string, string>
  /** Whether the store has lost what it said before; then it is not written to. */
  readonly regressed: boolean
  /** Whether this look locked the service. */
  readonly hasLocked: boolean
  /** Whether `served` was made without the store, so that nothing of it is written down. */
  readonly alone: boolean
}

/** Before the first look. */
export const firstCycle: Cycle = {
  served: null,
  reading: null,
  stillSince: 0,
  mergeDueAt: null,
  record: null,
  identities: new Map(),
  regressed: false,
  hasLocked: false,
  alone: false,
}

/** The actor in the history of what no person did. */
const itself = 'faucet'

/** One look at one service: probe, read if it moved, compare with the contract, lock or merge where the mode says so. */
export async function runCycle(
  parts: CycleParts,
  last: Cycle,
  { force = false, merge = false }: { readonly force?: boolean; readonly merge?: boolean },
): Promise<Cycle> {
  const found = await parts.store.service(parts.service.name)
  if (last.served !== null && (await isRegressed(parts.store, found, last, parts.service.name)))
    return { ...(await lookAlone(parts, last, last.served, force)), regressed: true }
  const reading = await read(parts, last, force || last.alone)
  // What follows takes long for many tables, and a store in a file keeps the thread: requests come between the steps.
  await nextTurn()
  const isSame = !last.alone && isSameReading(reading, last.reading) && isSameRecord(found, last.record)
  const adopted =
    isSame && last.served !== null
      ? { served: last.served, record: found, identities: last.identities, hasLocked: false }
      : await adopt(parts, found, reading)
  const { hasLocked } = adopted
  let { served, record, identities } = adopted
  const isStill =
    isSame || (last.served !== null && JSON.stringify(served.live.tables) === JSON.stringify(last.served.live.tables))
  const stillSince = isStill ? last.stillSince : Date.now()
  // What a merge left behind waits for an operator: the same state is not tried again.
  let due = isSame ? last.mergeDueAt : mergeDueAt(parts, served, stillSince)
  if (merge ? mergeDueAt(parts, served, 0) !== null : due !== null && due <= Date.now()) {
    ;({ served, record, identities } = (await mergeNow(parts, served, reading)) ?? { served, record, identities })
    due = null
  }
  await nextTurn()
  await announce(parts, last.served, served, record)
  return { served, reading, stillSince, mergeDueAt: due, record, identities, regressed: false, hasLocked, alone: false }
}

/** Reads the schema if the probe moved. Processes that share a store tell what came and went from one chain of readings. */
async function read({ database, store, service }: CycleParts, { reading: own }: Cycle, force: boolean): Promise<LiveSchema> {
  if (own !== null && !force && (await database.probe()) === own.probe) return own
  for (let attempt = 1; ; attempt++) {
    const shared = await store.snapshot(service.name)
    // Another process may serve a copy of the database: each copy has its own chain.
    const isOurs = own === null || shared?.scope === own.scope
    const reading = await database.introspect(isOurs ? shared : own)
    await nextTurn()
    if ((await store.saveSnapshot(service.name, reading, shared)) || attempt === readings) return reading
  }
}

/** Most times a look is repeated because another process looked at the same moment. */
const readings = 5

export function isSameReading(one: LiveSchema, other: LiveSchema | null): boolean {
  if (one === other || other === null) return one === other
  // Without marks statements are held against the probe: an index that is no drift moves it too.
  const parts = ({ scope, tables, marks, probe, stamps }: LiveSchema) => JSON.stringify([scope, tables, marks ?? probe, stamps])
  return parts(one) === parts(other)
}

/** Whether two records make the same be served: what listeners were told is of no account. */
function isSameRecord(one: ServiceRecord, other: ServiceRecord | null): boolean {
  const parts = (record: ServiceRecord | null) => JSON.stringify({ ...record, announced: null })
  return parts(one) === parts(other)
}

/** What is served, and the store's record it was made from. */
type Adopted = Pick<Cycle, 'identities' | 'hasLocked'> & { readonly served: Served; readonly record: ServiceRecord }

/** Makes what is served from a reading and the store's word, locking on first connect. */
async function adopt(parts: CycleParts, found: ServiceRecord, reading: LiveSchema): Promise<Adopted> {
  const { store, service, database } = parts
  const mode = found.mode ?? service.mode
  const locked = mode !== 'none' && !found.unlocked
  const kept = locked ? await store.current(service.name) : null
  const live = visible(service, reading, kept)
  const made = locked && kept === null ? await lock(parts, live, itself, 'first connect') : null
  const contract = made?.contract ?? kept ?? unnumbered(service.name, live)
  const identities = locked ? await knownIdentities(store, service.name, live.scope) : new Map<string, string>()
  await nextTurn()
  const served = await layOver(parts, database, { contract, live, identities, record: found, locked })
  await nextTurn()
  const same = locked && !isStrange(served.changes) ? await findSameValues(served, found.resolutions, database) : []
  if (same.length > 0) {
    await store.resolve(service.name, same, { actor: itself, reason: 'the values are those of the column that had the name' })
    return adopt(parts, await store.service(service.name), reading)
  }
  const hasLocked = made?.isOurs === true
  if (!locked) return { served, record: found, identities, hasLocked }
  const { here, everywhere, known } = settledIn(served, identities)
  await nextTurn()
  await store.saveIdentities(service.name, live.scope, here)
  await store.saveIdentities(service.name, everyScope, everywhere)
  return { served, record: kept === null ? await store.service(service.name) : found, identities: known, hasLocked }
}

function mergeDueAt({ service }: CycleParts, { mode, locked, changes }: Served, stillSince: number): number | null {
  const waiting = locked && !isStrange(changes) && mergeable(service, mode, changes).length > 0
  return waiting ? stillSince + service.settle : null
}

/** null: there was nothing to merge. */
async function mergeNow(parts: CycleParts, served: Served, reading: LiveSchema): Promise<Adopted | null> {
  const { store, service } = parts
  const { contract, binding, live, said, mode } = served
  const taken = new Set(mergeable(service, mode, served.changes))
  // What breaks decides which additions must wait with it.
  const changes = served.changes.filter((change) => change.class === 'breaking' || taken.has(change))
  const most =
    binding.added.reduce((sum, table) => sum + 1 + table.columns.length, 0) +
    binding.tables.reduce((sum, table) => sum + table.added.length, 0)
  const nextId = await idSource(parts, most)
  const withhold = withholder(service.autoExpose, said.declined)
  const { tables, merged, identities } = mergeAdditive(contract.tables, binding, changes, nextId, withhold)
  if (merged.length === 0) return null
  await nextTurn()
  const expected = { version: contract.version, revision: contract.revision }
  const { contract: revision, isOurs } = await commitOrAdopt(parts, () =>
    store.commit(service.name, {
      expected,
      kind: 'merge',
      tables: lockedTables(service, tables),
      changes: merged,
      actor: itself,
      reason: null,
      scope: live.scope,
      identities,
      retain: service.retainVersions,
    }),
  )
  if (isOurs) tellMerged(parts, revision, merged)
  return adopt(parts, await store.service(service.name), reading)
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
