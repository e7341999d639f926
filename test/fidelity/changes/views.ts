import type { EngineName } from '../../support/databases.js'
import { all, inDialects, renameColumn, renameTable, together } from '../alter.js'
import type { Holds } from '../expectation.js'
import { type Change, each, everyEngine, mysqlFamily, on } from './change.js'

const body = (columns: string) => `select ${columns} from orders where status = 'open'`
const anew = (columns: string) => all('drop view open_orders', `create view open_orders as ${body(columns)}`)

/** Views, and what happens to the tables under them. */
export const viewChanges: readonly Change[] = [
  {
    name: 'a view goes',
    rows: ['4'],
    on: ['open_orders.note'],
    apply: all('drop view open_orders'),
    expect: { open_orders: 'unservable' },
  },
  {
    name: 'a view gets another name',
    rows: ['5'],
    engines: ['postgres', 'mariadb', 'mysql'],
    on: ['open_orders.note'],
    apply: inDialects(['rename table open_orders to pending_orders'], ['alter view open_orders rename to pending_orders'], []),
    names: { open_orders: 'pending_orders' },
    // Views have no identity in the MySQL family.
    expect: on(mysqlFamily, { open_orders: 'unservable' }),
  },
  {
    name: 'a view says the same in other words',
    rows: ['7'],
    on: ['open_orders.note'],
    apply: all(
      'drop view open_orders',
      "create view open_orders as select id, customer_id, note from orders where status in ('open')",
    ),
    unseen: everyEngine,
  },
  {
    name: 'a view has its columns in another order',
    rows: ['7', '19'],
    on: ['open_orders.note'],
    apply: anew('note, customer_id, id'),
  },
  {
    name: 'a view gets a column',
    rows: ['8', '15a'],
    on: ['open_orders.note'],
    apply: anew('id, customer_id, note, total'),
    adds: ['open_orders.total'],
  },
  {
    name: 'a view loses a column',
    rows: ['8'],
    on: ['open_orders.note'],
    apply: anew('id, customer_id'),
    expect: { 'open_orders.note': 'null' },
  },
  {
    name: "a view's column has another type",
    rows: ['8'],
    on: ['open_orders.customer_id', 'open_orders.note'],
    apply: inDialects(
      ['drop view open_orders', `create view open_orders as ${body('id, cast(customer_id as char(12)) as customer_id, note')}`],
      ['drop view open_orders', `create view open_orders as ${body('id, customer_id::varchar(12) as customer_id, note')}`],
      ['drop view open_orders', `create view open_orders as ${body('id, cast(customer_id as text) as customer_id, note')}`],
    ),
    expect: { 'open_orders.customer_id': 'converted' },
  },
  {
    name: 'a view becomes a materialized one',
    rows: ['11'],
    engines: ['postgres'],
    on: ['open_orders.note'],
    apply: all('drop view open_orders', `create materialized view open_orders as ${body('id, customer_id, note')}`),
    unseen: everyEngine,
  },
  {
    name: 'a trigger takes the writes of a view',
    rows: ['12'],
    engines: ['sqlite'],
    on: ['open_orders.note'],
    apply: all('create trigger open_insert instead of insert on open_orders begin select 1; end'),
  },
  {
    name: 'the table under a view gets another name',
    rows: ['5', '8'],
    on: ['orders.note', 'open_orders.note'],
    apply: renameTable('orders', 'purchases'),
    names: { orders: 'purchases' },
    // The view is there and cannot be described.
    expect: on(mysqlFamily, { open_orders: 'unservable' }),
  },
  {
    name: 'a column under a view gets another name',
    rows: ['18', '8'],
    on: ['orders.note', 'open_orders.note', 'open_orders.id'],
    apply: renameColumn('orders.note', 'remark'),
    names: { 'orders.note': 'remark' },
    expect: underView,
  },
  {
    name: 'a view and its table change together',
    rows: ['18', '8'],
    on: ['orders.note', 'open_orders.note'],
    apply: together(
      all('drop view open_orders'),
      renameColumn('orders.note', 'remark'),
      all(`create view open_orders as ${body('id, customer_id, remark as note')}`),
    ),
    names: { 'orders.note': 'remark' },
    expect: on(['sqlite', 'mariadb'], { 'orders.note': 'unservable' }),
  },
]

/** PostgreSQL's view keeps the name of its column, SQLite's follows its table by the same proof, and the MySQL family's cannot be described. */
function underView(engine: EngineName): Holds {
  if (engine === 'postgres' || engine === 'sqlite') return {}
  return each('unservable', 'open_orders', ...(engine === 'mariadb' ? ['orders.note'] : []))
}
