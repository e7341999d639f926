import type { Evidence } from './types.js'

/** What a rule's sentence is made of: the fields of a `Change`. */
export interface Facts {
  readonly table: string
  /** Column, columns or constraint; null for the table itself. */
  readonly column: string | null
  readonly before: string | null
  readonly after: string | null
  readonly evidence: Evidence
}

/** How one kind of change is graded. */
export interface Rule {
  /** The rows of the design's table of schema changes (1 to 79) that this kind stands for. */
  readonly rows: readonly string[]
  readonly class: 'additive' | 'breaking'
  /** Additive, but worth a look. */
  readonly dangerous: boolean
  /** Who can notice. */
  readonly affects: 'read' | 'write' | 'both'
  /** What `Change.column` names: nothing, a column, or the columns or name of a key or check. */
  readonly about: 'table' | 'column' | 'constraint'
  /** One sentence, for people. */
  readonly text: (facts: Facts) => string
}

const at = ({ table, column }: Facts) => `"${table}.${column}"`
const was = (evidence: Evidence) => (evidence === 'likely' ? 'was probably' : 'was')

/**
 * Every kind of change that is drift, graded. Kinds are public API: they are never renamed.
 * Where a circumstance decides the class there are two kinds (`column-added`, `required-column-added`). On views and on
 * columns that nobody writes only readers count, which is what the `read-only-…` kinds are for.
 */
export const rules = {
  // Tables and views.
  'table-added': {
    rows: ['1'],
    class: 'additive',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table }) => `Table "${table}" is new.`,
  },
  'view-added': {
    rows: ['2'],
    class: 'additive',
    dangerous: false,
    affects: 'read',
    about: 'table',
    text: ({ table }) => `View "${table}" is new.`,
  },
  'table-dropped': {
    rows: ['3'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table }) => `Table "${table}" is gone.`,
  },
  'view-dropped': {
    rows: ['4'],
    class: 'breaking',
    dangerous: false,
    affects: 'read',
    about: 'table',
    text: ({ table }) => `View "${table}" is gone.`,
  },
  'table-renamed': {
    rows: ['5'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table, after, evidence }) => `Table "${table}" ${was(evidence)} renamed to "${after}".`,
  },
  'table-swapped': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table, after, evidence }) =>
      `Table "${table}" ${was(evidence)} renamed to "${after}", a name the contract has for another table.`,
  },
  'table-replaced': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table, after }) =>
      `Another table, of another shape, has the name "${table}" now${after === null ? '' : `; the old one lives on as "${after}"`}.`,
  },
  'table-unreadable': {
    rows: ['6'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table }) => `"${table}" exists, but the database cannot describe it.`,
  },
  'database-changed': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table }) => `"${table}" was promised from another database than the one that answers now.`,
  },
  'table-became-view': {
    rows: ['9'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'table',
    text: ({ table }) => `Table "${table}" is a view now and takes no writes.`,
  },
  'view-became-table': {
    rows: ['10'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'table',
    text: ({ table }) => `View "${table}" is a table now and takes writes.`,
  },
  // Columns: existence.
  'column-added': {
    rows: ['13', '14', '15a', '16'],
    class: 'additive',
    dangerous: false,
    affects: 'read',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is new.`,
  },
  'required-column-added': {
    rows: ['15'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is new, and every insert must supply it.`,
  },
  'column-dropped': {
    rows: ['17'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is gone.`,
  },
  'column-unreadable': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is there, but may not be read.`,
  },
  'column-renamed': {
    rows: ['18'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} ${was(facts.evidence)} renamed to "${facts.after}".`,
  },
  'column-swapped': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) =>
      `Column ${at(facts)} ${was(facts.evidence)} renamed to "${facts.after}", a name the contract has for another column.`,
  },
  'column-replaced': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) =>
      `Another column has the name ${at(facts)} now${facts.after === null ? '' : `; the old one lives on as "${facts.after}"`}.`,
  },
  // Columns: type.
  'type-changed': {
    rows: ['21', '22', '23', '24', '25', '26', '27', '28', '29', '36', '37a', '39', '40'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} changed its type from ${facts.before} to ${facts.after}.`,
  },
  'type-widened': {
    rows: ['21a', '30', '32', '34'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} takes more now: ${facts.before} became ${facts.after}.`,
  },
  'type-narrowed': {
    rows: ['21b', '31', '33', '35', '38'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} takes less now: ${facts.before} became ${facts.after}.`,
  },
  'read-only-type-narrowed': {
    rows: [],
    class: 'additive',
    dangerous: false,
    affects: 'read',
    about: 'column',
    text: (facts) => `Column ${at(facts)}, which nobody writes, holds less now: ${facts.before} became ${facts.after}.`,
  },
  'collation-changed': {
    rows: ['42'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} compares and sorts its text by ${facts.after} instead of ${facts.before}.`,
  },
  'column-became-enum': {
    rows: ['72'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} takes only some values now: ${facts.before} became ${facts.after}.`,
  },
  'enum-value-added': {
    rows: ['68'],
    class: 'additive',
    dangerous: true,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} can hold new values: ${facts.after}.`,
  },
  'enum-value-removed': {
    rows: ['69'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} no longer takes ${facts.before}.`,
  },
  'enum-value-renamed': {
    rows: ['70'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'column',
    text: (facts) => `Column ${at(facts)} says ${facts.after} where it said ${facts.before}.`,
  },
  // Columns: nullability, defaults, who supplies the value.
  'nullable-tightened': {
    rows: ['44', '45'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} no longer takes null.`,
  },
  'read-only-nullable-tightened': {
    rows: ['45a'],
    class: 'additive',
    dangerous: false,
    affects: 'read',
    about: 'column',
    text: (facts) => `Column ${at(facts)}, which nobody writes, is never null now.`,
  },
  'nullable-loosened': {
    rows: ['46'],
    class: 'breaking',
    dangerous: false,
    affects: 'read',
    about: 'column',
    text: (facts) => `Column ${at(facts)} can be null now.`,
  },
  'default-added': {
    rows: ['47', '48'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} has a default now: ${facts.after}.`,
  },
  'default-changed': {
    rows: ['49'],
    class: 'additive',
    dangerous: true,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} has another default: ${facts.after} instead of ${facts.before}.`,
  },
  'default-removed': {
    rows: ['50'],
    class: 'additive',
    dangerous: true,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} lost its default, ${facts.before}.`,
  },
  'required-default-removed': {
    rows: ['51'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} lost its default, ${facts.before}, so every insert must supply it.`,
  },
  'identity-added': {
    rows: ['73'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is numbered by the database unless the writer supplies it.`,
  },
  'identity-removed': {
    rows: ['75'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is no longer numbered by the database, so every insert must supply it.`,
  },
  'became-read-only': {
    rows: ['74'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is supplied by the database now and cannot be written.`,
  },
  'became-writable': {
    rows: ['77'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} can be written now.`,
  },
  'became-required': {
    rows: ['78'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'column',
    text: (facts) => `Column ${at(facts)} is no longer supplied by the database, so every insert must supply it.`,
  },
  // Keys and constraints.
  'primary-key-added': {
    rows: ['53'],
    class: 'additive',
    dangerous: false,
    affects: 'both',
    about: 'constraint',
    text: ({ table, after }) => `Table "${table}" has a primary key now: ${after}.`,
  },
  'constraining-primary-key-added': {
    rows: ['54'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: ({ table, after }) => `Table "${table}" has a primary key now, which it did not keep before: ${after}.`,
  },
  'primary-key-removed': {
    rows: ['55'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'constraint',
    text: ({ table, before }) => `Table "${table}" lost its primary key, ${before}.`,
  },
  'primary-key-changed': {
    rows: ['56', '57'],
    class: 'breaking',
    dangerous: false,
    affects: 'both',
    about: 'constraint',
    text: ({ table, before, after }) => `The primary key of "${table}" is ${after} instead of ${before}.`,
  },
  'unique-added': {
    rows: ['58'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: ({ table, after }) => `Table "${table}" allows ${after} only once now.`,
  },
  'unique-removed': {
    rows: ['59'],
    class: 'additive',
    dangerous: false,
    affects: 'both',
    about: 'constraint',
    text: ({ table, before }) => `Table "${table}" allows ${before} more than once now.`,
  },
  'foreign-key-added': {
    rows: ['60'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: (facts) => `Column ${at(facts)} must refer to ${facts.after} now.`,
  },
  'foreign-key-removed': {
    rows: ['61'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: (facts) => `Column ${at(facts)} need not refer to ${facts.before} any more.`,
  },
  'foreign-key-retargeted': {
    rows: ['62'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: (facts) => `Column ${at(facts)} refers to ${facts.after} instead of ${facts.before}.`,
  },
  'foreign-key-action-tightened': {
    rows: ['63'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: (facts) => `Rows that ${at(facts)} refers to cannot be changed as before: ${facts.after} instead of ${facts.before}.`,
  },
  'foreign-key-action-loosened': {
    rows: ['64'],
    class: 'additive',
    dangerous: true,
    affects: 'write',
    about: 'constraint',
    text: (facts) => `Rows with ${at(facts)} follow the row they refer to: ${facts.after} instead of ${facts.before}.`,
  },
  'check-added': {
    rows: ['65'],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: ({ table, column, after }) => `Table "${table}" has a new rule, "${column}": ${after}.`,
  },
  'check-changed': {
    rows: [],
    class: 'breaking',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: ({ table, column, before, after }) => `The rule "${column}" of "${table}" is ${after} instead of ${before}.`,
  },
  'check-removed': {
    rows: ['66'],
    class: 'additive',
    dangerous: false,
    affects: 'write',
    about: 'constraint',
    text: ({ table, column, before }) => `Table "${table}" lost its rule "${column}": ${before}.`,
  },
} as const satisfies Record<string, Rule>

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
