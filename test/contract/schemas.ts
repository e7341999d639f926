import { freezeSchema } from '../../lib/contract/freeze.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import type { Column, ForeignKey, Table } from '../../lib/schema/table.js'

export const text: ColumnType = { name: 'string', length: null, fixed: false }
export const int: ColumnType = { name: 'integer', bits: 32, unsigned: false }
export const varchar = (length: number): ColumnType => ({ name: 'string', length, fixed: false })

/** A nullable text column whose engine id is its name, unless told otherwise. */
export function column(name: string, more: Partial<Column> = {}): Column {
  return {
    id: `#${name}`,
    name,
    type: text,
    nativeType: 'text',
    nullable: true,
    default: null,
    identity: 'none',
    generated: false,
    ...more,
  }
}

export const id = (more: Partial<Column> = {}) => column('id', { type: int, nullable: false, identity: 'by-default', ...more })

/** A table with the primary key `id` if it has such a column. Its engine id is its name, unless told otherwise. */
export function table(name: string, columns: readonly Column[], more: Partial<Table> = {}): Table {
  const primaryKey = columns.some((one) => one.name === 'id') ? ['id'] : null
  return { id: `@${name}`, name, kind: 'table', columns, primaryKey, uniqueKeys: [], foreignKeys: [], checks: [], ...more }
}

export function foreignKey(columns: readonly string[], target: string, more: Partial<ForeignKey> = {}): ForeignKey {
  return {
    name: `${columns.join('_')}_fk`,
    columns,
    references: { table: target, columns: ['id'] },
    onDelete: 'no action',
    onUpdate: 'no action',
    ...more,
  }
}

/** `1`, `2`, `3` … */
export function counter(prefix = ''): () => string {
  let next = 1
  return () => `${prefix}${next++}`
}

/** Locks a schema. */
export function locked(live: readonly Table[]): { contract: Table[]; ids: Map<string, string> } {
  const { tables, identities } = freezeSchema(live, counter('c'))
  return { contract: tables, ids: new Map(identities) }
}

/** A table with one column changed. */
export function withColumn(of: Table, name: string, more: Partial<Column>): Table {
  return { ...of, columns: of.columns.map((one) => (one.name === name ? { ...one, ...more } : one)) }
}

/** The same schema as an engine without identities reads it. */
export function withoutIds(live: readonly Table[]): Table[] {
  return live.map((one) => ({ ...one, id: null, columns: one.columns.map((column) => ({ ...column, id: null })) }))
}
