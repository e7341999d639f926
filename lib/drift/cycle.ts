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
import { type Served, serve } from './served.js'

export interface CycleParts extends MonitorParts {
  readonly database: Database
}

/** What one look hands to the next. */
export interface Cycle {
  readonly served: Served | null
  /** The last whole reading, before patterns kept tables out. */
  readonly reading: LiveSchema | null
  /** When the reading last changed, ms since the epoch. */
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
  const record = await parts.store.service(parts.service.name)
  const changed = reading !== last.reading
  const stillSince = changed ? Date.now() : last.stillSince
  const seen = JSON.stringify(record)
  let served = last.served
  if (served === null || changed || seen !== last.seen) served = await adopt(parts, record, reading)
  // What a merge left behind waits for an operator: the same state is not tried again.
  let due = served === last.served && !changed ? last.mergeDueAt : mergeDueAt(parts, served, stillSince)
  if (merge ? mergeDueAt(parts, served, 0) !== null : due !== null && due <= Date.now()) {
    served = await mergeNow(parts, served, reading)
    due = null
  }
  announce(parts, last.served, served)
  return { served, reading, stillSince, mergeDueAt: due, seen: JSON.stringify(await parts.store.service(parts.service.name)) }
}

async function read(parts: CycleParts, last: Cycle, force: boolean): Promise<LiveSchema> {
  if (last.reading !== null && !force && (await parts.database.probe()) === last.reading.probe) return last.reading
  const previous = last.reading ?? (await parts.store.snapshot(parts.service.name))
  const reading = await parts.database.introspect(previous)
  if (last.reading !== null && JSON.stringify(reading) === JSON.stringify(last.reading)) return last.reading
  await parts.store.saveSnapshot(parts.service.name, reading)
  return reading
}

/** Makes what is served from a reading and the store's word, locking on first connect. */
async function adopt(parts: CycleParts, record: ServiceRecord, reading: LiveSchema): Promise<Served> {
  const { store, service, engine, database } = parts
  const mode = record.mode ?? service.mode
  const locked = mode !== 'none' && !record.unlocked
  const kept = locked ? await store.current(service.name) : null
  const live = visible(parts, reading, kept)
  const contract = locked ? (kept ?? (await lock(parts, live, itself, 'first connect'))) : unnumbered(service.name, live)
  const served = serve({
    contract,
    mode,
    locked,
    live,
    identities: locked ? await store.identities(service.name, live.scope) : new Map(),
    acknowledged: record.acknowledged,
    database,
    engine,
    options: {
      enums: service.enums,
      dangerousIsBreaking: service.dangerousIsBreaking,
      bigints: service.bigints,
      autoExpose: service.autoExpose,
    },
  })
  if (locked) await store.saveIdentities(service.name, live.scope, identitiesOf(served.binding))
  return served
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
  const waiting = locked && mode === 'auto' && changes.some((change) => change.class === 'additive')
  return waiting ? stillSince + service.settle : null
}

async function mergeNow(parts: CycleParts, served: Served, reading: LiveSchema): Promise<Served> {
  const { store, service } = parts
  const { contract, binding, changes, live } = served
  const most =
    binding.added.reduce((sum, table) => sum + 1 + table.columns.length, 0) +
    binding.tables.reduce((sum, table) => sum + table.added.length, 0)
  const nextId = await idSource(parts, most)
  const { tables, merged, identities } = mergeAdditive(contract.tables, binding, changes, nextId, withholder(service.autoExpose))
  if (merged.length === 0) return served
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
  const now = reportOf(after)
  const then = before === null ? null : reportOf(before)
  const same = then === null ? now.changes.length === 0 : JSON.stringify(then.changes) === JSON.stringify(now.changes)
  if (!same) events.emit('drift', { service: service.name, state: now.state, fingerprint: now.fingerprint, changes: now.changes })
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
