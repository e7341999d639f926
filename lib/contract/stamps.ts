import type { Table } from '../schema/table.js'
import type { ColumnBinding, SchemaBinding } from './bind.js'
import type { Recorded } from './evidence.js'
import { isSettled } from './holds.js'
import type { Identity } from './identities.js'
import type { Identified } from './pairing.js'

/**
 * A stamp is a key in a column's comment, which goes where the column goes: through renames on engines that cannot prove them, and
 * through a dump into another database. It says which column of its table is the promised one. It never says which table is: a copy
 * of a table has its comments too.
 */
export type Stamps = ReadonlyMap<string, string>

/** Key → identity of the column that carries it. A key that several carry proves nothing for any of them. */
export function soleStamps(stamps: Readonly<Record<string, string>> = {}): Stamps {
  const found = new Map<string, string | null>()
  for (const [id, key] of Object.entries(stamps)) found.set(key, found.has(key) ? null : id)
  return new Map([...found].flatMap(([key, id]) => (id === null ? [] : [[key, id]])))
}

/** Under which a column's key is kept for all scopes; the empty text: it had one, which proves nothing any more. */
export function stampKey(logicalId: string): string {
  return `${logicalId} is stamped`
}

/** Under which is kept which column a stamp led to, for as long as the contract has the name. */
export function learntKey({ id, name }: Identified): string {
  return `${id} as ${name} by stamp`
}

/**
 * The identity on record; where nothing of the table has it, that of the column which carries the key on record.
 *
 * @param stamps of {@link soleStamps}
 */
export function withStamps(
  recorded: Recorded,
  contract: readonly Identified[],
  live: readonly Identified[],
  { engineIds, stamps }: { readonly engineIds: ReadonlyMap<string, string>; readonly stamps: Stamps },
): Recorded {
  const present = new Set(live.map(({ id }) => id))
  const claimed = new Set(contract.map(recorded))
  return (item) => {
    const id = recorded(item)
    if (item.id === null || (id !== undefined && present.has(id))) return id
    const stamped = stamps.get(engineIds.get(stampKey(item.id)) ?? '')
    return stamped !== undefined && present.has(stamped) && !claimed.has(stamped) ? stamped : id
  }
}

/** Column name → key for what is promised of a table and has no key of its own. */
export type StampPlan = ReadonlyMap<Table, ReadonlyMap<string, string>>

/** What is promised and lacks a key, or shares it with others. */
export function missingStamps(
  binding: SchemaBinding,
  stamps: Readonly<Record<string, string>> | undefined,
  newKey: () => string,
): StampPlan {
  const stamped = new Set(soleStamps(stamps).values())
  const plan = new Map<Table, ReadonlyMap<string, string>>()
  for (const { live, columns } of stampable(binding)) {
    const missing = columns.filter(({ id }) => !stamped.has(id))
    if (missing.length > 0) plan.set(live, new Map(missing.map(({ name }) => [name, newKey()])))
  }
  return plan
}

/** The keys of what is promised, to be kept for all scopes. */
export function stampsOf(binding: SchemaBinding, stamps: Readonly<Record<string, string>> | undefined): Identity[] {
  const keys = new Map([...soleStamps(stamps)].map(([key, id]) => [id, key]))
  return stampable(binding).flatMap(({ columns }) =>
    columns.flatMap(({ id, logicalId }): Identity[] => {
      const key = keys.get(id)
      return key === undefined ? [] : [[stampKey(logicalId), key]]
    }),
  )
}

/**
 * Keys on record that two columns of one table were seen with. They prove nothing any more, not even when one of the two goes: the
 * other may be either.
 */
export function spoiledStamps(
  { tables }: SchemaBinding,
  stamps: Readonly<Record<string, string>> = {},
  known: ReadonlyMap<string, string>,
): Identity[] {
  return tables.flatMap(({ contract, live }) => {
    const keys = (live?.columns ?? []).flatMap(({ id }) => (id === null ? [] : (stamps[id] ?? [])))
    const shared = new Set(keys.filter((key, index) => keys.indexOf(key) !== index))
    if (shared.size === 0) return []
    const own = contract.columns.flatMap(({ id }) => (id === null ? [] : [stampKey(id)]))
    return own.filter((name) => shared.has(known.get(name) ?? '')).map((name): Identity => [name, ''])
  })
}

interface Stampable {
  readonly live: Table
  readonly columns: readonly { readonly logicalId: string; readonly id: string; readonly name: string }[]
}

/** What is known to be the promised thing. Views have no comments of their own everywhere, and nothing renames their columns. */
function stampable({ tables }: SchemaBinding): Stampable[] {
  return tables.flatMap(({ contract, live, doubtful, relation, evidence, columns }) => {
    const isKnown = relation === 'same' || relation === 'replaced' || isSettled(evidence)
    if (contract.id === null || live === null || live.kind !== 'table' || doubtful === true || !isKnown) return []
    return [{ live, columns: columns.flatMap(stampableColumn) }]
  })
}

function stampableColumn({ contract, live, relation, evidence }: ColumnBinding): Stampable['columns'] {
  const isKnown = relation === 'same' || (relation !== 'replaced' && isSettled(evidence))
  if (!isKnown || live === null || live.id === null || contract.id === null) return []
  return [{ logicalId: contract.id, id: live.id, name: live.name }]
}
