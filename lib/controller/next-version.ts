import { bindSchema } from '../contract/bind.js'
import { diffSchema } from '../contract/diff.js'
import { withholder } from '../contract/exposure.js'
import { type Frozen, promoteSchema } from '../contract/freeze.js'
import type { ResolutionChange } from '../contract/resolution.js'
import type { Change, ContractVersion } from '../contract/types.js'
import { knownIdentities } from '../drift/identities.js'
import { idSource } from '../drift/locking.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import type { Served } from '../drift/served.js'
import { lockedTables } from '../drift/table-modes.js'
import type { Table } from '../schema/table.js'
import { type Author, by } from './author.js'

/** Of the changes reported, those that the promotion settles: what is there again when compared afterwards is not accepted. */
export async function acceptable(
  monitor: ServiceMonitor,
  served: Served,
  changes: readonly Change[],
  tables: readonly string[] | undefined,
): Promise<readonly Change[]> {
  if (changes.length === 0) return []
  const { engine, service, store } = monitor.parts
  const { contract, live } = served
  const frozen = promoted(monitor, served, tables, placeholders())
  const known = await knownIdentities(store, service.name, live.scope)
  const binding = bindSchema(frozen.tables, live.tables, new Map([...known, ...frozen.identities]), engine.can.identity)
  const remaining = new Set(diffSchema(binding).map(keyIn(frozen.tables, contract.tables)))
  return changes.filter((change) => !remaining.has(keyIn([], [])(change)))
}

/** Logical ids that no contract has. */
function placeholders(): () => string {
  let next = 1
  return () => `new ${next++}`
}

/** What tells a change from others of one report, in the names that its table and column had in an earlier contract. */
function keyIn(after: readonly Table[], before: readonly Table[]): (change: Change) => string {
  const names = new Map(before.flatMap((table) => [table, ...table.columns]).map(({ id, name }) => [id, name]))
  const tables = new Map(after.map((table) => [table.name, table]))
  return ({ kind, table, column }) => {
    const found = tables.get(table)
    const own = found?.columns.find(({ name }) => name === column)
    return JSON.stringify([kind, names.get(found?.id ?? null) ?? table, names.get(own?.id ?? null) ?? column])
  }
}

/** The next version's tables, with ids that nothing else has: for a look at what they would be. */
export function previewedTables(
  monitor: ServiceMonitor,
  served: Served,
  tables: readonly string[] | undefined,
): readonly Table[] {
  return lockedTables(monitor.parts.service, promoted(monitor, served, tables, placeholders()).tables)
}

/** The next version's tables, with ids that are reserved for them. */
export async function promotedTables(
  monitor: ServiceMonitor,
  served: Served,
  tables: readonly string[] | undefined,
): Promise<Frozen> {
  const nextId = await idSource(
    monitor.parts,
    served.live.tables.reduce((sum, table) => sum + 1 + table.columns.length, 0),
  )
  return promoted(monitor, served, tables, nextId)
}

/**
 * What looks secret or was declined is taken only with its table's name: promoting everything must not expose it by reflex.
 */
function promoted(
  { parts: { service } }: ServiceMonitor,
  { contract, binding, said }: Served,
  tables: readonly string[] | undefined,
  nextId: () => string,
): Frozen {
  const only = tables === undefined ? null : new Set(tables)
  return promoteSchema(contract.tables, binding, only, nextId, withholder(service.autoExpose, said.declined))
}

export interface NextVersion extends Frozen {
  readonly kind: 'promotion' | 'rollback'
  readonly changes: readonly Change[]
  readonly resolutions: readonly ResolutionChange[]
}

/** Makes the version the served one, if nobody made another meanwhile (`contract-moved`), and tells listeners. */
export async function commitNext(
  { parts: { store, service, events } }: ServiceMonitor,
  { contract, live }: Served,
  { kind, tables, identities, changes, resolutions }: NextVersion,
  author: Author,
): Promise<ContractVersion> {
  const { actor, reason } = by(author)
  const made = await store.commit(service.name, {
    expected: { version: contract.version, revision: contract.revision },
    kind,
    tables: lockedTables(service, tables),
    changes,
    actor,
    reason,
    scope: live.scope,
    identities,
    resolutions,
    retain: service.retainVersions,
  })
  const { version, revision } = made
  events.emit('promotion', { service: service.name, version, revision, automatic: false, actor, changes })
  return made
}
