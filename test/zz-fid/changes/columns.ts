import { addColumn, all, dropColumn, dropConstraint, inDialects, together } from '../alter.js'
import { create, rebuild } from '../sql.js'
import { type Change, checking, everyEngine } from './change.js'

const addOwner = inDialects(
  ['alter table tickets add column owner varchar(10) not null'],
  ["alter table tickets add column owner varchar(10) not null default ''", 'alter table tickets alter column owner drop default'],
  rebuiltWithOwner(),
)

const otherColumn = together(
  dropColumn('customers.born'),
  addColumn('customers', 'phone integer'),
  all('update customers set phone = id'),
)

/** Columns that come and go. */
export const columnChanges: readonly Change[] = [
  {
    name: 'a column comes',
    rows: ['13'],
    on: ['customers.email', 'orders.note'],
    apply: addColumn('customers', 'phone varchar(20)'),
    adds: ['customers.phone'],
  },
  {
    name: 'a column comes and nobody looks',
    rows: ['13'],
    on: ['customers.email'],
    apply: addColumn('customers', 'phone varchar(20)'),
    unseen: everyEngine,
  },
  {
    name: 'a column with a default comes',
    rows: ['14'],
    on: ['order_lines.memo'],
    apply: addColumn('order_lines', "unit varchar(10) not null default 'piece'"),
    adds: ['order_lines.unit'],
  },
  {
    name: 'a column that inserts must supply comes',
    rows: ['15'],
    on: ['tickets.memo'],
    apply: addOwner,
    expect: { tickets: 'no-inserts' },
  },
  {
    name: 'a column that inserts must supply comes, with a stand-in',
    rows: ['15'],
    on: ['tickets.memo'],
    settings: { standIns: { tickets: { owner: 'nobody' } } },
    apply: addOwner,
  },
  {
    name: 'a computed column comes',
    rows: ['16'],
    on: ['order_lines.qty'],
    apply: (engine) => [
      `alter table order_lines add column twice integer generated always as (qty * 2) ${engine === 'sqlite' ? 'virtual' : 'stored'}`,
    ],
    adds: ['order_lines.twice'],
  },
  {
    name: 'a numbered column comes',
    rows: ['16'],
    engines: ['postgres', 'mariadb', 'mysql'],
    on: ['labels.title'],
    apply: inDialects(
      ['alter table labels add column nr integer not null auto_increment unique'],
      ['alter table labels add column nr serial'],
      [],
    ),
    adds: ['labels.nr'],
    // A unique key comes along.
    merges: true,
  },
  {
    name: 'text that may be NULL goes',
    rows: ['17'],
    on: ['customers.email', 'customers.name'],
    apply: dropColumn('customers.email'),
    expect: { 'customers.email': 'null' },
    unseen: everyEngine,
  },
  ...['age', 'born', 'score', 'details', 'photo'].map(
    (name): Change => ({
      name: `${name}, which may be NULL, goes`,
      rows: ['17'],
      on: [`customers.${name}`],
      apply: dropColumn(`customers.${name}`),
      expect: { [`customers.${name}`]: 'null' },
    }),
  ),
  {
    name: 'a column that is never NULL goes',
    rows: ['17'],
    on: ['orders.region', 'orders.note'],
    apply: dropColumn('orders.region'),
    expect: { 'orders.region': 'unservable' },
    unseen: everyEngine,
  },
  {
    name: 'a column that is never NULL goes, with a stand-in',
    rows: ['17'],
    on: ['orders.region', 'orders.note'],
    settings: { standIns: { orders: { region: 'xx' } } },
    apply: dropColumn('orders.region'),
    expect: { 'orders.region': { standIn: 'xx' } },
  },
  {
    name: 'a referring column goes',
    rows: ['17', '61'],
    on: ['orders.agent_id'],
    apply: (engine) =>
      engine === 'sqlite'
        ? withoutAgent()
        : together(dropConstraint('orders', 'orders_agent', 'foreign key'), dropColumn('orders.agent_id'))(engine),
    expect: { 'orders.agent_id': 'null' },
  },
  {
    name: 'a unique column goes',
    rows: ['17', '59'],
    on: ['orders.seq'],
    apply: (engine) => [
      engine === 'mariadb' || engine === 'mysql' ? 'drop index orders_seq on orders' : 'drop index orders_seq',
      ...dropColumn('orders.seq')(engine),
    ],
    expect: { 'orders.seq': 'unservable' },
  },
  {
    name: 'a part of the key goes',
    rows: ['17', '57'],
    on: ['order_lines.line_no', 'order_lines.memo'],
    apply: inDialects(
      [
        'alter table order_lines add index lines_order_index (order_id)',
        'alter table order_lines drop primary key, drop column line_no',
      ],
      ['alter table order_lines drop column line_no'],
      rebuild('order_lines', { columns: { line_no: null }, key: [] }),
    ),
    expect: { 'order_lines.line_no': 'unservable' },
  },
  {
    name: 'two columns go',
    rows: ['17'],
    on: ['customers.email', 'customers.grade', 'customers.name'],
    apply: together(dropColumn('customers.email'), dropColumn('customers.grade')),
    expect: { 'customers.email': 'null', 'customers.grade': 'unservable' },
  },
  {
    name: 'a column goes and another comes',
    rows: ['17', '13'],
    engines: ['postgres'],
    on: ['customers.born'],
    apply: otherColumn,
    expect: { 'customers.born': 'null' },
    adds: ['customers.phone'],
  },
  {
    name: 'a column goes and another comes, which may be the same',
    rows: ['17', '13'],
    engines: ['sqlite', 'mariadb', 'mysql'],
    on: ['customers.born'],
    apply: otherColumn,
    refuted: { 'customers.born': 'phone' },
    // Nothing tells it from a rename and another type, until an operator does.
    expect: (_, form) => ({ 'customers.born': form === 'pinned' ? 'null' : 'unservable' }),
  },
  {
    name: 'columns stand in another order',
    rows: ['19'],
    engines: ['sqlite', 'mariadb', 'mysql'],
    on: ['tickets.memo', 'tickets.size'],
    apply: (engine) =>
      engine === 'sqlite'
        ? [
            'create table made_anew (memo varchar(20), size integer not null default 1, title varchar(20) not null, id int not null, primary key (id))',
            'insert into made_anew (id, title, size, memo) select id, title, size, memo from tickets',
            'drop table tickets',
            'alter table made_anew rename to tickets',
          ]
        : ['alter table tickets modify memo varchar(20) first'],
    unseen: checking,
  },
  {
    name: 'columns get comments',
    rows: ['20'],
    engines: ['postgres', 'mariadb', 'mysql'],
    on: ['tickets.memo'],
    apply: inDialects(
      ["alter table tickets modify memo varchar(20) comment 'more'"],
      ["comment on column tickets.memo is 'more'"],
      [],
    ),
  },
]

function rebuiltWithOwner(): string[] {
  return [
    `${create('sqlite', 'tickets', { as: 'made_anew', more: ['owner varchar(10) not null'] })}`,
    "insert into made_anew (id, title, size, memo, owner) select id, title, size, memo, '' from tickets",
    'drop table tickets',
    'alter table made_anew rename to tickets',
  ]
}

function withoutAgent(): readonly string[] {
  const constraints = { orders_customer: 'foreign key (customer_id) references customers (id)' }
  return rebuild('orders', { columns: { agent_id: null }, constraints })
}
