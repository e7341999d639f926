import { mayBe } from '../schema/origin.js'
import type { Column, Table } from '../schema/table.js'
import { compareTypes } from './compare-types.js'
import { type Pair, pairUp } from './pairing.js'
import type { Evidence } from './types.js'

export { inContractNames } from './contract-names.js'

/**
 * What became of a table or column of the contract: `same`; `renamed`; `swapped` names with another of the contract;
 * `replaced` by another that has the name now; `gone`.
 */
export type Relation = 'same' | 'renamed' | 'replaced' | 'swapped' | 'gone'

/** The contract laid over the live schema: which live table and column stands for which promised one. */
export interface SchemaBinding {
  /** One for each table of the contract, in its order. */
  readonly tables: readonly TableBinding[]
  /** Live tables that stand for none. */
  readonly added: readonly Table[]
}

export interface TableBinding {
  readonly contract: Table
  /** null: gone. Without columns: it is there, but the database cannot describe it. */
  readonly live: Table | null
  readonly relation: Relation
  /** What identity said; `none` where names alone decided. */
  readonly evidence: Evidence
  /** One for each column of the contract, in its order. */
  readonly columns: readonly ColumnBinding[]
  /** Live columns that stand for none. */
  readonly added: readonly Column[]
  /** For `replaced`: the name the old table lives on under. */
  readonly movedTo?: string
  /**
   * For `replaced`: the newcomer lacks what the contract promises, and the promised table is elsewhere, or the newcomer is known
   * as another table of the contract. Nothing may be served from it, and its identity is not adopted.
   */
  readonly doubtful?: true
}

export interface ColumnBinding {
  readonly contract: Column
  /** null: gone. For `replaced`: the newcomer. */
  readonly live: Column | null
  readonly relation: Relation
  readonly evidence: Evidence
  /** For `replaced`: the name the old column lives on under. It is not among the `added`. */
  readonly movedTo?: string
}

/**
 * Finds what every table and column of the contract is in the live schema.
 *
 * Tables: identity decides when the contract's name is vacant (`renamed`) and when tables of the contract exchanged names
 * (`swapped`). A newcomer under the name that has every promised column with an equal type is the table now (`replaced`, no
 * drift): online migrations, partition swaps and rebuilds do that. A newcomer of another shape is the table too, with column
 * drift, when the old one is gone (a view that was dropped and made again); while the old one lives elsewhere it is `doubtful`.
 *
 * Columns: the same, but a newcomer under the name is `replaced`, which is breaking, also when the old column is gone: it may hold
 * what was never promised. Their identities count only inside a table that has kept its own.
 *
 * What came when something else went, and is not known to be new (see `uncertainId`), is a `likely` rename of it.
 *
 * @param engineIds logical id → the engine's identity on record for this scope; names decide where one is missing
 * @param identity what the engine's identities prove; the evidence of what they decide
 */
export function bindSchema(
  contract: readonly Table[],
  live: readonly Table[],
  engineIds: ReadonlyMap<string, string>,
  identity: 'proven' | 'likely' | 'none',
): SchemaBinding {
  const recorded: Recorded = ({ id }) => (id === null || identity === 'none' ? undefined : engineIds.get(id))
  const pairs = withSuspects(pairUp(contract, live, recorded, false), live, recorded)
  const mayBeAnothers = ({ contract: own, live: found }: TablePair) =>
    found !== null && contract.some((other) => other !== own && mayBe(found.id, recorded(other)))
  const tables = pairs.map((pair) => bindTable(pair, recorded, pair.how === 'guessed' ? 'likely' : identity, mayBeAnothers(pair)))
  const bound = new Set(tables.map((table) => table.live))
  return { tables, added: live.filter((table) => !bound.has(table) && table.columns.length > 0) }
}

type Recorded = (item: { readonly id: string | null }) => string | undefined

type TablePair = Omit<Pair<Table, Table>, 'how'> & { readonly how: Pair<Table, Table>['how'] | 'guessed' }

/** A table that went when others came may be one of them under a new name. */
function withSuspects(pairs: readonly Pair<Table, Table>[], live: readonly Table[], recorded: Recorded): TablePair[] {
  const claimed = new Set(pairs.flatMap(({ live: table, movedTo }) => [table, movedTo]))
  return pairs.map((pair) => {
    if (pair.live !== null) return pair
    const suspects = live.filter((table) => !claimed.has(table) && mayBe(table.id, recorded(pair.contract)))
    const found = suspects.find((table) => satisfies(table, pair.contract)) ?? suspects[0]
    if (found === undefined) return pair
    claimed.add(found)
    return { ...pair, live: found, how: 'guessed' }
  })
}

function bindTable(
  pair: TablePair,
  recorded: Recorded,
  identity: 'proven' | 'likely' | 'none',
  mayBeAnothers: boolean,
): TableBinding {
  const { contract, live } = pair
  if (live === null) {
    const columns = contract.columns.map(
      (column): ColumnBinding => ({ contract: column, live: null, relation: 'gone', evidence: 'none' }),
    )
    return { contract, live, relation: 'gone', evidence: 'none', columns, added: [] }
  }
  const keptIdentity = live.id !== null && recorded(contract) === live.id
  const columns = bindColumns(contract, live, keptIdentity ? recorded : null, identity)
  const bound = new Set(columns.flatMap(({ live: column, movedTo }) => [column?.name, movedTo]))
  const added = live.columns.filter(({ name }) => !bound.has(name))
  if (pair.how !== 'taken') return { contract, live, ...decided(pair.how, identity), columns, added }
  const isDoubtful = mayBeAnothers || ((pair.movedTo !== null || pair.isAnothers) && !satisfies(live, contract))
  return {
    ...{ contract, live, relation: 'replaced', evidence: identity, columns, added },
    ...(pair.movedTo === null ? {} : { movedTo: pair.movedTo.name }),
    ...(isDoubtful ? { doubtful: true } : {}),
  }
}

function decided(how: 'same' | 'renamed' | 'swapped' | 'gone' | 'guessed', identity: 'proven' | 'likely' | 'none') {
  if (how === 'guessed') return { relation: 'renamed', evidence: 'likely' } as const
  return { relation: how, evidence: how === 'renamed' || how === 'swapped' ? identity : 'none' } as const
}

/** Every promised column is there under its name with an equal type. */
function satisfies(live: Table, contract: Table): boolean {
  const types = new Map(live.columns.map(({ name, type }) => [name, type]))
  return contract.columns.every(({ name, type }) => {
    const found = types.get(name)
    return found !== undefined && compareTypes(type, found) === 'same'
  })
}

/** `recorded` null: the table is not known to be the one on record, so its columns go by name. */
function bindColumns(
  contract: Table,
  live: Table,
  recorded: Recorded | null,
  identity: 'proven' | 'likely' | 'none',
): ColumnBinding[] {
  const pairs = pairUp(contract.columns, live.columns, recorded ?? (() => undefined), identity === 'likely')
  const columns = pairs.map((pair) => bindColumn(pair, identity))
  return guessRenames(contract, live, columns, recorded)
}

function bindColumn(pair: Pair<Column, Column>, identity: 'proven' | 'likely' | 'none'): ColumnBinding {
  const { contract, live, how, movedTo, isAnothers } = pair
  const likely = identity === 'likely'
  if (how === 'taken') {
    // Positions say that two columns traded places only if the newcomer's is nobody's: else a neighbour went.
    const isReplaced = !likely || (movedTo !== null && !isAnothers)
    if (!isReplaced) return { contract, live, relation: 'same', evidence: 'none' }
    return { contract, live, relation: 'replaced', evidence: identity, ...(movedTo === null ? {} : { movedTo: movedTo.name }) }
  }
  const isOther = likely && how === 'renamed' && live !== null && compareTypes(contract.type, live.type) !== 'same'
  if (isOther) return { contract, live: null, relation: 'gone', evidence: 'none' }
  return { contract, live, ...decided(how, identity) }
}

/**
 * A column that went when others came may be one of them under a new name, where nothing says that it is not. A drop and an add
 * cannot be excluded either, so nothing is served from it before an operator decides.
 */
function guessRenames(
  contract: Table,
  live: Table,
  columns: readonly ColumnBinding[],
  recorded: Recorded | null,
): ColumnBinding[] {
  const isSettled = new Set(columns.flatMap(({ live: column, relation }) => (relation === 'replaced' ? [] : [column])))
  const newcomers = live.columns.filter((column) => !isSettled.has(column))
  // What has taken another's name over is shown there, but may be what went all the same.
  const claimed = new Set(columns.flatMap(({ live: column }) => column ?? []))
  return columns.map((column) => {
    if (column.live !== null) return column
    const lost = column.contract
    const suspects = newcomers.filter(({ id }) => recorded === null || mayBe(id, recorded(lost)))
    if (suspects.length === 0) return column
    const free = suspects.filter((found) => !claimed.has(found))
    const placed = placesOf(lost, contract, live, columns).find((found) => found !== undefined && free.includes(found))
    const found = placed ?? free.find(({ type }) => compareTypes(lost.type, type) === 'same') ?? free[0]
    if (found === undefined) return { ...column, evidence: 'likely' }
    claimed.add(found)
    return { contract: lost, live: found, relation: 'renamed', evidence: 'likely' }
  })
}

/** What is at the same number, and what follows the same neighbour: `auto` appends what it merges, so numbers can differ. */
function placesOf(lost: Column, contract: Table, live: Table, columns: readonly ColumnBinding[]): (Column | undefined)[] {
  const index = contract.columns.indexOf(lost)
  const neighbour = columns[index - 1]?.live
  const after = neighbour === undefined || neighbour === null ? undefined : live.columns[live.columns.indexOf(neighbour) + 1]
  return [live.columns[index], after]
}
