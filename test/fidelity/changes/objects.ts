import { all, inDialects, renameTable, together, unlessSqlite } from '../alter.js'
import { create } from '../sql.js'
import { type Change, checking, each, everyEngine, on } from './change.js'

/** Tables that come, go, move and get other names. */
export const objectChanges: readonly Change[] = [
  {
    name: 'a table comes',
    rows: ['1'],
    on: ['customers.name'],
    apply: all('create table invoices (id integer not null primary key, total integer)'),
  },
  {
    name: 'a view comes',
    rows: ['2'],
    on: ['customers.name'],
    apply: all('create view adults as select id, name from customers'),
  },
  {
    name: 'a table goes',
    rows: ['3'],
    on: ['order_lines.memo', 'orders.note'],
    apply: all('drop table order_lines'),
    expect: { order_lines: 'unservable' },
    unseen: everyEngine,
  },
  {
    name: 'a table gets another name',
    rows: ['5'],
    on: ['customers.email', 'orders.agent_id'],
    apply: renameTable('customers', 'clients'),
    names: { customers: 'clients' },
    unseen: everyEngine,
  },
  {
    name: 'a table with a composite key gets another name',
    rows: ['5'],
    on: ['order_lines.memo'],
    apply: renameTable('order_lines', 'positions'),
    names: { order_lines: 'positions' },
  },
  {
    name: 'a table without a key gets another name',
    rows: ['5'],
    on: ['labels.title'],
    apply: renameTable('labels', 'stickers'),
    names: { labels: 'stickers' },
  },
  {
    name: 'a table moves to another schema',
    rows: ['6'],
    engines: ['postgres'],
    on: ['labels.title'],
    apply: all(
      "do $$ begin execute format('create schema %I', current_schema() || '_moved'); execute format('alter table labels set schema %I', current_schema() || '_moved'); end $$",
    ),
    undo: all("do $$ begin execute format('drop schema %I cascade', current_schema() || '_moved'); end $$"),
    expect: { labels: 'unservable' },
    unseen: everyEngine,
  },
  {
    name: 'a view takes the place of a table',
    rows: ['9'],
    on: ['labels.title'],
    apply: together(
      all(
        'create table labels_kept (code varchar(10) not null, title varchar(20))',
        'insert into labels_kept select code, title from labels',
        'drop table labels',
      ),
      all('create view labels as select code, title from labels_kept'),
    ),
    names: { labels: 'labels_kept' },
    // A plain view takes writes by itself but on SQLite; the database decides. MySQL does not tell what a view stored of a row.
    expect: (engine) => (engine === 'sqlite' ? { labels: 'no-writes' } : on(['mysql'], { labels: 'no-inserts' })(engine)),
    // Nor does it know of unique columns.
    meaningless: ['post each'],
  },
  {
    name: 'a table takes the place of a view',
    rows: ['10'],
    on: ['open_orders.note'],
    apply: unlessSqlite(
      ['drop view open_orders', "create table open_orders as select id, customer_id, note from orders where status = 'open'"],
      [
        'drop view open_orders',
        'create table open_orders (id integer not null, customer_id integer not null, note varchar(20))',
        "insert into open_orders select id, customer_id, note from orders where status = 'open'",
      ],
    ),
    merges: true,
  },
  {
    name: 'a table is made anew with the same rows',
    rows: ['+'],
    on: ['tickets.memo', 'tickets.size'],
    apply: together(
      all('create table kept_aside as select * from tickets', 'drop table tickets'),
      (engine) => [create(engine, 'tickets')],
      all('insert into tickets (id, title, size, memo) select id, title, size, memo from kept_aside', 'drop table kept_aside'),
    ),
    unseen: checking,
  },
  {
    name: 'tables exchange their names',
    rows: ['5'],
    on: ['tickets.memo', 'labels.title'],
    apply: together(
      renameTable('tickets', 'between_names'),
      renameTable('labels', 'tickets'),
      renameTable('between_names', 'labels'),
    ),
    names: { tickets: 'labels', labels: 'tickets' },
    // Three renames with two names to show for it prove nothing to SQLite.
    expect: on(['sqlite'], each('unservable', 'tickets', 'labels')),
    unseen: checking,
  },
  {
    name: 'tables of one shape exchange their names',
    rows: ['5'],
    given: (engine) => [create(engine, 'labels', { as: 'stickers' }), "insert into stickers values ('x', 'Xylophone')"],
    on: ['labels.title'],
    apply: together(
      renameTable('stickers', 'between_names'),
      renameTable('labels', 'stickers'),
      renameTable('between_names', 'labels'),
    ),
    names: { labels: 'stickers', stickers: 'labels' },
    expect: on(['sqlite'], each('unservable', 'labels', 'stickers')),
  },
  {
    name: 'a table gets a name and gives it back',
    rows: ['+'],
    on: ['tickets.memo'],
    apply: together(renameTable('tickets', 'away'), renameTable('away', 'tickets')),
    unseen: checking,
  },
  {
    name: 'storage, triggers, statistics',
    rows: ['79'],
    on: ['tickets.memo'],
    apply: inDialects(
      [
        "alter table tickets row_format = dynamic, comment = 'more'",
        'create trigger t_before before insert on tickets for each row set @seen = 1',
      ],
      ['alter table tickets set (fillfactor = 70)', 'analyze tickets', "comment on table tickets is 'more'"],
      ['create trigger t_after after insert on tickets begin select 1; end', 'analyze'],
    ),
    unseen: checking,
  },
]
