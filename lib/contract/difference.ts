import type { Column, Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'
import { inContractNames } from './contract-names.js'
import type { ChangeKind } from './rules.js'
import type { Evidence } from './types.js'

/** A change before it is graded, with what it takes to accept it. */
export interface Difference {
  readonly kind: ChangeKind
  /** The contract's name where it has one. */
  readonly table: string
  readonly column: string | null
  readonly before: string | null
  readonly after: string | null
  readonly evidence: Evidence
  /** Whether the contract lets the column be null. */
  readonly nullable: boolean
  /** A `likely` rename that not even trust maps. */
  readonly isAmbiguous: boolean
  /** For a column that another replaced: whether that has the same values. */
  readonly hasSameValues: boolean
  /** For a changed type: whether values convert exactly, both ways. */
  readonly converts: boolean
  /** Takes this one difference over into a table of the contract; null where only a promotion can. */
  readonly merge: ((draft: Table) => Table) | null
}

/** One table of the contract and its live counterpart under the contract's names. */
export interface Sides {
  readonly binding: TableBinding
  readonly contract: Table
  readonly live: Table
  /** Live columns that the contract does not have, by name. */
  readonly fresh: ReadonlyMap<string, Column>
  /** Contract columns that the live table does not have. */
  readonly gone: ReadonlySet<string>
  /** Nobody writes here: only readers count. */
  readonly readOnly: boolean
}

export function sidesOf(binding: TableBinding, all: SchemaBinding): Sides {
  const { contract } = binding
  const live = inContractNames(binding, all)
  const bound = new Set(binding.columns.flatMap((column) => (column.live === null ? [] : [column.contract.name])))
  return {
    binding,
    contract,
    live,
    fresh: new Map(live.columns.filter(({ name }) => !bound.has(name)).map((column) => [column.name, column])),
    gone: new Set(binding.columns.flatMap((column) => (column.live === null ? [column.contract.name] : []))),
    readOnly: contract.kind === 'view' || live.kind === 'view',
  }
}

/** Fills in what most differences do not need. */
export function difference(kind: ChangeKind, table: string, facts: Partial<Omit<Difference, 'kind' | 'table'>> = {}): Difference {
  return {
    kind,
    table,
    column: null,
    before: null,
    after: null,
    evidence: 'none',
    nullable: false,
    isAmbiguous: false,
    converts: false,
    hasSameValues: false,
    merge: null,
    ...facts,
  }
}

/** `a` or `a, b`: how a key is called in a change. */
export function listed(columns: readonly string[]): string {
  return columns.join(', ')
}

/** Equal for the same columns in any order. */
export function setKey(columns: readonly string[]): string {
  return JSON.stringify(columns.toSorted())
}
