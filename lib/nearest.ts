import { distance } from 'fastest-levenshtein'

/** Longer names are nobody's typing error, and comparing them with a whole schema would cost time. */
const longest = 200

/**
 * The candidate that `name` was probably meant to be: one equal but for upper and lower case, else the one with the
 * fewest edits (two swapped neighbours are one edit), at most a third of the name's length and always at least one.
 * Of equally near candidates the first. `undefined` when none is near.
 *
 * @example nearest('usres', ['orders', 'users']) // 'users'
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > longest) return undefined
  const wanted = name.toLowerCase()
  const limit = Math.max(1, wanted.length / 3)
  let found: string | undefined
  let best = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const offered = candidate.toLowerCase()
    if (offered === wanted) return candidate
    if (Math.abs(offered.length - wanted.length) > limit) continue
    const edits = isSwap(wanted, offered) ? 1 : distance(wanted, offered)
    if (edits > limit || edits >= best) continue
    best = edits
    found = candidate
  }
  return found
}

/** {@link nearest} as a question for a hint, `did you mean "users"?`, or `undefined`. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates)
  return found === undefined ? undefined : `did you mean "${found}"?`
}

/** Whether exactly two neighbouring characters changed places: the commonest typing error, two edits to Levenshtein. */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
}
