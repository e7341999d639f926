import { canOnlyBe, isUncertain, mayBe } from '../schema/origin.js'
import type { Column, Table } from '../schema/table.js'
import type { ColumnBinding } from './bind.js'
import { compareTypes } from './compare-types.js'
import { asReturned, type BindingRules, decided, evidenceOf, isAway, isMeant, isSuspect, type Recorded } from './evidence.js'
import { type Identified, type Pair, pairUp } from './pairing.js'
import { learntKey, withStamps } from './stamps.js'
import { nameKey } from './words.js'

/** @param isKnown whether the table is known to be the one on record; else its columns go by name */
export function bindColumns(contract: Table, live: Table, rules: BindingRules, isKnown: boolean): ColumnBinding[] {
  const { identity, words } = rules
  const known: Recorded = isKnown ? rules.recorded : () => undefined
  const recorded = withStamps(known, contract.columns, live.columns, rules)
  const isLearnt = ({ contract: column, live: found }: Pair<Column, Column>) => {
    const byStamp = recorded(column) === known(column) ? rules.engineIds.get(learntKey(column)) : recorded(column)
    return found !== null && byStamp === found.id
  }
  const said = {
    renamed: ({ name }: Column) => words.renames.columns.get(contract.name)?.get(name),
    // The columns of a table that took the name over are other ones, whatever they are called.
    isMeant: (column: Column, found: Identified) => !isKnown || isMeant(rules.engineIds, column, found),
    keepsName: ({ name }: Column) => words.byName.has(nameKey(contract.name, name)),
    isAway: (column: Column) => isAway(rules.engineIds, column),
  }
  const columns = pairUp(contract.columns, live.columns, recorded, identity === 'likely', said)
    .map((pair) => asReturned(pair, live.columns, recorded, hasType))
    // What a view calls a column is that column, whatever the view is made of now.
    .map((pair) =>
      live.kind === 'view' && pair.how === 'taken' && pair.movedTo === null && !pair.isAnothers
        ? { ...pair, how: 'same' as const }
        : pair,
    )
    .map((pair) => bindColumn(pair, identity, isLearnt(pair)))
    .map((bound) => {
      const newcomer = words.sameValues.get(nameKey(contract.name, bound.contract.name))
      const hasSameValues = bound.relation === 'replaced' && newcomer !== undefined && newcomer === bound.live?.id
      return hasSameValues ? { ...bound, hasSameValues } : bound
    })
  return guessRenames(contract, live, columns, { ...rules, recorded: isKnown ? recorded : null })
}

function hasType(live: Column, contract: Column): boolean {
  return compareTypes(contract.type, live.type) === 'same'
}

/** @param isLearnt whether nothing but a stamp led to what is live */
function bindColumn(pair: Pair<Column, Column>, identity: BindingRules['identity'], isLearnt: boolean): ColumnBinding {
  const { contract, live, how, movedTo, isAnothers, isAway: wasAway } = pair
  const likely = identity === 'likely'
  if (how === 'taken') {
    // Positions say that two columns traded places only if the newcomer's is nobody's: else a neighbour went.
    const isReplaced = !likely || wasAway || (movedTo !== null && !isAnothers)
    if (!isReplaced) return { contract, live, relation: 'same', evidence: 'none' }
    const isGuess = (wasAway && movedTo === null) || isUncertain(live?.id ?? null)
    const evidence = isGuess ? 'likely' : identity
    return { contract, live, relation: 'replaced', evidence, ...(movedTo === null ? {} : { movedTo: movedTo.name }) }
  }
  const isOther = likely && how === 'renamed' && live !== null && !hasType(live, contract)
  if (isOther) return { contract, live: null, relation: 'gone', evidence: 'none' }
  return { contract, live, ...decided(how, isLearnt ? 'stamped' : evidenceOf(pair, identity)) }
}

/**
 * A column that went when others came may be one of them under a new name, where nothing says that it is not. A drop and an add
 * cannot be excluded either, so nothing is served from it before an operator decides.
 */
function guessRenames(
  contract: Table,
  live: Table,
  columns: readonly ColumnBinding[],
  { recorded, engineIds, words }: Pick<BindingRules, 'engineIds' | 'words'> & { readonly recorded: Recorded | null },
): ColumnBinding[] {
  const refuted = words.refuted.columns.get(contract.name)
  const isSettled = new Set(columns.flatMap(({ live: column, relation }) => (relation === 'replaced' ? [] : [column])))
  const newcomers = live.columns.filter((column) => !isSettled.has(column))
  const mayBeLost = (found: Column, lost: Column) =>
    recorded === null || mayBe(found.id, recorded(lost)) || isSuspect(engineIds, lost, found)
  // What has taken another's name over is shown there, but may be what went all the same.
  const claimed = new Set(columns.flatMap(({ live: column }) => column ?? []))
  return columns.map((column) => {
    if (column.live !== null) return column
    const lost = column.contract
    const suspects = newcomers.filter((one) => refuted?.get(lost.name)?.has(one.name) !== true && mayBeLost(one, lost))
    if (suspects.length === 0) return column
    const free = suspects.filter((found) => !claimed.has(found))
    const placed = placesOf(lost, contract, live, columns).find((found) => found !== undefined && free.includes(found))
    const found = placed ?? free.find(({ type }) => compareTypes(lost.type, type) === 'same') ?? free[0]
    if (found === undefined) return { ...column, evidence: 'likely' }
    claimed.add(found)
    const isClear = hasType(found, lost) && (found === placed || canOnlyBe(found.id, recorded?.(lost)))
    return { contract: lost, live: found, relation: 'renamed', evidence: 'likely', ...(isClear ? {} : { isAmbiguous: true }) }
  })
}

/** What is at the same number, and what follows the same neighbour: `auto` appends what it merges, so numbers can differ. */
function placesOf(lost: Column, contract: Table, live: Table, columns: readonly ColumnBinding[]): (Column | undefined)[] {
  const index = contract.columns.indexOf(lost)
  const neighbour = columns[index - 1]?.live
  const after = neighbour === undefined || neighbour === null ? undefined : live.columns[live.columns.indexOf(neighbour) + 1]
  return [live.columns[index], after]
}
