import { type RawBuilder, sql } from 'kysely'
import type { Row } from '../database.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import { finished } from '../projection/finished.js'
import type { TablePlan } from '../projection/projection.js'
import { createSerializer, type Output } from '../projection/serialize.js'
import { isOrdered } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { OrderNode } from './ast.js'
import { comparableOf } from './equality.js'
import { both, countOf, fromTable, fromTold, fromUnguarded, guardedLimit } from './from.js'
import { afterPosition, isKeyset, type Position, promisesKeyset, type SortKey } from './keyset.js'
import type { ReadQuery } from './read-query.js'
import { type RowShape, shapeOf } from './row-shape.js'
import { outputOf, type Selected, type SqlContext, selectInGroup, selectList } from './select-list.js'
import { selectionWhere } from './selection.js'
import { keptShapes } from './shapes.js'
import { columnsChosenBy, toldColumns } from './told.js'
import { columnNamed, liveRef } from './where.js'

type Sql = RawBuilder<unknown>

/** A list ready to be paged: {@link Listing.page} gives the statement of one page. */
export interface Listing {
  readonly outputs: readonly Output[]
  /** A row as JSON text. */
  readonly toJson: (row: Row) => string
  /** The sort keys' outputs; their values stand behind those of `outputs` in every row. Empty when paging by position is impossible. */
  readonly position: readonly Output[]
  /** Whether the contract promises paging by position, and the columns behind it are not what one can page by any more. */
  readonly isCut: boolean
  page(options: PageOptions): Sql
  /** See `toldColumns`: those of a page that is not `guarded`. */
  readonly columns: readonly (Column | null)[] | null
  /** `select count(*)` over the same rows; with `group`, over the groups. */
  readonly count: Sql
  /** What is counted, as a SELECT whose plan tells how many; null for groups. */
  readonly counted: Sql | null
}

export interface PageOptions {
  readonly limit: number | null
  readonly offset: number
  readonly after: Position | null
  /** Whether it is read where nobody looks at the columns. */
  readonly guarded?: boolean
}

/** Plans a list: checks every name, chooses columns, order and paging. Fails before any SQL runs. */
export function planListing(plan: TablePlan, query: ReadQuery, context: SqlContext): Listing {
  const grouped = query.group.length > 0 || query.fields.some((field) => field.kind === 'aggregate')
  const where = selectionWhere(plan, query, context.dialect, 'read')
  return grouped ? planGroups(plan, query, where, context) : planRows(plan, query, where, context)
}

/** What lists of the same columns in the same order have in common. */
interface ListShape extends RowShape {
  readonly keys: readonly SortKey[]
  readonly position: readonly Output[]
  readonly isCut: boolean
  readonly order: Sql
}

const shapes = keptShapes<ListShape>()

function listShape(plan: TablePlan, { fields, order }: ReadQuery, context: SqlContext): ListShape {
  const keys = sortKeys(plan, order)
  const isPromised = plan.keyIsTotal || promisesTotalKey(plan)
  const keyset = isPromised && plan.key.every(({ ref }) => ref !== null) && isKeyset(keys)
  const behind = keyset ? keys.map((key) => key.plan) : []
  const sorted = keys.map(({ plan: key, descending }) => ({ sortBy: comparableOf(plan, key).value, descending }))
  return {
    ...shapeOf(plan, fields, behind, context),
    keys,
    position: behind.map((column) => outputOf(column)),
    isCut: isPromised && !keyset && promisesKeyset(keys),
    order: finished(context.dialect, orderBy(sorted)),
  }
}

function planRows(plan: TablePlan, query: ReadQuery, where: Sql | null, context: SqlContext): Listing {
  const shape = shapes(plan, query.shape, () => listShape(plan, query, context))
  const { outputs, position, isCut, keys, toJson } = shape
  const named = [...columnsChosenBy(plan, query), ...keys.map((key) => key.plan)]
  const columns = toldColumns(plan, shape.columns, named)
  return {
    outputs,
    toJson,
    position,
    isCut,
    columns,
    count: countOf(plan, fromUnguarded(plan, where)),
    counted: sql`select 1${fromTable(plan, where)}`,
    page({ limit, offset, after, guarded = false }) {
      const from = columns === null || guarded ? fromTable : fromTold
      const seek = after === null ? null : afterPosition(plan, keys, after, context.dialect, context.can.nulls)
      return sql`select ${shape.list}${from(plan, both(where, seek))}${shape.order}${window(limit, offset)}`
    },
  }
}

/** Whether the contract has a key that ends an order with no two rows equal, whatever the database keeps apart now. */
function promisesTotalKey({ key }: TablePlan): boolean {
  return key.length > 0 && key.every(({ column }) => !column.nullable)
}

function planGroups(plan: TablePlan, query: ReadQuery, where: Sql | null, context: SqlContext): Listing {
  const selected = query.fields.map((field) => selectInGroup(plan, field, context))
  const groups = query.group.map((name) => columnNamed(plan, name, 'group'))
  checkGrouping(plan, query, selected.length)
  // What reads the same in every row makes no groups, but without rows there are none.
  const by = groups.filter(isLive).map((column) => column.value ?? liveRef(plan, column))
  const having = by.length === 0 && groups.length > 0 ? sql` having count(*) > 0` : sql``
  const order = groupOrder(plan, query, selected, groups)
  const body = (from: typeof fromTable) =>
    sql`${from(plan, where)}${by.length === 0 ? sql`` : sql` group by ${sql.join(by)}`}${having}`
  const outputs = selected.map(({ output }) => output)
  return {
    outputs,
    toJson: createSerializer(plan.table.name, outputs),
    position: [],
    isCut: false,
    columns: null,
    count: countOf(plan, sql` from (select 1 as one${body(fromUnguarded)}) as counted`),
    counted: null,
    page({ limit, offset }) {
      const rows = sql`select ${selectList(selected)}${body(limit === null ? fromTable : fromUnguarded)}${orderBy(order)}`
      return sql`${rows}${limit === null ? window(null, offset) : sql`${guardedLimit(plan, limit)}${offsetBy(offset)}`}`
    },
  }
}

function checkGrouping(plan: TablePlan, query: ReadQuery, selected: number): void {
  if (selected === 0) {
    fail('invalid-parameter', {
      detail: 'group needs fields',
      hint: 'for example fields=status,COUNT(*)&group=status',
      context: { parameter: 'group' },
    })
  }
  for (const field of query.fields) {
    if (field.kind === 'column' && !query.group.includes(field.column)) {
      columnNamed(plan, field.column, 'fields')
      fail('invalid-parameter', {
        detail: `"${field.column}" stands beside an aggregate but is not in group`,
        hint: `add it: group=${[...query.group, field.column].join(',')}`,
        context: { parameter: 'fields' },
      })
    }
  }
}

function groupOrder(plan: TablePlan, query: ReadQuery, selected: readonly Selected[], groups: readonly ColumnPlan[]) {
  if (query.order.length === 0)
    return groups.filter(isLive).map((column) => ({ sortBy: comparableOf(plan, column).value, descending: false }))
  return query.order.flatMap(({ name, descending }) => {
    const alias = selected.find(({ output }) => output.name === name)
    const group = groups.find(({ column }) => column.name === name)
    const own = alias?.sortBy ?? null
    if (own === null && group !== undefined && !isLive(group)) return []
    const sortBy = own ?? (group === undefined ? null : comparableOf(plan, group).value)
    if (sortBy !== null) return { sortBy, descending }
    return fail('invalid-parameter', {
      detail: `a grouped list cannot be ordered by "${name}"`,
      hint:
        didYouMean(name, [...selected.map(({ output }) => output.name), ...query.group]) ??
        'order by a column of group or an alias of fields',
      context: { parameter: 'order' },
    })
  })
}

/** Asked order, then what there is of the primary key: the whole of it keeps pages from overlapping. */
function sortKeys(plan: TablePlan, order: readonly OrderNode[]): SortKey[] {
  const asked = order.map(({ name, descending }) => ({ plan: sortable(plan, columnNamed(plan, name, 'order')), descending }))
  const rest = plan.key.filter((key) => key.ref !== null && !asked.some((one) => one.plan === key))
  // A column that reads the same everywhere puts no row before another.
  return [...asked.filter((key) => isLive(key.plan)), ...rest.map((key) => ({ plan: key, descending: false }))]
}

/** false: every row has the same in it. */
function isLive({ hold }: ColumnPlan): boolean {
  return hold !== 'null' && hold !== 'stand-in'
}

function sortable(plan: TablePlan, column: ColumnPlan): ColumnPlan {
  if (isOrdered(column.column.type) || column.column.type.name === 'any') return column
  return fail('invalid-parameter', {
    detail: `"${plan.table.name}.${column.column.name}" is ${column.column.type.name} and has no order`,
    context: { parameter: 'order', table: plan.table.name, column: column.column.name },
  })
}

function orderBy(keys: readonly { readonly sortBy: Sql; readonly descending: boolean }[]): Sql {
  if (keys.length === 0) return sql``
  return sql` order by ${sql.join(keys.map(({ sortBy, descending }) => (descending ? sql`${sortBy} desc` : sortBy)))}`
}

function window(limit: number | null, offset: number): Sql {
  if (limit === null && offset === 0) return sql``
  return sql` limit ${limit ?? Number.MAX_SAFE_INTEGER}${offsetBy(offset)}`
}

function offsetBy(offset: number): Sql {
  return offset === 0 ? sql`` : sql` offset ${offset}`
}
