import type { Table } from '../schema/table.js'
import type { ColumnBinding, SchemaBinding, TableBinding } from './bind.js'
import { awayKey, meantKey, suspectsKey } from './evidence.js'
import { isSettled } from './holds.js'
import { learntKey } from './stamps.js'
import type { Evidence } from './types.js'

/** What a logical id is called by the engine. */
export type Identity = [logicalId: string, engineId: string]

/** Where what is kept holds in whatever database the contract is laid over. */
export const everyScope = ''

/**
 * The engine identities that a binding establishes: of what is the same, what took a name over, and what is known to be renamed.
 * Not of what an operator said was renamed: that can be taken back.
 */
export function identitiesOf(binding: SchemaBinding): Identity[] {
  return binding.tables.flatMap(({ contract, live, relation, evidence, doubtful, columns }) => {
    const isKnown = relation === 'same' || relation === 'replaced' || isProven(evidence)
    if (live === null || doubtful === true || !(isKnown || isSettled(evidence))) return []
    const own = isKnown ? pairOf(contract, live) : []
    const guessed = relation === 'replaced' ? suspectsIn(live, columns) : []
    return [...own, ...meantOf({ contract, live, relation }), ...columns.flatMap(identityOfColumn), ...guessed]
  })
}

/** A column that was replaced keeps its old identity on record: else the next look would not see it any more. */
function identityOfColumn({ contract, live, relation, evidence, labels }: ColumnBinding): Identity[] {
  if (live === null || relation === 'replaced') return []
  const known: Identity[] = [...pairOf(contract, live), ...(labels === undefined ? [] : [[...labels.identity] as Identity])]
  if (relation === 'same') return known
  if (evidence === 'stamped' && live.id !== null) known.push([learntKey(contract), live.id])
  return [...(isProven(evidence) ? known : []), ...(isSettled(evidence) ? meantOf({ contract, live, relation }) : [])]
}

/** What columns may be that went when their table was made anew: nothing else will tell at the next look. */
function suspectsIn(live: Table, columns: readonly ColumnBinding[]): Identity[] {
  const settled = new Set(columns.flatMap(({ live: column, evidence }) => (evidence === 'likely' ? [] : [column])))
  const suspects = live.columns.flatMap((column) => (settled.has(column) || column.id === null ? [] : [column.id]))
  return columns.flatMap(({ contract: { id }, relation, evidence }): Identity[] =>
    id !== null && evidence === 'likely' && relation !== 'replaced' ? [[suspectsKey(id), JSON.stringify(suspects)]] : [],
  )
}

/** What a rename led to, so that it holds for that thing and not for another of the name. */
function meantOf({ contract, live, relation }: Pick<ColumnBinding, 'relation'> & Pair): Identity[] {
  if (relation !== 'renamed' || contract.id === null || live.id === null) return []
  return [[meantKey(contract.id, live.name), live.id]]
}

interface Pair {
  readonly contract: { readonly id: string | null }
  readonly live: { readonly id: string | null; readonly name: string }
}

function isProven(evidence: Evidence): boolean {
  return isSettled(evidence) && evidence !== 'confirmed'
}

function pairOf(contract: { readonly id: string | null }, live: { readonly id: string | null }): Identity[] {
  return contract.id === null || live.id === null ? [] : [[contract.id, live.id]]
}

/**
 * What is to be kept of promised names that are not their own things' any more, or are again: a table that is made anew, or restored
 * elsewhere, must not be served by those.
 *
 * @param known what is kept already
 */
export function awayOf({ tables }: SchemaBinding, known: ReadonlyMap<string, string>): Identity[] {
  return tables.flatMap(awayIn).flatMap(([id, isAway]): Identity[] => {
    const [key, value] = [awayKey(id), isAway ? 'yes' : 'no']
    return (known.get(key) ?? 'no') === value ? [] : [[key, value]]
  })
}

function awayIn({ contract, live, relation, doubtful, columns }: TableBinding): [logicalId: string, isAway: boolean][] {
  if (live === null || doubtful === true || live.columns.length === 0) return []
  const table = relation === 'renamed' ? [] : [{ contract, isAway: relation === 'swapped' }]
  // What a view calls a column is that column.
  const own =
    live.kind === 'view' ? [] : columns.map((column) => ({ contract: column.contract, isAway: column.relation !== 'same' }))
  return [...table, ...own].flatMap(({ contract: { id }, isAway }) => (id === null ? [] : [[id, isAway] as const]))
}
