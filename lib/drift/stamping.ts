import { randomBytes } from 'node:crypto'
import { everyScope } from '../contract/identities.js'
import { missingStamps, stampsOf } from '../contract/stamps.js'
import type { Unstamped } from '../database.js'
import type { Table } from '../schema/table.js'
import type { CycleParts } from './cycle.js'
import { type Served, settledPart } from './served.js'

/**
 * Gives every promised column a key in its comment that has none of its own, and keeps on record which key is whose. Fails for nothing
 * that concerns the database: what stays without a key is served as it was, and told.
 *
 * @param look reads the schema again, so that what goes on record is what the comments say
 */
export async function stampContract(parts: CycleParts, served: Served, look: () => Promise<Served>): Promise<void> {
  const { database, service, store } = parts
  if (!service.stampIdentities || !served.locked || database.stamp === undefined) return
  const plan = missingStamps(settledPart(served), served.live.stamps, () => randomBytes(8).toString('hex'))
  const left: [Table, readonly Unstamped[]][] = []
  for (const [table, stamps] of plan) left.push([table, await stampTable(parts, table, stamps)])
  const after = plan.size === 0 ? served : await look()
  await store.saveIdentities(service.name, everyScope, stampsOf(settledPart(after), after.live.stamps))
  tell(
    parts,
    left.filter(([, unstamped]) => unstamped.length > 0),
  )
}

async function stampTable(
  { database, logger, service }: CycleParts,
  table: Table,
  stamps: ReadonlyMap<string, string>,
): Promise<readonly Unstamped[]> {
  try {
    return (await database.stamp?.(table, stamps)) ?? []
  } catch (error) {
    logger.debug('comments could not be written', { service: service.name, table: table.name, error })
    return [...stamps.keys()].map((column) => ({ column, reason: 'busy' }))
  }
}

const reasons: Readonly<Record<Unstamped['reason'], string>> = {
  forbidden: 'the account lacks a right',
  busy: 'the table, or the database, was busy',
  full: 'the comment has no room left',
  costly: 'the database would have to copy the table',
  moved: 'it changed meanwhile',
  unsupported: 'the database cannot write the comment and keep all else for certain',
}

/** One warning a reason. */
function tell({ logger, service }: CycleParts, left: readonly [Table, readonly Unstamped[]][]): void {
  for (const [reason, text] of Object.entries(reasons)) {
    const columns = left.flatMap(([{ name }, unstamped]) =>
      unstamped.filter((one) => one.reason === reason).map(({ column }) => `${name}.${column}`),
    )
    const grant = left.flatMap(([, unstamped]) => unstamped).find((one) => one.reason === reason)?.grant
    if (columns.length > 0)
      logger.warn(`columns stay without a stamp: ${text}`, {
        service: service.name,
        columns,
        ...(grant === undefined ? {} : { grant }),
        hint: 'until the next promotion, when they are tried again, their renames are known as without stampIdentities',
      })
  }
}
