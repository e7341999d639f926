import type { ContractStore, ServiceRecord } from '../contract/store.js'
import { announce } from './announce.js'
import { type Cycle, type CycleParts, isSameReading } from './cycle.js'
import { settledIn } from './identities.js'
import { layOver } from './lay-over.js'
import { unnumbered } from './locking.js'
import type { Served } from './served.js'
import { visible } from './visible.js'

/**
 * Whether the store lost what it has said before: an older copy of it was put in its place. Once it has, it must have the very version
 * that is served again: others may have given its number to another.
 */
export async function isRegressed(
  store: ContractStore,
  found: ServiceRecord,
  { record, served, regressed }: Cycle,
  name: string,
) {
  if (record === null) return false
  if (hasLost(found, record)) return true
  if (!regressed || served === null || !served.locked) return false
  const { version, revision, digest } = served.contract
  return (await store.version(name, version, revision))?.digest !== digest
}

function hasLost(found: ServiceRecord, known: ServiceRecord): boolean {
  const [now, before] = [found.current, known.current]
  const isSameVersion = now !== null && before !== null && now.version === before.version
  return found.lastVersion < known.lastVersion || (isSameVersion && now.revision < before.revision)
}

/** A look without the store: what this process knows is laid over what the database is now, and nothing is written down. */
export async function lookAlone(parts: CycleParts, last: Cycle, served: Served, force: boolean): Promise<Cycle> {
  const { database, service } = parts
  const { reading: own, record } = last
  const isMoved = own === null || force || (await database.probe()) !== own.probe
  const reading = isMoved ? await database.introspect(own) : own
  const same = { ...last, reading, mergeDueAt: null }
  if (record === null || isSameReading(reading, own)) return same
  const { locked } = served
  const live = visible(service, reading, locked ? served.contract : null)
  const contract = locked ? served.contract : unnumbered(service.name, live)
  const after = layOver(parts, database, { contract, live, identities: last.identities, record, locked })
  await announce(parts, served, after, null)
  return { ...same, alone: true, served: after, identities: settledIn(after, last.identities).known, stillSince: Date.now() }
}
