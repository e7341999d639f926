import { addColumn, all, dropColumn, inDialects, renameColumn, renameTable, retype, together } from '../alter.js'
import { create } from '../sql.js'
import { type Change, checking, each, everyEngine, on } from './change.js'

const columns = 'id, title, size, memo'
const copyTo = (table: string) => all(`insert into ${table} (${columns}) select ${columns} from tickets`)

const severalChanges = together(
  retype('order_lines.qty', 'bigint'),
  addColumn('order_lines', 'unit varchar(10)'),
  dropColumn('order_lines.memo'),
)

/** The new table's name, and what the old one is called afterwards. */
const cutOver = (fresh: string, old: string) => together(renameTable('tickets', old), renameTable(fresh, 'tickets'))

/** What migration tools and people make of several statements. */
export const rewriteChanges: readonly Change[] = [
  {
    name: 'an online migration cuts over (_gho, _del)',
    rows: ['+'],
    on: ['tickets.memo', 'tickets.size'],
    apply: together(
      (engine) => [create(engine, 'tickets', { as: '_tickets_gho' })],
      copyTo('_tickets_gho'),
      cutOver('_tickets_gho', '_tickets_del'),
    ),
    unseen: checking,
  },
  {
    name: 'an online migration cuts over and cleans up (_new, _old)',
    rows: ['+'],
    on: ['tickets.memo'],
    apply: together(
      (engine) => [create(engine, 'tickets', { as: '_tickets_new' })],
      copyTo('_tickets_new'),
      cutOver('_tickets_new', '_tickets_old'),
      all('drop table _tickets_old'),
    ),
    unseen: everyEngine,
  },
  {
    name: 'an online migration brings a column',
    rows: ['13'],
    on: ['tickets.memo'],
    apply: together(
      (engine) => [create(engine, 'tickets', { as: '_tickets_gho', more: ['owner varchar(10)'] })],
      copyTo('_tickets_gho'),
      cutOver('_tickets_gho', '_tickets_del'),
    ),
    adds: ['tickets.owner'],
  },
  {
    name: 'an online migration changes a type',
    rows: ['21'],
    on: ['tickets.size', 'tickets.memo'],
    apply: together(
      (engine) => [
        create(engine, 'tickets', {
          as: '_tickets_gho',
          columns: { size: { type: { sqlite: 'bigint', postgres: 'bigint', mariadb: 'bigint', mysql: 'bigint' } } },
        }),
      ],
      copyTo('_tickets_gho'),
      cutOver('_tickets_gho', '_tickets_del'),
    ),
    expect: { 'tickets.size': 'converted' },
  },
  {
    name: 'a new column takes the name of an old one, with its values',
    rows: ['+'],
    on: ['tickets.size', 'tickets.memo'],
    apply: together(
      addColumn('tickets', 'size_new bigint'),
      all('update tickets set size_new = size'),
      renameColumn('tickets.size', 'size_old'),
      renameColumn('tickets.size', 'size', 'size_new'),
      relaxed('size_old'),
    ),
    // Several statements in one look: only PostgreSQL's catalog proves which column is which, and that the newcomer has the values.
    expect: (engine) => ({ 'tickets.size': engine === 'postgres' ? 'converted' : 'unservable' }),
    // The new column has not the default of the old one.
    meaningless: ['post-', 'posts', 'post each'],
    names: { 'tickets.size': 'size_old' },
  },
  {
    name: 'a new column takes the name of an old one, with other values',
    rows: ['+'],
    on: ['tickets.memo', 'tickets.title'],
    apply: together(
      addColumn('tickets', 'memo_new varchar(20)'),
      all("update tickets set memo_new = 'other'"),
      renameColumn('tickets.memo', 'memo_old'),
      renameColumn('tickets.memo', 'memo', 'memo_new'),
    ),
    expect: each('unservable', 'tickets.memo'),
    names: { 'tickets.memo': 'memo_old' },
  },
  {
    name: 'a new key takes the name of the old one',
    rows: ['+', '56'],
    on: ['tickets.id', 'tickets.memo'],
    apply: (engine) =>
      engine === 'sqlite'
        ? []
        : together(addColumn('tickets', 'id_new bigint'), all('update tickets set id_new = id'), keyDance())(engine),
    engines: ['postgres', 'mariadb', 'mysql'],
    // Dropping the key makes the table anew on the MySQL family; what the old key is called the operator says, and that it is none any more.
    expect: (engine, form) => {
      if (engine === 'postgres') return { 'tickets.id': 'converted' }
      return form === 'pinned' ? { tickets: 'no-inserts' } : each('unservable', 'tickets.id')
    },
    names: { 'tickets.id': 'id_old' },
  },
  {
    name: 'several changes to one table',
    rows: ['18', '17', '21', '13'],
    on: ['order_lines.sku', 'order_lines.memo', 'order_lines.qty'],
    apply: severalChanges,
    engines: ['postgres'],
    expect: { 'order_lines.memo': 'null', 'order_lines.qty': 'converted' },
    adds: ['order_lines.unit'],
  },
  {
    name: 'several changes to one table, of which some may be one',
    rows: ['18', '17', '21', '13'],
    engines: ['sqlite', 'mariadb', 'mysql'],
    on: ['order_lines.sku', 'order_lines.memo', 'order_lines.qty'],
    apply: severalChanges,
    refuted: { 'order_lines.memo': 'unit' },
    expect: (_, form) => ({ 'order_lines.memo': form === 'pinned' ? 'null' : 'unservable', 'order_lines.qty': 'converted' }),
  },
  {
    name: 'changes to several tables',
    rows: ['5', '3', '17'],
    on: ['customers.email', 'tickets.memo', 'labels.title'],
    apply: together(
      renameTable('labels', 'stickers'),
      dropColumn('tickets.memo'),
      dropColumn('customers.email'),
      all('drop table order_lines'),
    ),
    names: { labels: 'stickers' },
    expect: (engine) => ({
      ...{ 'tickets.memo': 'null', 'customers.email': 'null', 'order_lines': 'unservable' },
      // The one new table could be either of the two that went.
      ...on(['sqlite'], { labels: 'unservable' })(engine),
    }),
    unseen: everyEngine,
  },
  {
    name: 'a table is renamed and another takes its name, of another shape',
    rows: ['5', '1'],
    on: ['labels.title'],
    apply: together(
      renameTable('labels', 'labels_2023'),
      all('create table labels (id integer not null primary key, colour varchar(10))', "insert into labels values (1, 'red')"),
    ),
    expect: { labels: 'unservable' },
    unseen: everyEngine,
  },
  {
    name: 'a column is renamed while its table is used by a view',
    rows: ['18'],
    on: ['open_orders.note', 'orders.status'],
    apply: renameColumn('orders.total', 'amount'),
    names: { 'orders.total': 'amount' },
    expect: on(['mariadb'], each('unservable', 'orders.total')),
  },
  {
    name: 'names change twice between two looks, in a chain',
    rows: ['18'],
    engines: ['postgres'],
    on: ['customers.email', 'customers.name'],
    apply: together(
      renameColumn('customers.email', 'interim'),
      renameColumn('customers.name', 'email'),
      renameColumn('customers.email', 'name', 'interim'),
    ),
    names: { 'customers.email': 'name', 'customers.name': 'email' },
    unseen: everyEngine,
  },
]

/** A column that is left behind asks nothing of inserts. */
function relaxed(column: string) {
  return inDialects(
    [`alter table tickets modify ${column} integer`],
    [`alter table tickets alter column ${column} drop not null`],
    [],
  )
}

function keyDance() {
  return together(
    inDialects(['alter table tickets drop primary key'], ['alter table tickets drop constraint tickets_pkey'], []),
    all('alter table tickets rename column id to id_old', 'alter table tickets rename column id_new to id'),
    inDialects(
      ['alter table tickets modify id bigint not null, modify id_old integer null, add primary key (id)'],
      [
        'alter table tickets alter column id set not null',
        'alter table tickets add primary key (id)',
        'alter table tickets alter column id_old drop not null',
      ],
      [],
    ),
  )
}
