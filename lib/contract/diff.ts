import type { SchemaBinding } from './bind.js'
import type { Difference } from './difference.js'
import { schemaDifferences } from './differences.js'
import { holdFor } from './holds.js'
import { compareText } from './order.js'
import { ruleOf } from './rules.js'
import type { Change, DriftState } from './types.js'
import { noWords, type OperatorWords } from './words.js'

export interface DiffOptions {
  /** `closed`: consumers were promised that an enum gets no new values, so a new one is breaking. @default 'open' */
  readonly enums?: 'open' | 'closed'
  /** Grade every dangerous additive change as breaking. @default false */
  readonly dangerousIsBreaking?: boolean
  /** What an operator said. @default nothing */
  readonly words?: OperatorWords
}

/**
 * Everything in which the live schema differs from the contract, graded, one change a difference; sorted by table, column and
 * kind, the table itself first. Empty: the contract is kept as it stands. A rename is one change. Comments, orders, spellings
 * and the names of keys and constraints are no differences.
 */
export function diffSchema(binding: SchemaBinding, options: DiffOptions = {}): readonly Change[] {
  return schemaDifferences(binding)
    .map((found) => gradeDifference(found, options))
    .sort(compareChanges)
}

/** A difference with its class, its hold and its sentence. */
export function gradeDifference(found: Difference, options: DiffOptions): Change {
  const { kind, table, column, before, after, evidence } = found
  const rule = ruleOf(kind)
  const isBreaking =
    rule.class === 'breaking' ||
    (rule.dangerous && options.dangerousIsBreaking === true) ||
    (kind === 'enum-value-added' && options.enums === 'closed')
  return {
    kind,
    class: isBreaking ? 'breaking' : 'additive',
    dangerous: rule.dangerous,
    table,
    column,
    affects: rule.affects,
    before,
    after,
    evidence,
    hold: isBreaking ? holdFor(kind, circumstances(found, options)) : null,
    text: rule.text(found),
  }
}

function circumstances(
  { table, column, evidence, nullable, isAmbiguous, converts, hasSameValues }: Difference,
  { words = noWords }: DiffOptions,
) {
  return {
    evidence,
    nullable,
    converts,
    hasSameValues,
    isTrusted: evidence === 'likely' && words.trustLikelyRenames && !isAmbiguous,
    hasStandIn: column !== null && words.standIns.get(table)?.has(column) === true,
  }
}

/** The order of a report: by table, column and kind. */
export function compareChanges(a: Change, b: Change): number {
  return (
    compareText(a.table, b.table) ||
    compareText(a.column ?? '', b.column ?? '') ||
    compareText(a.kind, b.kind) ||
    compareText(a.before ?? '', b.before ?? '') ||
    compareText(a.after ?? '', b.after ?? '')
  )
}

/** `red` with a breaking change; `yellow` with an additive one, unless an operator declined it; else `green`. */
export function stateOf(changes: readonly Change[]): DriftState {
  if (changes.some((change) => change.class === 'breaking')) return 'red'
  return changes.every(({ withheld }) => withheld === 'declined') ? 'green' : 'yellow'
}
