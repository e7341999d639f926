import { bindSchema, type SchemaBinding } from '../contract/bind.js'
import { type DiffOptions, diffSchema, stateOf } from '../contract/diff.js'
import { withholder } from '../contract/exposure.js'
import { mergeAdditive } from '../contract/merge.js'
import type { Change, ContractVersion, DriftState, LockMode } from '../contract/types.js'
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
  readonly options: DiffOptions & { readonly bigints: 'string' | 'number'; readonly autoExpose: 'safe' | 'all' }
}

/** Binds contract to live schema, grades the difference and prepares the projection. */
export function serve(parts: ServedParts): Served {
  const { contract, mode, locked, live, engine, options } = parts
  const binding = bindSchema(contract.tables, live.tables, parts.identities, engine.can.identity)
  const changes = locked ? pendingChanges(parts, binding) : []
  const projection = createProjection(binding, changes, {
    dialect: engine.sql,
    schema: parts.database.schema,
    bigints: options.bigints,
  })
  return Object.freeze({ contract, mode, locked, live, binding, changes, projection, state: driftState(parts, changes) })
}

/** What differs; in `auto`, additions that are not merged by themselves say why. */
function pendingChanges({ contract, mode, options }: ServedParts, binding: SchemaBinding): readonly Change[] {
  const changes = diffSchema(binding, options)
  if (mode !== 'auto') return changes
  const { withheld } = mergeAdditive(contract.tables, binding, changes, () => '', withholder(options.autoExpose))
  const same = (one: Change, other: Change) => one.kind === other.kind && one.table === other.table && one.column === other.column
  return changes.map((change) => withheld.find((other) => same(change, other)) ?? change)
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
