import { all, redeclare, retype } from '../alter.js'
import { type Change, each, mysqlFamily, on } from './change.js'

/** What does not tell MariaDB's renames from a drop and an addition. */
const guessed = (column: string) => on(['mariadb'], each('unservable', column))
const email = { on: ['customers.email', 'customers.name'], names: { 'customers.email': 'mail' } }

/** What the MySQL family alone can do to a table, or does in several ways. */
export const familyChanges: readonly Change[] = [
  ...['instant', 'inplace', 'copy'].map(
    (algorithm): Change => ({
      name: `a column comes (${algorithm})`,
      rows: ['13'],
      engines: mysqlFamily,
      on: ['customers.email', 'customers.details'],
      apply: all(`alter table customers add column phone varchar(20), algorithm=${algorithm}`),
      adds: ['customers.phone'],
    }),
  ),
  ...['instant', 'inplace', 'copy'].map(
    (algorithm): Change => ({
      name: `a column goes (${algorithm})`,
      rows: ['17'],
      engines: mysqlFamily,
      on: ['customers.email', 'customers.name'],
      apply: all(`alter table customers drop column email, algorithm=${algorithm}`),
      expect: { 'customers.email': 'null' },
    }),
  ),
  ...['instant', 'inplace'].map(
    (algorithm): Change => ({
      ...email,
      name: `a column gets another name (${algorithm})`,
      rows: ['18'],
      engines: mysqlFamily,
      apply: all(`alter table customers rename column email to mail, algorithm=${algorithm}`),
      expect: guessed('customers.email'),
    }),
  ),
  {
    ...email,
    name: 'a column gets another name (copy)',
    rows: ['18'],
    engines: mysqlFamily,
    apply: all('alter table customers rename column email to mail, algorithm=copy'),
    // A copied table has other numbers, so that nothing proves it.
    expect: each('unservable', 'customers.email'),
  },
  {
    ...email,
    name: 'a column gets another name (change)',
    rows: ['18'],
    engines: mysqlFamily,
    apply: all('alter table customers change email mail varchar(60)'),
    expect: guessed('customers.email'),
  },
  {
    name: 'a column comes first',
    rows: ['13', '19'],
    engines: mysqlFamily,
    on: ['tickets.memo', 'tickets.id'],
    apply: all('alter table tickets add column owner varchar(10) first'),
    adds: ['tickets.owner'],
  },
  {
    name: 'a virtual column comes',
    rows: ['16'],
    engines: mysqlFamily,
    on: ['order_lines.qty'],
    apply: all('alter table order_lines add column twice integer generated always as (qty * 2) virtual'),
    adds: ['order_lines.twice'],
  },
  {
    name: 'a virtual column becomes a stored one',
    rows: ['76'],
    engines: mysqlFamily,
    given: all('alter table order_lines add column twice integer generated always as (qty * 2) virtual'),
    on: ['order_lines.qty'],
    apply: all(
      'alter table order_lines drop column twice',
      'alter table order_lines add column twice integer generated always as (qty * 2) stored',
    ),
  },
  {
    name: 'a column is invisible',
    rows: ['79'],
    engines: mysqlFamily,
    on: ['tickets.memo', 'tickets.title'],
    // It is not of the API, but not gone either.
    expect: each('unservable', 'tickets.memo'),
    apply: redeclare('tickets.memo', {
      type: { sqlite: '', postgres: '', mariadb: 'varchar(20) invisible', mysql: 'varchar(20) invisible' },
    }),
  },
  {
    name: 'an invisible column comes',
    rows: ['13'],
    engines: mysqlFamily,
    on: ['tickets.memo'],
    // Nor is it of the API.
    apply: all('alter table tickets add column owner varchar(10) invisible'),
  },
  {
    name: 'the table is copied',
    rows: ['79'],
    engines: mysqlFamily,
    on: ['tickets.memo', 'counters.title'],
    apply: all('alter table tickets force, algorithm=copy', 'alter table counters engine=innodb'),
  },
  {
    name: 'the table is partitioned',
    rows: ['79'],
    engines: mysqlFamily,
    on: ['tickets.memo', 'tickets.id'],
    apply: all('alter table tickets partition by hash (id) partitions 3'),
  },
  {
    name: 'numbering goes on elsewhere',
    rows: ['79'],
    engines: mysqlFamily,
    on: ['counters.title'],
    apply: all('alter table counters auto_increment = 100'),
    // The number that is made is no promise.
    meaningless: ['post-'],
  },
  {
    name: 'a table has another character set by default',
    rows: ['79'],
    engines: mysqlFamily,
    on: ['tickets.title'],
    apply: all('alter table tickets default character set latin1'),
  },
  {
    name: 'a datetime becomes a timestamp',
    rows: ['40'],
    engines: mysqlFamily,
    on: ['customers.joined', 'customers.name'],
    apply: retype('customers.joined', { mysql: 'timestamp' }),
    expect: { 'customers.joined': 'unservable' },
  },
  {
    name: 'text becomes longer text',
    rows: ['32'],
    engines: mysqlFamily,
    on: ['order_lines.memo'],
    given: retype('order_lines.memo', { mysql: 'tinytext' }),
    apply: retype('order_lines.memo', { mysql: 'longtext' }),
    merges: true,
  },
  {
    name: 'text becomes binary',
    rows: ['26'],
    engines: mysqlFamily,
    on: ['order_lines.memo'],
    apply: retype('order_lines.memo', { mysql: 'varbinary(20)' }),
    expect: { 'order_lines.memo': 'unservable' },
  },
  {
    name: 'integer is filled with zeros',
    rows: ['37', '38'],
    engines: mysqlFamily,
    on: ['tickets.size'],
    apply: retype('tickets.size', { mysql: 'integer(5) zerofill' }),
    // The database shows zeros that nobody was promised.
    expect: { 'tickets.size': 'converted' },
    refused: [['PATCH', 'tickets/5', { size: -1 }]],
  },
  {
    name: 'integer becomes mediumint, integer becomes tinyint',
    rows: ['21b'],
    engines: mysqlFamily,
    on: ['tickets.size', 'order_lines.qty'],
    apply: (engine) => [
      ...retype('tickets.size', { mysql: 'mediumint' })(engine),
      ...retype('order_lines.qty', { mysql: 'tinyint' })(engine),
    ],
    refused: [
      ['PATCH', 'tickets/5', { size: 10_000_000 }],
      ['PATCH', 'order_lines/3,3', { qty: 200 }],
    ],
  },
  {
    name: 'an enum gets a value before the others',
    rows: ['68', '71'],
    engines: mysqlFamily,
    on: ['customers.name'],
    apply: all("alter table customers modify tier enum('none', 'low', 'mid', 'high') not null"),
    merges: true,
  },
  {
    name: 'boolean becomes bit',
    rows: ['37'],
    engines: mysqlFamily,
    on: ['customers.active', 'customers.name'],
    apply: retype('customers.active', { mysql: 'bit(1)' }),
    expect: { 'customers.active': 'converted' },
  },
  {
    name: 'a rule is not enforced any more',
    rows: ['66'],
    engines: ['mysql'],
    on: ['order_lines.qty'],
    apply: all('alter table order_lines alter check lines_qty not enforced'),
  },
  {
    name: 'a unique index is invisible',
    rows: ['67'],
    engines: ['mysql'],
    on: ['orders.seq'],
    apply: all('alter table orders alter index orders_seq invisible'),
  },
  {
    name: 'the table keeps its history',
    rows: ['79'],
    engines: ['mariadb'],
    on: ['tickets.memo', 'tickets.id'],
    apply: all('alter table tickets add system versioning'),
  },
]
