import { lock } from '../drift/locking.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { fail } from '../errors.js'
import { type Author, by } from './author.js'
import { recordOf, type VersionRecord } from './promote.js'
import { modeOf } from './status.js'

/** Locks a service that is not locked; fails with `not-locked` in mode `none`. */
export function lockService(monitor: ServiceMonitor, author: Author): Promise<VersionRecord> {
  return monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const served = monitor.now
    if (served.locked) return recordOf(served.contract)
    const { service } = monitor.parts
    const { actor, reason } = by(author)
    if ((await modeOf(monitor)).effective === 'none') {
      fail('not-locked', {
        detail: `"${service.name}" is in mode none, which has no lock`,
        hint: 'set its mode to auto or strict first',
      })
    }
    const { contract, isOurs } = await lock(monitor.parts, served.live, actor, reason)
    await monitor.lookNow()
    if (isOurs) await monitor.stampNow()
    return recordOf(contract)
  })
}

/** Serves the live schema from now on. */
export async function unlockService(monitor: ServiceMonitor, options: Author & { readonly purge?: boolean }): Promise<void> {
  const { store, service, events } = monitor.parts
  const { actor, reason } = by(options)
  await monitor.exclusive(async () => {
    const { unlocked } = await store.service(service.name)
    if (unlocked && options.purge !== true) return
    await store.unlock(service.name, { actor, reason, purge: options.purge ?? false })
    await monitor.lookNow().catch(() => {})
    if (!unlocked) events.emit('unlock', { service: service.name, actor })
  })
}
