import type { ResolvedService } from '../config/resolve.js'
import { looksSecret } from '../contract/exposure.js'
import { freezeSchema } from '../contract/freeze.js'
import type { ContractVersion } from '../contract/types.js'
import { isFaucetError } from '../errors.js'
import { digestOf } from '../schema/canonical.js'
import type { LiveSchema } from '../schema/table.js'
import type { CycleParts } from './cycle.js'
import { lockedTables } from './table-modes.js'

/** What locking needs of a look's parts. */
type LockParts = Pick<CycleParts, 'store' | 'events' | 'logger'> & {
  readonly service: Pick<ResolvedService, 'name' | 'retainVersions' | 'tableModes'>
}

/** What is served after a commit. */
export interface Committed {
  readonly contract: ContractVersion
  /** False: another process was first. */
  readonly isOurs: boolean
}

/** Freezes the live schema as a new version, and tells so; when another process was first, its version is the answer, without a word. */
export async function lock(parts: LockParts, live: LiveSchema, actor: string, reason: string | null): Promise<Committed> {
  const { store, service, events, logger } = parts
  const promised = lockedTables(service, live.tables)
  const nextId = await idSource(
    parts,
    promised.reduce((sum, table) => sum + 1 + table.columns.length, 0),
  )
  const { tables, identities } = freezeSchema(promised, nextId)
  // Only what is not locked is locked: whoever locked it meanwhile has done so, and a second version would say nothing new.
  const { contract, isOurs } = await commitOrAdopt(parts, () =>
    store.commit(service.name, {
      expected: null,
      kind: 'lock',
      tables,
      changes: [],
      actor,
      reason,
      scope: live.scope,
      identities,
      retain: service.retainVersions,
    }),
  )
  if (!isOurs) return { contract, isOurs }
  const secret = promised.flatMap((table) =>
    table.columns.filter(({ name }) => looksSecret(name)).map(({ name }) => `${table.name}.${name}`),
  )
  if (secret.length > 0)
    logger.warn('the contract now serves columns whose names look secret', { service: service.name, columns: secret })
  logger.info('locked', { service: service.name, version: contract.version, tables: tables.length })
  events.emit('lock', { service: service.name, version: contract.version, actor })
  return { contract, isOurs }
}

/**
 * Another process may lock or merge the same service at the same time: the one that comes second takes the first's. Only where
 * `isOurs` there is something to tell.
 */
export async function commitOrAdopt(
  { store, service }: Pick<LockParts, 'store' | 'service'>,
  commit: () => Promise<ContractVersion>,
): Promise<Committed> {
  try {
    return { contract: await commit(), isOurs: true }
  } catch (error) {
    const current = isFaucetError(error) && error.code === 'contract-moved' ? await store.current(service.name) : null
    if (current !== null) return { contract: current, isOurs: false }
    throw error
  }
}

/** The contract of a service that is not locked: the live schema itself. */
export function unnumbered(service: string, live: LiveSchema): ContractVersion {
  const { tables } = freezeSchema(live.tables, counter(1))
  return {
    service,
    version: 0,
    revision: 0,
    tables,
    digest: digestOf(tables),
    kind: 'lock',
    createdAt: new Date().toISOString(),
    actor: 'faucet',
    reason: null,
    changes: [],
  }
}

/** Logical ids for at most `count` new tables and columns, reserved so that no process hands them out again. */
export async function idSource({ store, service }: Pick<LockParts, 'store' | 'service'>, count: number): Promise<() => string> {
  return count === 0 ? counter(0) : counter(await store.reserveIds(service.name, count))
}

function counter(first: number): () => string {
  let next = first
  return () => String(next++)
}
