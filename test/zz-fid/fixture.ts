import type { EngineName } from '../support/databases.js'

/** A JSON value as the API shows and takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One promised column, with what its five rows hold (the last has a value of its own) and two values more to write. */
export interface ColumnSpec {
  readonly name: string
  /** As declared; null: the engine has no such type, and the table no such column there. */
  readonly type: Record<EngineName, string | null>
  readonly nullable: boolean
  readonly default?: string
  /** An expression that the database computes the column by; it takes no values. */
  readonly generated?: string
  /** Numbered by the database unless the writer supplies a value. */
  readonly numbered?: boolean
  readonly values: readonly Json[]
  readonly fresh: readonly [Json, Json]
}

export interface TableSpec {
  readonly name: string
  /** In key order; empty: the table has no primary key. */
  readonly key: readonly string[]
  readonly columns: readonly ColumnSpec[]
  /** Table constraints, by name. */
  readonly constraints: Readonly<Record<string, string>>
  /** Columns of unique indexes, by the index's name. */
  readonly indexes: Readonly<Record<string, string>>
  /** A text column that most changes leave alone, for requests that do not touch what changed. */
  readonly other: string
}

/** The same type everywhere. */
export function everywhere(type: string): Record<EngineName, string> {
  return { sqlite: type, postgres: type, mariadb: type, mysql: type }
}

type Values = readonly [Json, Json, Json, Json, Json]

function column(
  name: string,
  type: string | Record<EngineName, string | null>,
  values: Values,
  fresh: readonly [Json, Json],
  more: Partial<ColumnSpec> = {},
): ColumnSpec {
  const types = typeof type === 'string' ? everywhere(type) : type
  return { name, type: types, nullable: values.includes(null), values, fresh, ...more }
}

const double = { ...everywhere('double'), postgres: 'double precision' }
const moment = { sqlite: 'timestamp', postgres: 'timestamp(0)', mariadb: 'datetime', mysql: 'datetime' }
const bytes = { ...everywhere('blob'), postgres: 'bytea' }
const labels = { ...everywhere("enum('low', 'mid', 'high')"), sqlite: null, postgres: 'tier' }
const uuid = { sqlite: null, postgres: 'uuid', mariadb: 'uuid', mysql: null }
const list = { sqlite: null, postgres: 'varchar(20)[]', mariadb: null, mysql: null }
const uuids = ['1', '2', '3', '2', '5', '6', '7'].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`)
const [u1 = '', u2 = '', u3 = '', , u5 = '', u6 = '', u7 = ''] = uuids

const customers: TableSpec = {
  name: 'customers',
  key: ['id'],
  other: 'name',
  columns: [
    column('id', 'integer', [1, 2, 3, 4, 5], [6, 7]),
    column('name', 'varchar(40)', ['Ada', 'Bo', 'Cy', 'Di', 'Eve'], ['Flo', 'Gus']),
    column('email', 'varchar(60)', ['ada@x', 'bo@x', null, 'bo@x', 'eve@x'], ['flo@x', 'gus@x']),
    column('age', 'integer', [36, 41, null, 41, 29], [50, 51]),
    column('grade', 'smallint', [1, 2, 3, 2, 5], [4, 6]),
    column('fee', 'decimal(8,2)', ['10.00', '20.00', '5.00', '20.00', '7.00'], ['8.00', '9.00']),
    column('active', 'boolean', [true, true, true, true, false], [true, true]),
    column('born', 'date', ['1990-01-31', '1985-05-05', null, '1985-05-05', '2000-02-29'], ['1999-09-09', '1998-08-08']),
    column(
      'joined',
      moment,
      ['2024-01-01T10:00:00', '2024-02-02T00:00:00', null, '2024-02-02T00:00:00', '2024-05-05T05:05:05'],
      ['2024-06-06T06:06:06', '2024-07-07T07:07:07'],
    ),
    column('score', double, [0.5, 1.5, null, 1.5, -2.25], [3.5, 4.5]),
    column('points', 'bigint', ['10', '20', '30', '20', '50'], ['60', '70']),
    column('code', 'varchar(12)', ['101', '102', null, '104', '105'], ['106', '107']),
    column('ref', 'varchar(36)', [u1, u2, u3, u2, u5], [u6, u7]),
    column('details', 'json', [{ a: 1 }, [1, 2], null, [1, 2], { b: 'x' }], [{ c: 2 }, { d: 3 }]),
    column('photo', bytes, ['AQID', '////', null, '////', 'AAAA'], ['BBBB', 'CCCC']),
    column('alarm', 'time', ['07:00:00', '08:30:00', null, '08:30:00', '23:59:59'], ['06:00:00', '05:00:00']),
    column('tier', labels, ['low', 'mid', 'low', 'mid', 'high'], ['low', 'mid']),
    column('uid', uuid, [u1, u2, u3, u2, u5], [u6, u7]),
    column('tags', list, [['a'], ['a', 'b'], null, ['a', 'b'], []], [['c'], ['d']]),
  ],
  constraints: {},
  indexes: { customers_code: 'code' },
}

const orders: TableSpec = {
  name: 'orders',
  key: ['id'],
  other: 'status',
  columns: [
    column('id', 'integer', [1, 2, 3, 4, 5], [6, 7]),
    column('seq', 'integer', [11, 12, 13, 14, 15], [16, 17]),
    column('customer_id', 'integer', [1, 2, 1, 2, 3], [2, 3]),
    column('agent_id', 'integer', [1, 2, null, 2, 4], [3, 1]),
    column('region', 'varchar(10)', ['eu', 'us', 'zz', 'us', 'ap'], ['af', 'an'], { default: "'eu'" }),
    column('status', 'varchar(10)', ['open', 'open', 'open', 'done', 'late'], ['held', 'sent']),
    column('note', 'varchar(20)', ['call', 'mail', null, 'mail', 'wait'], ['stop', 'slow'], { default: "'none'" }),
    column('total', 'decimal(8,2)', ['1.50', '2.50', '3.00', '2.50', '9.99'], ['4.40', '5.50'], { nullable: true }),
  ],
  constraints: {
    orders_customer: 'foreign key (customer_id) references customers (id)',
    orders_agent: 'foreign key (agent_id) references customers (id) on delete set null',
  },
  indexes: { orders_seq: 'seq' },
}

const orderLines: TableSpec = {
  name: 'order_lines',
  key: ['order_id', 'line_no'],
  other: 'sku',
  columns: [
    column('order_id', 'integer', [1, 1, 2, 2, 3], [4, 5]),
    column('line_no', 'integer', [1, 2, 1, 2, 3], [1, 1]),
    column('sku', 'varchar(20)', ['bolt', 'nut', 'pin', 'nut', 'rod'], ['cog', 'cam']),
    column('qty', 'integer', [1, 2, 3, 2, 5], [4, 4]),
    column('memo', 'varchar(20)', ['a', 'b', null, 'b', 'c'], ['d', 'e']),
  ],
  constraints: {
    lines_order: 'foreign key (order_id) references orders (id)',
    lines_qty: 'check (qty > 0)',
  },
  indexes: {},
}

const keyless: TableSpec = {
  name: 'labels',
  key: [],
  other: 'title',
  columns: [
    column('code', 'varchar(10)', ['a', 'b', 'c', 'd', 'e'], ['f', 'g']),
    column('title', 'varchar(20)', ['Ant', 'Bee', 'Cat', 'Dog', 'Elk'], ['Fox', 'Gnu'], { nullable: true }),
  ],
  constraints: {},
  indexes: { labels_code: 'code' },
}

const tickets: TableSpec = {
  name: 'tickets',
  key: ['id'],
  other: 'title',
  columns: [
    column('id', { ...everywhere('integer'), sqlite: 'int' }, [1, 2, 3, 4, 5], [6, 7]),
    column('title', 'varchar(20)', ['one', 'two', 'three', 'four', 'five'], ['six', 'seven']),
    column('size', 'integer', [1, 2, 3, 2, 5], [4, 6], { default: '1' }),
    column('memo', 'varchar(20)', ['a', 'b', null, 'b', 'c'], ['d', 'e']),
  ],
  constraints: {},
  indexes: {},
}

const counters: TableSpec = {
  name: 'counters',
  key: ['id'],
  other: 'title',
  columns: [
    column('id', 'integer', [1, 2, 3, 4, 5], [6, 7], { numbered: true }),
    column('title', 'varchar(20)', ['one', 'two', 'three', 'four', 'five'], ['six', 'seven']),
    column('width', 'integer', [1, 2, 3, 2, 5], [4, 6]),
    column('area', 'integer', [2, 4, 6, 4, 10], [8, 12], { generated: 'width * 2', nullable: true }),
  ],
  constraints: {},
  indexes: {},
}

const openOrders: TableSpec = {
  name: 'open_orders',
  key: [],
  other: 'note',
  columns: ['id', 'customer_id', 'note'].map((name) => orders.columns.find((one) => one.name === name) as ColumnSpec),
  constraints: {},
  indexes: {},
}

/** Promised tables; a table that refers to another comes after it. */
export const tables: readonly TableSpec[] = [customers, orders, orderLines, keyless, tickets, counters]
/** The promised view, as a table of the columns it has. */
export const view = openOrders
/** What the view is of. */
export const viewBody = "select id, customer_id, note from orders where status = 'open'"

export function tableNamed(name: string): TableSpec {
  const found = [...tables, view].find((table) => table.name === name)
  if (found === undefined) throw new Error(`the fixture has no table ${name}`)
  return found
}

/** The columns that an engine has. */
export function columnsOf(table: TableSpec, engine: EngineName): readonly ColumnSpec[] {
  return table.columns.filter(({ type }) => type[engine] !== null)
}

/** `customers.email` taken apart. */
export function splitName(name: string): readonly [table: string, column: string] {
  const [table = '', column = ''] = name.split('.')
  return [table, column]
}
