import type { Aggregate } from '../database.js'

/** A filter as parsed: column names are not checked yet, literals not typed. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly term: FilterNode }
  | { readonly kind: 'compare'; readonly column: string; readonly op: CompareOp; readonly value: Literal }
  | { readonly kind: 'in'; readonly column: string; readonly negated: boolean; readonly values: readonly Literal[] }
  | {
      readonly kind: 'between'
      readonly column: string
      readonly negated: boolean
      readonly low: Literal
      readonly high: Literal
    }
  | { readonly kind: 'null'; readonly column: string; readonly negated: boolean }
  | { readonly kind: 'like'; readonly column: string; readonly negated: boolean; readonly pattern: string }
  /** `text` is meant literally: `%` and `_` are themselves. */
  | { readonly kind: 'match'; readonly column: string; readonly where: 'contains' | 'starts' | 'ends'; readonly text: string }

export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A literal keeps its source text, so no digit is lost before its column's type is known. */
export type Literal =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }

/** One entry of `fields`. */
export type FieldNode =
  | { readonly kind: 'column'; readonly column: string; readonly alias: string | null }
  /** `column` null: `COUNT(*)`. */
  | {
      readonly kind: 'aggregate'
      readonly fn: Aggregate
      readonly distinct: boolean
      readonly column: string | null
      readonly alias: string | null
    }

/** One entry of `order`: a column or an alias. */
export interface OrderNode {
  readonly name: string
  readonly descending: boolean
}
