import { type RawBuilder, sql } from 'kysely'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import type { Output } from '../projection/serialize.js'
import { isOrdered } from '../schema/column-type.js'
import type { OrderNode } from './ast.js'
import { comparableOf } from './equality.js'
import { both, fromTable } from './from.js'
import { afterPosition, isKeyset, type Position, promisesKeyset, type SortKey } from './keyset.js'
import type { ReadQuery } from './read-query.js'
import { type Selected, type SqlContext, selectColumn, selectField, selectInGroup, selectList } from './select-list.js'
import { selectionWhere } from './selection.js'
import { columnNamed, liveRef } from './where.js'

type Sql = RawBuilder<unknown>

/** A list ready to be paged: {@link Listing.page} gives the statement of one page. */
export interface Listing {
  readonly outputs: readonly Output[]
  /** The sort keys' outputs; their values stand behind those of `outputs` in every row. Empty when paging by position is impossible. */
  readonly position: readonly Output[]
  /** Whether the contract promises paging by position, and the columns behind it are not what one can page by any more. */
  readonly isCut: boolean
  page(options: { readonly limit: number | null; readonly offset: number; readonly after: Position | null }): Sql
  /** `select count(*)` over the same rows; with `group`, over the groups. */
  readonly count: Sql
}

/** Plans a list: checks every name, chooses columns, order and paging. Fails before any SQL runs. */
export function planListing(plan: TablePlan, query: ReadQuery, context: SqlContext): Listing {
  const grouped = query.group.length > 0 || query.fields.some((field) => field.kind === 'aggregate')
  const where = selectionWhere(plan, query, context.dialect, 'read')
  return grouped ? planGroups(plan, query, where, context) : planRows(plan, query, where, context)
}

function planRows(plan: TablePlan, query: ReadQuery, where: Sql | null, context: SqlContext): Listing {
  const selected =
    query.fields.length === 0
      ? plan.columns.map((column) => selectColumn(plan, column, column.column.name))
      : query.fields.map((field) => selectField(plan, field, context))
  const keys = sortKeys(plan, query.order)
  const isPromised = plan.keyIsTotal || promisesTotalKey(plan)
  const keyset = isPromised && plan.key.every(({ ref }) => ref !== null) && isKeyset(keys)
  const isCut = isPromised && !keyset && promisesKeyset(keys)
  const position = keyset ? keys.map((key) => selectColumn(plan, key.plan, key.plan.column.name)) : []
  return {
    outputs: selected.map(({ output }) => output),
    position: position.map(({ output }) => output),
    isCut,
    count: sql`select count(*)${fromTable(plan, where)}`,
    page({ limit, offset, after }) {
      const seek = after === null ? null : afterPosition(plan, keys, after, context.dialect, context.can.nulls)
      return sql`select ${selectList([...selected, ...position])}${fromTable(plan, both(where, seek))}${orderBy(keys.map(({ plan: key, descending }) => ({ sortBy: comparableOf(plan, key).value, descending })))}${window(limit, offset)}`
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
  const body = sql`${fromTable(plan, where)}${by.length === 0 ? sql`` : sql` group by ${sql.join(by)}`}${having}`
  return {
    outputs: selected.map(({ output }) => output),
    position: [],
    isCut: false,
    count: sql`select count(*) from (select 1 as one${body}) as counted`,
    page: ({ limit, offset }) => sql`select ${selectList(selected)}${body}${orderBy(order)}${window(limit, offset)}`,
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
  if (limit === null) return offset === 0 ? sql`` : sql` limit ${Number.MAX_SAFE_INTEGER} offset ${offset}`
  return offset === 0 ? sql` limit ${limit}` : sql` limit ${limit} offset ${offset}`
}
