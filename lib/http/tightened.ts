import type { ChangeKind } from '../contract/rules.js'
import type { Change } from '../contract/types.js'
import type { DatabaseError, FailureKind } from '../database.js'
import type { TablePlan } from '../projection/projection.js'
import type { Table } from '../schema/table.js'

/** Changes that can be behind a refusal. */
const behind: Partial<Record<FailureKind, readonly ChangeKind[]>> = {
  // A collation belongs to a character set, which can lack what the promised one has.
  'value': [
    'type-narrowed',
    'type-changed',
    'collation-changed',
    'column-became-enum',
    'enum-value-removed',
    'enum-value-renamed',
  ],
  'too-long': ['type-narrowed', 'type-changed', 'column-became-enum', 'enum-value-removed'],
  'out-of-range': ['type-narrowed', 'type-changed'],
  'check': ['check-added', 'check-changed', 'type-narrowed'],
  'unique': ['unique-added', 'constraining-primary-key-added', 'primary-key-changed'],
  'read-only': ['table-became-view'],
  'foreign-key': ['foreign-key-added', 'foreign-key-retargeted', 'foreign-key-action-tightened'],
}

/**
 * The changes because of which the database refuses what the contract allows; empty where the contract itself forbids it, as far
 * as anybody can tell.
 */
export function tightenedBy(plan: TablePlan, { kind, facts: { constraint } }: DatabaseError): readonly Change[] {
  const found = plan.tightened.filter((change) => behind[kind]?.includes(change.kind) === true)
  if (constraint === undefined) return found
  if (isNamed(plan.table, constraint)) return found.filter((change) => change.column === constraint)
  // A key that has no name of its own here is the primary key.
  const isPrimary = kind === 'unique' && !isNamed(plan.plannedOn.table, constraint)
  return kind === 'unique' ? found.filter((change) => (change.kind === 'unique-added') !== isPrimary) : found
}

/**
 * Whether a refusal hints at a change that nobody has seen yet: the value was checked against the contract, or the constraint is
 * not the contract's.
 */
export function isSuspicious({ table }: TablePlan, { kind, facts: { constraint } }: DatabaseError): boolean {
  if (kind === 'value' || kind === 'too-long' || kind === 'out-of-range') return true
  return (kind === 'check' || kind === 'foreign-key') && constraint !== undefined && !isNamed(table, constraint)
}

/**
 * Whether a row is refused by a key that the contract does not name: it may be a new one, but mostly it is the primary key, whose name
 * no contract has.
 */
export function isByUnknownKey({ table }: TablePlan, { kind, facts: { constraint } }: DatabaseError): boolean {
  return kind === 'unique' && constraint !== undefined && !isNamed(table, constraint)
}

function isNamed({ uniqueKeys, foreignKeys, checks }: Table, constraint: string): boolean {
  return [uniqueKeys, foreignKeys, checks].flat().some(({ name }) => name === constraint)
}
