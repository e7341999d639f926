import { columnRules } from './column-rules.js'
import { keyRules } from './key-rules.js'
import type { Rule } from './rule.js'
import { tableRules } from './table-rules.js'
import { valueRules } from './value-rules.js'

export type { Facts, Rule } from './rule.js'

/**
 * Every kind of change that is drift, graded. Kinds are public API: they are never renamed.
 * Where a circumstance decides the class there are two kinds (`column-added`, `required-column-added`). On views and on
 * columns that nobody writes only readers count, which is what the `read-only-…` kinds are for.
 */
export const rules = { ...tableRules, ...columnRules, ...valueRules, ...keyRules } as const satisfies Record<string, Rule>

export type ChangeKind = keyof typeof rules

/** The rule of a kind. */
export function ruleOf(kind: ChangeKind): Rule {
  return rules[kind]
}

/**
 * Rows of the design's table that are no drift, with the reason. Reporting them would teach operators to ignore red.
 * The writer half of a row that has two (36: a larger scale with all integer digits kept is `type-widened`) is graded by its kinds.
 */
export const notDrift: Readonly<Record<string, string>> = {
  '7': 'a view with the same columns and types makes the same promise, whatever its definition says',
  '8': 'nothing of its own: each column of a view is graded as a column that nobody writes',
  '11': 'a materialized view makes the promise of a view; only its freshness differs',
  '12': 'views are served read-only, so triggers and rules on them change nothing',
  '19': 'objects have no column order; the contract keeps its own',
  '20': 'comments promise nothing',
  '30a': 'lengths are published for requests only, so row 30 holds for responses too',
  '37': 'fraction digits, blank padding, display widths and spellings are the same promise',
  '41': 'nothing of its own: a domain is graded as its base type and its checks',
  '43': 'character sets are not part of the compared shape; text that no longer fits is refused by the database',
  '52': 'that a default is computed is promised, not how',
  '67': 'indexes without uniqueness promise nothing',
  '71': 'the order of enum values is not promised',
  '76': 'what a generated column computes is not promised, only its type',
  '79': 'storage, sequences, partitions, statistics and triggers promise nothing',
}
