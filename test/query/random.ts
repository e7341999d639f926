/** A repeatable source of chance. Print `seed` in the test's title, so that a failure can be run again. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  pick<T>(choices: readonly T[]): T
  chance(percent: number): boolean
}

/** The seed of `TEST_SEED`, else a fresh one. */
export const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Mulberry32. */
export function createRandom(start: number): Random {
  let state = start
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    pick: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    chance: (percent) => below(100) < percent,
  }
}

/** Names that schemas really have, and those that break careless readers. */
export const hostileNames: readonly string[] = [
  'id',
  'total',
  '_x9',
  'größe',
  '名前',
  'हिन्दी',
  'ıs',
  'li\u212ae',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'select',
  'and',
  'AND',
  'Or',
  'not',
  'in',
  'is',
  'null',
  'true',
  'like',
  'between',
  'contains',
  'starts',
  'ends',
  'with',
  'as',
  'asc',
  'desc',
  'distinct',
  'count',
  'sum',
  'weird "name"',
  '"',
  '""',
  "it's",
  'a.b',
  'a,b',
  'a b',
  ' lead',
  'trail ',
  '1st',
  '-1',
  '*',
  '(',
  ')',
  '😀',
  'tab\there',
  'new\nline',
  'nul\u0000',
  '',
  ';--',
  '\\',
  '$1',
  '?',
  ':x',
  '{}',
]
