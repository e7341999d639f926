import { canOnlyBe, isUncertain, mayBe } from '../schema/origin.js'
import type { Column, Table } from '../schema/table.js'
import { bindColumns } from './bind-columns.js'
import { compareTypes } from './compare-types.js'
import { asReturned, type BindingRules, decided, evidenceOf, isAway, isMeant, type Recorded } from './evidence.js'
import type { Labels } from './labels.js'
import { type Identified, type Pair, pairUp } from './pairing.js'
import type { Stamps } from './stamps.js'
import type { Evidence } from './types.js'
import { nameKey, noWords, type OperatorWords } from './words.js'

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
  /** As for a column. */
  readonly isAmbiguous?: boolean
}

export interface ColumnBinding {
  readonly contract: Column
  /** null: gone. For `replaced`: the newcomer. */
  readonly live: Column | null
  readonly relation: Relation
  readonly evidence: Evidence
  /** For `replaced`: the name the old column lives on under. It is not among the `added`. */
  readonly movedTo?: string
  /** For `replaced`: it has the values of the old column. */
  readonly hasSameValues?: boolean
  /** For a `likely` rename: other columns came or went with it, or its type or place is another, so that not even trust maps it. */
  readonly isAmbiguous?: boolean
  /** Of enums, where the engine knows labels by more than their names. */
  readonly labels?: Labels
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
 * @param words an operator's: a rename that was said is `confirmed`, one that was refuted is none
 * @param stamps keys in the comments of columns; a rename that they alone tell is `stamped`
 */
export function bindSchema(
  contract: readonly Table[],
  live: readonly Table[],
  engineIds: ReadonlyMap<string, string>,
  identity: 'proven' | 'likely' | 'none',
  words: OperatorWords = noWords,
  stamps: Stamps = new Map(),
): SchemaBinding {
  const recorded: Recorded = ({ id }) => (id === null || identity === 'none' ? undefined : engineIds.get(id))
  const said = {
    renamed: ({ name }: Table) => words.renames.tables.get(name),
    isMeant: (table: Table, found: Identified) => isMeant(engineIds, table, found),
    keepsName: ({ name }: Table) => words.byName.has(nameKey(name, null)),
    isAway: (table: Table) => isAway(engineIds, table),
  }
  const returned = pairUp(contract, live, recorded, false, said).map((pair) => asReturned(pair, live, recorded, satisfies))
  const pairs = withSuspects(returned, live, recorded, words.refuted.tables)
  const uncertain = new Set(live.filter(({ id }) => isUncertain(id)))
  const doubtOf = ({ contract: own, live: found }: TablePair): Doubt => ({
    mayBeAnothers:
      found !== null && uncertain.has(found) && contract.some((other) => other !== own && mayBe(found.id, recorded(other))),
    mayLiveOn: [...uncertain].some((other) => other !== found && mayBe(other.id, recorded(own))),
  })
  const tables = pairs.map((pair) => bindTable(pair, { recorded, engineIds, identity, words, stamps }, doubtOf(pair)))
  const bound = new Set(tables.map((table) => table.live))
  return { tables, added: live.filter((table) => !bound.has(table) && table.columns.length > 0) }
}

/** What keeps a table that has the promised name from being taken for the promised one. */
interface Doubt {
  /** It may be another table of the contract. */
  readonly mayBeAnothers: boolean
  /** The promised one may have another name now. */
  readonly mayLiveOn: boolean
}

type TablePair = Omit<Pair<Table, Table>, 'how'> & { readonly how: Pair<Table, Table>['how'] | 'guessed' }

/** A table that went when others came may be one of them under a new name. */
function withSuspects(
  pairs: readonly Pair<Table, Table>[],
  live: readonly Table[],
  recorded: Recorded,
  refuted: ReadonlyMap<string, ReadonlySet<string>>,
): TablePair[] {
  const claimed = new Set(pairs.flatMap(({ live: table, movedTo }) => [table, movedTo]))
  return pairs.map((pair) => {
    if (pair.live !== null) return pair
    const isRefuted = (table: Table) => refuted.get(pair.contract.name)?.has(table.name) === true
    const suspects = live.filter((table) => !claimed.has(table) && !isRefuted(table) && mayBe(table.id, recorded(pair.contract)))
    const found = suspects.find((table) => satisfies(table, pair.contract)) ?? suspects[0]
    if (found === undefined) return pair
    claimed.add(found)
    return { ...pair, live: found, how: 'guessed' }
  })
}

function bindTable(pair: TablePair, rules: BindingRules, { mayBeAnothers, mayLiveOn }: Doubt): TableBinding {
  const { contract, live } = pair
  const identity = pair.how === 'guessed' ? 'likely' : rules.identity
  if (live === null) {
    const columns = contract.columns.map(
      (column): ColumnBinding => ({ contract: column, live: null, relation: 'gone', evidence: 'none' }),
    )
    return { contract, live, relation: 'gone', evidence: 'none', columns, added: [] }
  }
  const isKnown = live.id !== null && rules.recorded(contract) === live.id
  const columns = bindColumns(contract, live, { ...rules, identity }, isKnown)
  const bound = new Set(columns.flatMap(({ live: column, movedTo }) => [column?.name, movedTo]))
  const added = live.columns.filter(({ name }) => !bound.has(name))
  if (pair.how !== 'taken') {
    const isClear = pair.how !== 'guessed' || (satisfies(live, contract) && canOnlyBe(live.id, rules.recorded(contract)))
    const found = decided(pair.how, evidenceOf(pair, identity))
    return { contract, live, ...found, columns, added, ...(isClear ? {} : { isAmbiguous: true }) }
  }
  const isElsewhere = pair.movedTo !== null || pair.isAnothers || mayLiveOn
  const isDoubtful = mayBeAnothers || pair.isAway || (isElsewhere && !satisfies(live, contract))
  return {
    ...{ contract, live, relation: 'replaced', evidence: identity, columns, added },
    ...(pair.movedTo === null ? {} : { movedTo: pair.movedTo.name }),
    ...(isDoubtful ? { doubtful: true } : {}),
  }
}

/** Every promised column is there under its name with an equal type. */
function satisfies(live: Table, contract: Table): boolean {
  const types = new Map(live.columns.map(({ name, type }) => [name, type]))
  return contract.columns.every(({ name, type }) => {
    const found = types.get(name)
    return found !== undefined && compareTypes(type, found) === 'same'
  })
}
