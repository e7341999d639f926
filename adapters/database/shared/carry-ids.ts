import { uncertainId } from '../../../lib/schema/origin.js'

/** What carrying needs of a table or a column. */
interface Item {
  readonly id: string | null
  readonly name: string
}

/**
 * Identities for things an engine gives none: carried from the look before under an unchanged name, unless it is in doubt; what
 * is new gets a fresh one, and an uncertain one, as what is in doubt does, when it may be what went or is in doubt.
 *
 * @param fresh makes an id from a name; the same name gives the same id
 * @param doubted names that stayed but may be other things now
 * @param origins which earlier thing some are for certain, whatever they are called: name → id
 */
export function carryIds(
  earlier: readonly Item[],
  now: readonly Item[],
  fresh: (name: string) => string,
  doubted: ReadonlySet<string>,
  origins: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const before = new Map(earlier.map((item) => [item.name, item]))
  const names = new Set(now.map(({ name }) => name))
  const placed = new Set(origins.values())
  const doubtful = earlier.flatMap(({ id, name }) =>
    id !== null && !placed.has(id) && (!names.has(name) || doubted.has(name)) ? [id] : [],
  )
  return now.map(({ name }) => {
    const id = before.get(name)?.id ?? null
    const origin = origins.get(name)
    const isSame = origin === undefined ? id !== null && !doubted.has(name) && !placed.has(id) : origin === id
    if (isSame && id !== null) return id
    const suspects = origin === undefined ? doubtful : [origin]
    return suspects.length === 0 ? fresh(name) : uncertainId(fresh(name), suspects)
  })
}
