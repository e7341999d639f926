import { createHash } from 'node:crypto'
import type { ServiceRecord } from '../contract/store.js'
import { canonicalJson } from '../schema/canonical.js'
import type { MonitorParts } from './look-loop.js'
import { reportOf } from './report.js'
import type { Served } from './served.js'

/**
 * Tells listeners when what is pending is not what they were told last: in this process or, at its start, by an earlier one on the
 * same store.
 *
 * @param record null: nothing may be written
 */
export async function announce(
  { events, service, store }: MonitorParts,
  before: Served | null,
  after: Served,
  record: ServiceRecord | null,
): Promise<void> {
  if (before === after) return
  const pending = pendingText(after)
  const told = before === null ? (record?.announced ?? '') : pendingText(before)
  if (record !== null && (record.announced ?? '') !== pending) await store.announce(service.name, pending)
  if (pending === told) return
  const { state, fingerprint, changes } = reportOf(after)
  events.emit('drift', { service: service.name, state, fingerprint, changes })
}

/** Stands for the pending changes; empty for none. */
function pendingText({ changes }: Served): string {
  return changes.length === 0 ? '' : createHash('sha256').update(canonicalJson(changes)).digest('hex').slice(0, 16)
}
