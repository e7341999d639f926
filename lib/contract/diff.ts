import type { SchemaBinding } from './bind.js'
import type { Difference } from './difference.js'
import { schemaDifferences } from './differences.js'
import { holdFor } from './holds.js'
import { compareText } from './order.js'
import { ruleOf } from './rules.js'
import type { Change, DriftState } from './types.js'

export interface DiffOptions {
  /** `closed`: consumers were promised that an enum gets no new values, so a new one is breaking. @default 'open' */
  readonly enums?: 'open' | 'closed'
  /** Grade every dangerous additive change as breaking. @default false */
  readonly dangerousIsBreaking?: boolean
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
    hold: isBreaking ? holdFor(kind, found) : null,
    text: rule.text(found),
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

/** `green` without changes, `red` with a breaking one, else `yellow`. */
export function stateOf(changes: readonly Change[]): DriftState {
  if (changes.length === 0) return 'green'
  return changes.some((change) => change.class === 'breaking') ? 'red' : 'yellow'
}
