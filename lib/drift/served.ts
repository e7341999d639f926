import { setImmediate as nextTurn } from 'node:timers/promises'
import { bindSchema, type SchemaBinding } from '../contract/bind.js'
import { compareChanges, type DiffOptions, diffSchema, gradeDifference, stateOf } from '../contract/diff.js'
import { difference as tableDifference } from '../contract/difference.js'
import { withholder } from '../contract/exposure.js'
import { withLabels } from '../contract/labels.js'
import { throughLineage } from '../contract/lineage.js'
import { mergeAdditive } from '../contract/merge.js'
import type { ChangeKind } from '../contract/rules.js'
import type { Said } from '../contract/said.js'
import { soleStamps } from '../contract/stamps.js'
import type { Change, ContractVersion, DriftState, LockMode } from '../contract/types.js'
import { nameKey } from '../contract/words.js'
import type { Database, Engine } from '../database.js'
import { createProjection, type Projection } from '../projection/projection.js'
import type { LiveSchema } from '../schema/table.js'

/** What a service answers from at one moment. Frozen: a request keeps the one it started with. */
export interface Served {
  readonly contract: ContractVersion
  readonly mode: LockMode
  /** False in mode `none` and after unlock: the contract is made afresh from the live schema and has no number. */
  readonly locked: boolean
  readonly live: LiveSchema
  readonly binding: SchemaBinding
  /** Pending: what the live schema has and the contract does not. */
  readonly changes: readonly Change[]
  readonly state: DriftState
  readonly projection: Projection
  readonly said: Said
  /** For a version that was asked for: what is served to those who ask for none. Else null. */
  readonly base: Served | null
}

export interface ServedParts {
  readonly contract: ContractVersion
  readonly mode: LockMode
  readonly locked: boolean
  readonly live: LiveSchema
  /** Logical id → engine identity, for the live schema's scope. */
  readonly identities: ReadonlyMap<string, string>
  /** `major.minor` of the revision an operator has seen; see the controller's `promote`. */
  readonly acknowledged: string | null
  readonly database: Database
  readonly engine: Engine
  /** What an operator said, in this contract's names. */
  readonly said: Said
  /** For an older version: what is served on this live schema. */
  readonly base?: Served
  readonly options: Omit<DiffOptions, 'words'> & {
    readonly bigints: 'string' | 'number'
    readonly autoExpose: 'safe' | 'all'
    readonly stampIdentities: boolean
  }
}

/** Binds contract to live schema, grades the difference and prepares the projection. Of many tables each takes long: requests come between. */
export async function serve(parts: ServedParts): Promise<Served> {
  const { contract, mode, locked, live, engine, options, said, base = null } = parts
  const { words } = said
  const stamps = options.stampIdentities ? soleStamps(live.stamps) : undefined
  const alone = bindSchema(contract.tables, live.tables, parts.identities, engine.can.identity, words, stamps)
  await nextTurn()
  const bound = base === null ? alone : throughLineage(alone, base.binding, live.tables)
  const binding = withLabels(bound, live, parts.identities)
  const changes = locked ? pendingChanges(parts, binding) : []
  await nextTurn()
  const projection = createProjection(binding, changes, {
    dialect: parts.database.dialect ?? engine.sql,
    live,
    schema: parts.database.schema,
    bigints: options.bigints,
    standIns: words.standIns,
  })
  const state = driftState(parts, changes)
  return Object.freeze({ contract, mode, locked, live, binding, changes, projection, state, said, base })
}

/** What differs; additions that are not merged by themselves say why. */
function pendingChanges(parts: ServedParts, binding: SchemaBinding): readonly Change[] {
  const { contract, options, said } = parts
  const changes = diffSchema(binding, { ...options, words: said.words })
  const strange = strangeTables(parts, binding, changes)
  if (strange.length > 0) return changedDatabase(changes, strange)
  const withhold = withholder(options.autoExpose, said.declined)
  const { withheld } = mergeAdditive(contract.tables, binding, changes, () => '', withhold)
  const isWithheld = ({ table, column }: Change) =>
    binding.tables.some(
      ({ contract: own, added }) => own.name === table && added.some((one) => one.name === column && withhold(own, one)),
    )
  const same = (one: Change, other: Change) => one.kind === other.kind && one.table === other.table && one.column === other.column
  return changes.map((change) => {
    if (additions.has(change.kind) && said.declined.has(nameKey(change.table, change.column)))
      return { ...change, withheld: 'declined' }
    if (change.class === 'breaking') return isWithheld(change) ? { ...change, withheld: 'needs-review' } : change
    return withheld.find((other) => same(change, other)) ?? change
  })
}

const additions: ReadonlySet<ChangeKind> = new Set(['table-added', 'view-added', 'column-added', 'required-column-added'])

/**
 * Promised tables that were never seen in this scope and are not what is promised: a restore, a copy that went its own way, another
 * database under the same name. What fits exactly is taken for what it says it is; so is what differs in nothing but names of columns
 * that stamps tell.
 */
function strangeTables(
  { identities, live, said }: ServedParts,
  binding: SchemaBinding,
  changes: readonly Change[],
): readonly string[] {
  if (said.acceptedScopes.has(live.scope)) return []
  const changed = new Set(changes.flatMap(({ table, evidence }) => (evidence === 'stamped' ? [] : [table])))
  return binding.tables
    .filter(({ contract }) => contract.id !== null && !identities.has(contract.id) && changed.has(contract.name))
    .map(({ contract }) => contract.name)
}

/** Nothing is served, mapped or merged on the word of names alone. */
function changedDatabase(changes: readonly Change[], strange: readonly string[]): readonly Change[] {
  const items = strange.map((table): Change => gradeDifference(tableDifference('database-changed', table), {}))
  const held = changes.map((change): Change => (change.class === 'additive' ? { ...change, withheld: 'table-drifts' } : change))
  return [...items, ...held].sort(compareChanges)
}

/** Whether the database is not the one the contract was made on, as far as anybody can tell. */
export function isStrange(changes: readonly Change[]): boolean {
  return changes.some(({ kind }) => kind === 'database-changed')
}

/** The tables whose identities in this scope can be taken down. */
export function settledPart({ binding, changes }: Served): SchemaBinding {
  const strange = new Set(changes.filter(({ kind }) => kind === 'database-changed').map(({ table }) => table))
  return { ...binding, tables: binding.tables.filter(({ contract }) => !strange.has(contract.name)) }
}

function driftState({ locked, contract, acknowledged }: ServedParts, changes: readonly Change[]): DriftState {
  if (!locked) return 'unlocked'
  const pending = stateOf(changes)
  const seen = contract.revision === 0 || acknowledged === versionName(contract)
  return pending === 'green' && !seen ? 'yellow' : pending
}

/** `7` or `7.2`. */
export function versionName({ version, revision }: Pick<ContractVersion, 'version' | 'revision'>): string {
  return revision === 0 ? String(version) : `${version}.${revision}`
}

/** The `Faucet-Contract` response header; null when nothing is locked. */
export function contractHeader({ contract, locked }: Served): string | null {
  return locked ? `${contract.service}@${versionName(contract)}; digest=${contract.digest.slice(0, 16)}` : null
}
