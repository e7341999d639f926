import type { ContractStore, ServiceRecord } from '../contract/store.js'
import type { Cycle } from './cycle.js'

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
