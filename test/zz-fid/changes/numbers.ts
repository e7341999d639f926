import { all, retype, together } from '../alter.js'
import { type Change, checking, each, lost, mysqlFamily, typed } from './change.js'

const converted = (column: string) => ({ on: [column], expect: { [column]: 'converted' as const } })
const to = (column: string, type: Parameters<typeof retype>[1]) => ({ on: [column], apply: retype(column, type) })
/** SQLite has one integer type and one float type, so that others there are no change. */
const sized = typed

/** Numbers of other types, sizes and signs. */
export const numberChanges: readonly Change[] = [
  {
    name: 'integer becomes bigint',
    rows: ['21'],
    ...to('customers.age', 'bigint'),
    ...converted('customers.age'),
    unseen: checking,
  },
  { name: 'a key becomes bigint', rows: ['21'], ...to('tickets.id', 'bigint'), ...converted('tickets.id') },
  {
    name: 'integer becomes bigint, and one is too large',
    rows: ['21'],
    engines: sized,
    on: ['tickets.size'],
    apply: together(retype('tickets.size', 'bigint'), all('update tickets set size = 3000000000 where id = 3')),
    expect: { 'tickets.size': lost('beyond', 3) },
  },
  { name: 'smallint becomes integer', rows: ['21a'], engines: sized, ...to('customers.grade', 'integer'), merges: true },
  {
    name: 'integer becomes smallint',
    rows: ['21b'],
    engines: sized,
    ...to('customers.age', 'smallint'),
    refused: [['PATCH', 'customers/5', { age: 100_000 }]],
  },
  {
    name: 'bigint becomes integer',
    rows: ['22'],
    ...to('customers.points', 'integer'),
    ...converted('customers.points'),
    refused: [['PATCH', 'customers/5', { points: '9007199254740993' }]],
  },
  {
    name: 'double becomes real',
    rows: ['23'],
    engines: sized,
    ...to('customers.score', { postgres: 'real', mysql: 'float' }),
    ...converted('customers.score'),
  },
  {
    name: 'real becomes double',
    rows: ['23'],
    engines: sized,
    given: (engine) => retype('customers.score', { postgres: 'real', mysql: 'float' })(engine),
    ...to('customers.score', { postgres: 'double precision', mysql: 'double' }),
    ...converted('customers.score'),
    unseen: checking,
  },
  { name: 'integer becomes decimal', rows: ['24'], ...to('customers.age', 'decimal(10,2)'), ...converted('customers.age') },
  {
    name: 'integer becomes decimal, and one has a fraction',
    rows: ['24'],
    on: ['tickets.size'],
    apply: together(retype('tickets.size', 'decimal(10,2)'), all('update tickets set size = 3.5 where id = 3')),
    expect: { 'tickets.size': lost('value', 3) },
  },
  {
    name: 'integer becomes double',
    rows: ['24'],
    ...to('customers.age', { postgres: 'double precision', mysql: 'double', sqlite: 'double' }),
    ...converted('customers.age'),
  },
  {
    name: 'decimal becomes integer',
    rows: ['25'],
    ...to('customers.fee', 'integer'),
    ...converted('customers.fee'),
    refused: [['PATCH', 'customers/5', { fee: '1.50' }]],
    unseen: checking,
  },
  {
    name: 'decimal becomes double',
    rows: ['24'],
    ...to('orders.total', { postgres: 'double precision', mysql: 'double', sqlite: 'double' }),
    ...converted('orders.total'),
  },
  { name: 'decimal takes more digits', rows: ['34'], ...to('customers.fee', 'decimal(12,2)'), merges: true },
  {
    name: 'decimal takes fewer digits',
    rows: ['35'],
    engines: sized,
    ...to('customers.fee', 'decimal(5,2)'),
    refused: [['PATCH', 'customers/5', { fee: '12345.00' }]],
  },
  {
    name: 'decimal has more places',
    rows: ['36'],
    ...to('orders.total', 'decimal(12,4)'),
    ...converted('orders.total'),
    merges: true,
  },
  {
    name: 'decimal has fewer places',
    rows: ['36'],
    ...to('customers.fee', 'decimal(8,0)'),
    ...converted('customers.fee'),
    refused: [['PATCH', 'customers/5', { fee: '1.50' }]],
  },
  { name: 'integer with another width', rows: ['37'], engines: ['mariadb'], ...to('tickets.size', 'integer(5)') },
  {
    name: 'boolean becomes tinyint',
    rows: ['37a', '26'],
    engines: mysqlFamily,
    ...to('customers.active', 'tinyint'),
    ...converted('customers.active'),
  },
  {
    name: 'integer loses its sign',
    rows: ['38'],
    engines: mysqlFamily,
    ...to('customers.age', 'integer unsigned'),
    refused: [['PATCH', 'customers/5', { age: -1 }]],
  },
  {
    name: 'integer gets a sign',
    rows: ['39'],
    engines: mysqlFamily,
    given: retype('customers.age', 'integer unsigned'),
    ...to('customers.age', 'integer'),
    ...converted('customers.age'),
  },
  {
    name: 'bigint loses its sign',
    rows: ['38', '39'],
    engines: mysqlFamily,
    ...to('customers.points', 'bigint unsigned'),
    ...converted('customers.points'),
    refused: [['PATCH', 'customers/5', { points: '-1' }]],
  },
  {
    name: 'two numbers become text',
    rows: ['26'],
    engines: sized,
    on: ['orders.seq', 'orders.total'],
    apply: together(retype('orders.seq', 'varchar(20)'), retype('orders.total', 'varchar(20)')),
    expect: each('converted', 'orders.seq', 'orders.total'),
  },
]
