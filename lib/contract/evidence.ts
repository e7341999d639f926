import { canOnlyBe, isUncertain, mayBe } from '../schema/origin.js'
import type { Identified, Pair } from './pairing.js'
import type { Stamps } from './stamps.js'
import type { Evidence } from './types.js'
import type { OperatorWords } from './words.js'

/** The engine identity on record for something of the contract; undefined without one. */
export type Recorded = (item: { readonly id: string | null }) => string | undefined

/** What columns and tables are bound by. */
export interface BindingRules {
  readonly recorded: Recorded
  readonly engineIds: ReadonlyMap<string, string>
  readonly identity: 'proven' | 'likely' | 'none'
  readonly words: OperatorWords
  readonly stamps: Stamps
}

/**
 * What came back under the promised name is the same thing again, if nothing else went when it came and nothing else may be it:
 * a rename there and back, on an engine that cannot tell.
 */
export function asReturned<C extends Identified, L extends Identified>(
  pair: Pair<C, L>,
  all: readonly L[],
  recorded: Recorded,
  fits: (live: L, contract: C) => boolean,
): Pair<C, L> {
  const { contract, live, how } = pair
  if (how !== 'taken' || live === null || pair.movedTo !== null || pair.isAnothers) return pair
  const id = recorded(contract)
  const isSole = canOnlyBe(live.id, id) && !all.some((other) => other !== live && mayBe(other.id, id))
  return isSole && fits(live, contract) ? { ...pair, how: 'same' } : pair
}

/** An identity that is itself a guess was accepted by somebody, or it would not be on record. */
export function evidenceOf(pair: { readonly live: Identified | null; readonly isSaid: boolean }, identity: Evidence): Evidence {
  return pair.isSaid || isUncertain(pair.live?.id ?? null) ? 'confirmed' : identity
}

/** Under which a rename that somebody said keeps the engine's identity of what was meant. */
export function meantKey(logicalId: string, name: string): string {
  return `${logicalId} is ${name}`
}

/** Under which is kept, for all scopes, whether a promised name was last seen to belong to something else, or to nothing. */
export function awayKey(logicalId: string): string {
  return `${logicalId} is away`
}

/** Whether a name alone says nothing of a thing of the contract: when it was last known, the name was not its own. */
export function isAway(engineIds: ReadonlyMap<string, string>, { id }: { readonly id: string | null }): boolean {
  return id !== null && engineIds.get(awayKey(id)) === 'yes'
}

/** Under which is kept what a column may be in a table that was made anew, where no identity leads to it. */
export function suspectsKey(logicalId: string): string {
  return `${logicalId} may be`
}

/** Whether a column is one of those that a lost one may be since its table was made anew. */
export function isSuspect(
  engineIds: ReadonlyMap<string, string>,
  lost: { readonly id: string | null },
  live: Identified,
): boolean {
  const suspects = lost.id === null ? undefined : engineIds.get(suspectsKey(lost.id))
  return suspects !== undefined && (JSON.parse(suspects) as unknown[]).includes(live.id)
}

/** Whether a live thing is what a rename meant when it was first seen to hold: a name can go and come back as another thing's. */
export function isMeant(engineIds: ReadonlyMap<string, string>, item: { readonly id: string | null }, live: Identified): boolean {
  const meant = item.id === null ? undefined : engineIds.get(meantKey(item.id, live.name))
  return meant === undefined || live.id === null || meant === live.id
}

/** The relation and its evidence that a way of pairing stands for. */
export function decided(how: 'same' | 'renamed' | 'swapped' | 'gone' | 'guessed', identity: Evidence) {
  if (how === 'guessed') return { relation: 'renamed', evidence: 'likely' } as const
  return { relation: how, evidence: how === 'renamed' || how === 'swapped' ? identity : 'none' } as const
}
