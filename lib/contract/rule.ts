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

export const at = ({ table, column }: Facts) => `"${table}.${column}"`
export const was = (evidence: Evidence) => (evidence === 'likely' ? 'was probably' : 'was')
