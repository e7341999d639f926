import { DatabaseError } from '../database.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { fail } from '../errors.js'
import { type Author, by } from './author.js'

/** Makes the database tell of changes to its schema. The history is about contracts: who did it is in the log. */
export async function installNotifications(monitor: ServiceMonitor, author: Author): Promise<void> {
  await monitor.served()
  const { service, logger } = monitor.parts
  const { database } = monitor
  if (database.installDdlNotifications === undefined) {
    return fail('not-supported', {
      detail: `the database of "${service.name}" cannot tell of changes here; it is looked at every probeInterval`,
      hint: 'docs/contract.md says which databases can, and that it takes a DSN',
    })
  }
  await database.installDdlNotifications().catch((error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error
    fail('database-unavailable', {
      detail: `the database of "${service.name}" could not be changed: ${error.kind}`,
      cause: error,
    })
  })
  // A look that succeeds starts to listen.
  await monitor.look()
  logger.info('the database tells of changes to its schema', { service: service.name, ...by(author) })
}
