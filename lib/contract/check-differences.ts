import type { Check, Table } from '../schema/table.js'
import { type CheckTokens, checkKey, looseCheckKey, mentions, readCheck, renameInCheck } from './check-text.js'
import { compareTypes } from './compare-types.js'
import { type Difference, difference, type Sides } from './difference.js'

/** What became of a table's checks. They are matched by what they say; a rewritten text is no drift. */
export function checkDifferences(sides: Sides): Difference[] {
  const { lost, found } = unmatched(sides)
  const { name: table } = sides.contract
  const renewed = new Map(
    lost.flatMap((check) => found.filter(({ name }) => name === check.name).map((now) => [check, now] as const)),
  )
  const asNew = new Set([...renewed.values()])
  return [
    ...[...renewed].map(([check, now]) =>
      difference('check-changed', table, { column: check.name, before: check.expression, after: now.expression }),
    ),
    ...lost
      .filter((check) => !renewed.has(check))
      .map((check) =>
        difference('check-removed', table, { column: check.name, before: check.expression, merge: without(check) }),
      ),
    ...found
      .filter((check) => !asNew.has(check))
      .map((check) => difference('check-added', table, { column: check.name, after: check.expression })),
  ]
}

function without(gone: Check): (draft: Table) => Table {
  const isGone = ({ name, expression }: Check) => name === gone.name && expression === gone.expression
  return (draft) => ({ ...draft, checks: draft.checks.filter((check) => !isGone(check)) })
}

/** Live checks about nothing but new columns, some of them among `taken`: they ask nothing of writers who know only the contract. */
export function silentChecks(sides: Sides, taken: ReadonlySet<string>): readonly Check[] {
  const { found } = matched(sides)
  return found.filter(({ tokens }) => isAboutFresh(tokens, sides) && mentions(tokens, lowered(taken))).map(({ check }) => check)
}

function unmatched(sides: Sides): { lost: Check[]; found: Check[] } {
  const gone = lowered(sides.gone)
  const { lost, found } = matched(sides)
  return {
    // Dropping a column takes its checks along: the drop says it.
    lost: lost.filter(({ tokens }) => !mentions(tokens, gone)).map(({ check }) => check),
    found: found.filter(({ tokens }) => !isAboutFresh(tokens, sides)).map(({ check }) => check),
  }
}

function isAboutFresh(tokens: CheckTokens, { fresh, contract }: Sides): boolean {
  return mentions(tokens, lowered(fresh.keys())) && !mentions(tokens, lowered(contract.columns.map(({ name }) => name)))
}

interface Read {
  readonly check: Check
  /** In the contract's names. */
  readonly tokens: CheckTokens
}

/** The checks of either side that the other does not have. */
function matched(sides: Sides): { lost: readonly Read[]; found: readonly Read[] } {
  const names = new Map(renames(sides).map(({ from, to }) => [from.toLowerCase(), to]))
  const before = sides.contract.checks.map((check): Read => ({ check, tokens: readCheck(check.expression) }))
  const after = sides.live.checks.map((check): Read => ({ check, tokens: renameInCheck(readCheck(check.expression), names) }))
  const exact = pairOff(before, after, ({ tokens }) => checkKey(tokens))
  if (names.size === 0 && !hasOtherTypes(sides)) return exact
  // What remains may be the engine's rewriting, and which names it rewrote cannot be told from the text.
  const blurred = lowered(renames(sides).flatMap(({ from, to }) => [from, to]))
  return pairOff(exact.lost, exact.found, ({ tokens }) => looseCheckKey(tokens, blurred))
}

function pairOff(
  before: readonly Read[],
  after: readonly Read[],
  keyOf: (read: Read) => string,
): { lost: readonly Read[]; found: readonly Read[] } {
  const [had, has] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  return { lost: before.filter((read) => !has.has(keyOf(read))), found: after.filter((read) => !had.has(keyOf(read))) }
}

/** Live name → contract name. */
function renames({ binding }: Sides): { from: string; to: string }[] {
  return binding.columns.flatMap(({ live, contract }) =>
    live === null || live.name === contract.name ? [] : [{ from: live.name, to: contract.name }],
  )
}

function hasOtherTypes({ binding }: Sides): boolean {
  return binding.columns.some(({ live, contract }) => live !== null && compareTypes(contract.type, live.type) !== 'same')
}

function lowered(names: Iterable<string>): ReadonlySet<string> {
  return new Set(Array.from(names, (name) => name.toLowerCase()))
}
