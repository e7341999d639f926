import type { ResolutionChange, StoredResolution } from '../contract/resolution.js'
import type { ContractVersion } from '../contract/types.js'
import { knownIdentities } from './identities.js'
import { layOver } from './lay-over.js'
import type { ServiceMonitor } from './monitor.js'
import type { Served } from './served.js'

/** What would be served with another contract, or once more is settled; only after `monitor.served()`. Writes nothing. */
export async function preview(
  monitor: ServiceMonitor,
  { contract = monitor.now.contract, said }: { readonly contract?: ContractVersion; readonly said: readonly ResolutionChange[] },
): Promise<Served> {
  const { parts, database, now } = monitor
  const record = monitor.record ?? (await parts.store.service(parts.service.name))
  const identities = await knownIdentities(parts.store, parts.service.name, now.live.scope)
  const resolutions = settledWith(record.resolutions, said)
  return layOver(parts, database, { contract, live: now.live, identities, record: { ...record, resolutions }, locked: true })
}

/** What holds after some changes. */
function settledWith(held: readonly StoredResolution[], changes: readonly ResolutionChange[]): StoredResolution[] {
  const changed = new Set(changes.map(({ subject }) => subject))
  const fresh = changes.flatMap(({ subject, resolution }) =>
    resolution === null ? [] : [{ subject, resolution, at: '', actor: '', reason: null }],
  )
  return [...held.filter(({ subject }) => !changed.has(subject)), ...fresh]
}
