import { announce } from './announce.js'
import { type Cycle, type CycleParts, isSameReading } from './cycle.js'
import { settledIn } from './identities.js'
import { layOver } from './lay-over.js'
import { unnumbered } from './locking.js'
import type { Served } from './served.js'
import { visible } from './visible.js'

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
  const after = await layOver(parts, database, { contract, live, identities: last.identities, record, locked })
  await announce(parts, served, after, null)
  return { ...same, alone: true, served: after, identities: settledIn(after, last.identities).known, stillSince: Date.now() }
}
