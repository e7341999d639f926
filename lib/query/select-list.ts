import { type RawBuilder, sql } from 'kysely'
import type { Aggregate, Capabilities, SqlDialect } from '../database.js'
import { fail } from '../errors.js'
import { type ColumnPlan, type TablePlan, unservable } from '../projection/projection.js'
import type { Output } from '../projection/serialize.js'
import { type ColumnType, isNumeric, isOrdered } from '../schema/column-type.js'
import type { FieldNode } from './ast.js'
import { outputName } from './parse-fields.js'
import { columnNamed, liveRef } from './where.js'

type Sql = RawBuilder<unknown>

/** The dialect with the capabilities the statements depend on. */
export interface SqlContext {
  readonly dialect: SqlDialect
  readonly can: Capabilities
}

/** One column of the select list. */
export interface Selected {
  readonly output: Output
  readonly read: Sql
  /** What ORDER BY sorts by when the list is asked to sort by this output. */
  readonly sortBy: Sql
}

/** One entry of `fields`, its names checked against the contract. */
export function selectField(plan: TablePlan, field: FieldNode, context: SqlContext): Selected {
  const name = outputName(field)
  if (field.kind === 'column') return selectColumn(plan, columnNamed(plan, field.column, 'fields'), name)
  const { dialect } = context
  const column = field.column === null ? null : columnNamed(plan, field.column, 'fields')
  const type: ColumnType =
    column === null ? { name: 'integer', bits: 53, unsigned: false } : aggregateType(plan, column, field.fn, dialect)
  const ref = column === null ? sql`*` : field.distinct ? sql`distinct ${liveRef(plan, column)}` : liveRef(plan, column)
  const source = column === null ? sql`count(*)` : dialect.aggregate(field.fn, ref, column.column.type)
  return { output: { name, encode: dialect.encoder(type), refuseNull: false }, read: dialect.read(source, type), sortBy: source }
}

function aggregateType(plan: TablePlan, { column }: ColumnPlan, fn: Aggregate, dialect: SqlDialect): ColumnType {
  const fits =
    fn === 'count' ||
    column.type.name === 'any' ||
    (fn === 'sum' || fn === 'avg' ? isNumeric(column.type) : isOrdered(column.type))
  if (fits) return dialect.aggregateType(fn, column.type)
  return fail('invalid-parameter', {
    detail: `${fn.toUpperCase()} does not apply to "${plan.table.name}.${column.name}", which is ${column.type.name}`,
    context: { parameter: 'fields', table: plan.table.name, column: column.name },
  })
}

/** A column under a name of the answer. */
export function selectColumn(plan: TablePlan, column: ColumnPlan, name: string): Selected {
  if (column.ref === null && column.hold !== 'null') unservable(plan.table.name, column.column.name)
  return { output: outputOf(column, name), read: column.read, sortBy: column.ref ?? sql`null` }
}

/** The output of a column as it is promised. */
export function outputOf(column: ColumnPlan, name: string = column.column.name): Output {
  return { name, encode: column.encode, refuseNull: column.hold === 'converted' && !column.column.nullable }
}

/** The select list: every entry gets an alias of its own, because drivers lose columns of equal names. */
export function selectList(entries: readonly { readonly read: Sql }[]): Sql {
  return sql.join(entries.map(({ read }, index) => sql`${read} as ${sql.id(`c${index}`)}`))
}

/** Plain columns (none: all) as a select list with their outputs; aggregates have no place in one row. */
export function selectFields(
  plan: TablePlan,
  fields: readonly FieldNode[],
  context: SqlContext,
): { list: Sql; outputs: readonly Output[] } {
  if (fields.length === 0) return wholeRow(plan)
  if (fields.some((field) => field.kind === 'aggregate')) {
    fail('invalid-parameter', {
      detail: 'a single row has no aggregates',
      hint: 'ask the list',
      context: { parameter: 'fields' },
    })
  }
  const selected = fields.map((field) => selectField(plan, field, context))
  return { list: selectList(selected), outputs: selected.map(({ output }) => output) }
}

/** All columns of a table as a select list with their outputs; for the rows a write answers with. */
export function wholeRow(plan: TablePlan): { list: Sql; outputs: readonly Output[] } {
  const selected = plan.columns.map((column) => selectColumn(plan, column, column.column.name))
  return { list: selectList(selected), outputs: selected.map(({ output }) => output) }
}
