import type { ServiceMonitor } from '../drift/monitor.js'
import { versionName } from '../drift/served.js'
import { type Author, by } from './author.js'
import { lockedNow } from './promote.js'
import { readRequest } from './resolution-request.js'
import { settle } from './settle.js'
import { type ServiceStatus, statusOf } from './status.js'

/**
 * Settles one thing without a new version. It holds here at once, and in every process that shares the store at its next look.
 * Fails with `invalid-body` for what makes no sense, `unknown-table` and `unknown-column` for names that mean nothing.
 */
export async function resolve(monitor: ServiceMonitor, request: unknown, author: Author): Promise<ServiceStatus> {
  const wanted = readRequest(request)
  const { store, service } = monitor.parts
  await monitor.exclusive(async () => {
    await monitor.lookNow({ force: true })
    const served = lockedNow(monitor)
    const changes = await settle(monitor, served, wanted)
    if (wanted.kind === 'acknowledge') await store.acknowledge(service.name, versionName(served.contract), by(author))
    if (changes.length > 0) await store.resolve(service.name, changes, by(author))
    await monitor.lookNow()
  })
  return statusOf(monitor, {})
}
