import type { ChangeKind } from './rules.js'
import type { Evidence, Hold } from './types.js'

/** What a hold depends on besides the kind of change. */
export interface Circumstances {
  readonly evidence: Evidence
  /** Whether the contract lets the column be null. */
  readonly nullable: boolean
  /** Whether values of the changed type convert exactly, both ways. */
  readonly converts: boolean
  /** Whether a column that took a name over has the values of the one that had it. */
  readonly hasSameValues: boolean
  /** A likely rename that the service is told to trust. */
  readonly isTrusted: boolean
  /** Whether an operator gave a value for the column. */
  readonly hasStandIn: boolean
}

type Rule = Hold | null | ((circumstances: Circumstances) => Hold | null)

const byEvidence: Rule = ({ evidence, isTrusted }) => (isSettled(evidence) || isTrusted ? 'mapped' : 'unservable')

const ifConverts: Rule = ({ converts }) => (converts ? 'converted' : 'unservable')

/** Serving goes on by name: readers notice nothing, and what a writer may not do any more the database refuses. */
const databaseDecides = null

/**
 * How each kind is kept from the consumer while it is breaking. Total, so that a new kind does not compile until somebody
 * decided. Additive kinds are here because `enums: 'closed'` and `dangerousIsBreaking` make breaking ones of some.
 */
const holds: Record<ChangeKind, Rule> = {
  'table-added': null,
  'view-added': null,
  'table-dropped': 'unservable',
  'view-dropped': 'unservable',
  'table-renamed': byEvidence,
  'table-swapped': byEvidence,
  'table-replaced': 'unservable',
  'table-unreadable': 'unservable',
  'database-changed': 'unservable',
  'table-became-view': databaseDecides,
  'view-became-table': null,
  'column-added': null,
  'required-column-added': ({ hasStandIn }) => (hasStandIn ? 'stand-in' : databaseDecides),
  'column-dropped': ({ nullable, evidence, hasStandIn }) => {
    if (evidence !== 'none') return 'unservable'
    return hasStandIn ? 'stand-in' : nullable ? 'null' : 'unservable'
  },
  'column-unreadable': 'unservable',
  'column-renamed': byEvidence,
  'column-swapped': byEvidence,
  'column-replaced': ({ hasSameValues }) => (hasSameValues ? 'mapped' : 'unservable'),
  'type-changed': ifConverts,
  'type-widened': null,
  'type-narrowed': databaseDecides,
  'read-only-type-narrowed': null,
  'collation-changed': 'converted',
  'column-became-enum': databaseDecides,
  'enum-value-added': ifConverts,
  'enum-value-removed': databaseDecides,
  'enum-value-renamed': ifConverts,
  'nullable-tightened': databaseDecides,
  'read-only-nullable-tightened': null,
  'nullable-loosened': 'converted',
  'default-added': null,
  'default-changed': databaseDecides,
  'default-removed': databaseDecides,
  'required-default-removed': databaseDecides,
  'identity-added': null,
  'identity-removed': databaseDecides,
  'became-read-only': databaseDecides,
  'became-writable': null,
  'became-required': databaseDecides,
  'primary-key-added': null,
  'constraining-primary-key-added': databaseDecides,
  'primary-key-removed': 'mapped',
  'primary-key-changed': 'mapped',
  'unique-added': databaseDecides,
  'unique-removed': null,
  'foreign-key-added': databaseDecides,
  'foreign-key-removed': null,
  'foreign-key-retargeted': databaseDecides,
  'foreign-key-action-tightened': databaseDecides,
  'foreign-key-action-loosened': databaseDecides,
  'check-added': databaseDecides,
  'check-changed': databaseDecides,
  'check-removed': null,
}

/** The hold of a breaking change; null where serving goes on by name and the database decides about writes. */
export function holdFor(kind: ChangeKind, circumstances: Circumstances): Hold | null {
  const hold = holds[kind]
  return typeof hold === 'function' ? hold(circumstances) : hold
}

/** Whether a rename with this evidence counts as known, so that the old name is mapped and the identity kept. */
export function isSettled(evidence: Evidence): boolean {
  return evidence === 'proven' || evidence === 'confirmed' || evidence === 'stamped'
}
