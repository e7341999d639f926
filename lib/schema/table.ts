import type { ColumnType } from './column-type.js'

/**
 * One table or view, as plain, sorted, serialisable data. The same type describes what a database has (live)
 * and what a contract promises; only the meaning of `id` differs:
 *
 * - live: the engine's own identity, which survives a rename (PostgreSQL: oid and attnum), or `null` where the
 *   engine has none to offer;
 * - contract: the logical id (`t1`, `c7`) given when the table or column was first locked, never reused.
 */
export interface Table {
  readonly id: string | null
  readonly name: string
  readonly kind: 'table' | 'view'
  /** Live only: names of columns that are there, but may not be read and so are not described. */
  readonly hidden?: readonly string[]
  /** In the database's own order; never empty for something that can be served. */
  readonly columns: readonly Column[]
  /** Column names in key order, or `null` without a primary key. */
  readonly primaryKey: readonly string[] | null
  /** Sorted by name. Only whole-table uniqueness: no partial or expression indexes. Without the primary key. */
  readonly uniqueKeys: readonly UniqueKey[]
  /** Sorted by name. */
  readonly foreignKeys: readonly ForeignKey[]
  /** Sorted by name. */
  readonly checks: readonly Check[]
}

export interface Column {
  readonly id: string | null
  readonly name: string
  readonly type: ColumnType
  /**
   * Contract only, for decimals and arrays of them: digits after the point that every value shows, where a revision took over a type with more. Else
   * the type's own scale.
   */
  readonly shownScale?: number
  /** The engine's spelling, for people: `numeric(10,2)`. Never compared. */
  readonly nativeType: string
  /**
   * By which rules text is equal and in order, in the engine's own words. Absent: not known (no text, or from before this was read), so
   * that whatever rules the live column has are taken for the promised ones.
   */
  readonly collation?: string
  readonly nullable: boolean
  /** `null`: no default. `value` is the literal's text, absent for an expression such as `now()`. */
  readonly default: ColumnDefault | null
  /** Who supplies the value: `none` the writer; `by-default` the database unless the writer does; `always` only the database. */
  readonly identity: 'none' | 'by-default' | 'always'
  /** Computed from other columns; never written. */
  readonly generated: boolean
}

export interface ColumnDefault {
  readonly kind: 'literal' | 'expression'
  readonly value?: string
}

export interface UniqueKey {
  readonly name: string
  readonly columns: readonly string[]
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export interface ForeignKey {
  readonly name: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
}

export interface Check {
  readonly name: string
  /** The engine's own text of the condition, whitespace folded. */
  readonly expression: string
}

/** What introspection read from one server: everything below one schema, tables and views sorted by name (code units). */
export interface LiveSchema {
  /** Names the server and database that identities hold in; proof of a rename counts only within one scope. */
  readonly scope: string
  /** The probe's answer that belongs to this reading; a different answer later means: read again. */
  readonly probe: string
  readonly tables: readonly Table[]
  /**
   * By {@link Table.id}: what changes when the table's name, columns or types do, for statements to check that nothing moved
   * since. Only the engine knows what it says.
   */
  readonly marks?: Readonly<Record<string, string>>
  /**
   * By {@link Column.id}, for enums and arrays of them: what survives the renaming of a label, in the order of `values`. Absent where
   * labels are nothing but their names.
   */
  readonly labelIds?: Readonly<Record<string, readonly string[]>>
  /**
   * By {@link Column.id}: the stamp in the column's comment (see `lib/contract/stamps.ts`). Of tables alone, and only of columns that
   * have one. A copied table has those of its original.
   */
  readonly stamps?: Readonly<Record<string, string>>
  /** By {@link Column.id}: the qualified name of the type as which operators take a column, where they do not take its own. */
  readonly operandTypes?: Readonly<Record<string, readonly string[]>>
  /** The engine's own notes for its next reading: serialisable, kept with the reading, never looked into or compared. */
  readonly details?: unknown
}

/** True when an insert must supply this column. */
export function isRequiredOnInsert(column: Column): boolean {
  return !column.nullable && column.default === null && column.identity === 'none' && !column.generated
}

/** True when a writer may never supply this column. */
export function isReadOnly(column: Column): boolean {
  return column.generated || column.identity === 'always'
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

export function tableOf(tables: readonly Table[], name: string): Table | undefined {
  return tables.find((table) => table.name === name)
}
