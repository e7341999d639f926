import { type RawBuilder, sql } from 'kysely'
import { converterOf } from '../conversion/convert.js'
import type { Aggregate, Capabilities, Encoder, SqlDialect } from '../database.js'
import { fail } from '../errors.js'
import { type ColumnPlan, shownType } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import type { Output } from '../projection/serialize.js'
import { unservable } from '../projection/unservable.js'
import { canonicalJson } from '../schema/canonical.js'
import { type ColumnType, isNumeric, isOrdered } from '../schema/column-type.js'
import type { FieldNode } from './ast.js'
import { comparableOf } from './equality.js'
import { heldAggregate } from './held.js'
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
  /** What ORDER BY sorts by when the list is asked to sort by this output; null: it has no order as promised. */
  readonly sortBy: Sql | null
}

/** One entry of `fields`, its names checked against the contract. */
export function selectField(plan: TablePlan, field: FieldNode, context: SqlContext): Selected {
  const name = outputName(field)
  if (field.kind === 'column') return selectColumn(plan, columnNamed(plan, field.column, 'fields'), name)
  const { dialect } = context
  if (field.column !== null) return selectAggregate(plan, field, columnNamed(plan, field.column, 'fields'), dialect)
  const [source, type]: [Sql, ColumnType] = [sql`count(*)`, { name: 'integer', bits: 53, unsigned: false }]
  return { output: { name, encode: dialect.encoder(type), nullText: 'null' }, read: dialect.read(source, type), sortBy: source }
}

/** {@link selectField} for a grouped list. */
export function selectInGroup(plan: TablePlan, field: FieldNode, context: SqlContext): Selected {
  const selected = selectField(plan, field, context)
  if (field.kind === 'aggregate') return selected
  return { ...selected, read: columnNamed(plan, field.column, 'fields').readGroup }
}

type AggregateField = Extract<FieldNode, { kind: 'aggregate' }>

function selectAggregate(plan: TablePlan, field: AggregateField, column: ColumnPlan, dialect: SqlDialect): Selected {
  const { fn, distinct } = field
  const type = aggregateType(plan, column, fn, dialect)
  if (column.hold === 'null' || column.hold === 'stand-in') return selectHeld(plan, field, column, type, dialect)
  const source = dialect.aggregate(fn, aggregated(plan, column, fn, distinct), column.column.type)
  const name = outputName(field)
  // One of the column's own values, and shown as the column shows it.
  const isOwn = (fn === 'min' || fn === 'max') && column.isOther && column.comparable?.value === column.value
  if (isOwn && column.live !== null) {
    return {
      output: { name, encode: column.encode, nullText: 'null' },
      read: dialect.read(source, column.live.type),
      sortBy: source,
    }
  }
  const encode = encodeAggregate(column, type, fn, dialect)
  return { output: { name, encode, nullText: 'null' }, read: dialect.read(source, type), sortBy: source }
}

function selectHeld(plan: TablePlan, field: AggregateField, column: ColumnPlan, type: ColumnType, dialect: SqlDialect): Selected {
  const { source, json } = heldAggregate(plan, column, field.fn, field.distinct)
  const encode = json === null ? dialect.encoder(type) : () => json
  // It is the same in every group.
  return { output: { name: outputName(field), encode, nullText: 'null' }, read: source, sortBy: sql`min(0)` }
}

function aggregated(plan: TablePlan, column: ColumnPlan, fn: Aggregate, distinct: boolean): Sql {
  const value = fn === 'count' ? (column.value ?? liveRef(plan, column)) : comparableOf(plan, column).value
  return distinct ? sql`distinct ${value}` : value
}

/** What the promised type shows, of columns that are of another: extremes within its bounds, sums with its digits. */
function encodeAggregate(column: ColumnPlan, type: ColumnType, fn: Aggregate, dialect: SqlDialect): Encoder {
  const encode = dialect.encoder(type)
  const shown = shownType(column.column)
  const isOwn = fn === 'min' || fn === 'max'
  if (column.live === null || canonicalJson(column.live.type) === canonicalJson(shown)) return encode
  // The statement has made it one of the promised type already.
  const isMade = column.comparable?.value !== column.value && canonicalJson(column.comparable?.type) === canonicalJson(shown)
  if (isOwn && isMade) return encode
  if (!isOwn && !(fn === 'sum' && type.name === 'decimal' && shown.name === 'decimal')) return encode
  const convert = converterOf(isOwn ? column.live.type : type, shown, dialect)
  return convert === null ? encode : (raw) => convert(encode(raw))
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
  if (column.ref === null && column.hold !== 'null' && column.hold !== 'stand-in') unservable(plan.table.name, column.column.name)
  return {
    output: outputOf(column, name),
    read: column.read,
    sortBy: column.comparable?.sorts === false ? null : (column.comparable?.value ?? null),
  }
}

/** The output of a column as it is promised. */
export function outputOf(column: ColumnPlan, name: string = column.column.name): Output {
  return { name, encode: column.encode, nullText: column.nullText }
}

/** The select list: every entry gets an alias of its own, because drivers lose columns of equal names. */
export function selectList(entries: readonly { readonly read: Sql }[]): Sql {
  return sql.join(entries.map(({ read }, index) => sql`${read} as ${sql.id(`c${index}`)}`))
}
