import { randomBytes } from 'node:crypto'
import { everyScope } from '../contract/identities.js'
import { missingStamps, type StampPlan, stampsOf } from '../contract/stamps.js'
import type { Unstamped } from '../database.js'
import { FaucetError } from '../errors.js'
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
  const left = await stampTables(parts, plan)
  const after = plan.size === 0 ? served : await look()
  await store.saveIdentities(service.name, everyScope, stampsOf(settledPart(after), after.live.stamps))
  tell(parts, left)
}

type Left = readonly (readonly [Table, readonly Unstamped[]])[]

/** Once the database cannot be reached, the rest is not tried. */
async function stampTables(parts: CycleParts, plan: StampPlan): Promise<Left> {
  const left: [Table, readonly Unstamped[]][] = []
  let isReached = true
  for (const [table, stamps] of plan) {
    const unstamped: readonly Unstamped[] | null = isReached ? await stampTable(parts, table, stamps) : null
    isReached = unstamped !== null
    left.push([table, unstamped ?? [...stamps.keys()].map((column) => ({ column, reason: 'busy' }))])
  }
  return left
}

/** null: the database cannot be reached. */
async function stampTable(
  { database, logger, service }: CycleParts,
  table: Table,
  stamps: ReadonlyMap<string, string>,
): Promise<readonly Unstamped[] | null> {
  try {
    return (await database.stamp?.(table, stamps)) ?? []
  } catch (error) {
    logger.debug('comments could not be written', { service: service.name, table: table.name, error })
    return null
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

/** One warning a reason; what somebody can grant is an event too. */
function tell({ logger, service, events }: CycleParts, left: Left): void {
  for (const [reason, text] of Object.entries(reasons)) {
    const found = left.flatMap(([{ name }, unstamped]) =>
      unstamped.filter((one) => one.reason === reason).map(({ column, grant }) => ({ name: `${name}.${column}`, grant })),
    )
    const [first] = found
    if (first === undefined) continue
    const columns = found.map(({ name }) => name)
    const hint = `${first.grant === undefined ? '' : `grant ${first.grant}; `}the next promotion tries them again`
    logger.warn(`columns stay without a stamp: ${text}`, { service: service.name, columns, hint })
    if (reason !== 'forbidden') continue
    const error = new FaucetError('forbidden', {
      detail: `columns of "${service.name}" stay without a stamp: ${text}`,
      hint,
      context: { columns },
    })
    events.emit('error', { service: service.name, error })
  }
}
