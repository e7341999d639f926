import { addColumn, dropColumn, renameColumn, renameTable, retype, together } from '../alter.js'
import { type Change, checking, each, everyEngine, on } from './change.js'

/** What MariaDB's catalog cannot tell from a drop and an addition. */
const guessed = (...columns: readonly string[]) => on(['mariadb'], each('unservable', ...columns))
/** What only PostgreSQL's catalog proves when other things happened besides. */
const provenOnPostgres = (...columns: readonly string[]) => on(['sqlite', 'mariadb', 'mysql'], each('unservable', ...columns))
const rename = (column: string, to: string) => ({ apply: renameColumn(column, to), names: { [column]: to } })

/** Columns with other names. */
export const renameChanges: readonly Change[] = [
  {
    name: 'a column gets another name',
    rows: ['18'],
    on: ['customers.email', 'customers.name'],
    ...rename('customers.email', 'mail'),
    expect: guessed('customers.email'),
    unseen: everyEngine,
  },
  ...['age', 'active', 'born', 'points', 'details', 'photo', 'tier', 'uid', 'tags'].map(
    (name): Change => ({
      name: `${name} gets another name`,
      rows: ['18'],
      ...(name === 'tier' ? { engines: ['postgres', 'mariadb', 'mysql'] as const } : {}),
      ...(name === 'uid' ? { engines: ['postgres', 'mariadb'] as const } : {}),
      ...(name === 'tags' ? { engines: ['postgres'] as const } : {}),
      on: [`customers.${name}`],
      ...rename(`customers.${name}`, `x_${name}`),
      expect: guessed(`customers.${name}`),
    }),
  ),
  {
    name: 'a rename that the configuration says',
    rows: ['18'],
    on: ['customers.email'],
    ...rename('customers.email', 'mail'),
    settings: { renames: { columns: { customers: { email: 'mail' } } } },
    unseen: everyEngine,
  },
  {
    name: 'a likely rename that is trusted',
    rows: ['18'],
    on: ['order_lines.memo'],
    ...rename('order_lines.memo', 'remark'),
    settings: { trustLikelyRenames: true },
  },
  {
    name: 'a key column gets another name',
    rows: ['18'],
    on: ['customers.id', 'customers.email', 'orders.customer_id'],
    ...rename('customers.id', 'customer_no'),
    expect: guessed('customers.id'),
    unseen: everyEngine,
  },
  {
    name: 'a part of the key gets another name',
    rows: ['18'],
    on: ['order_lines.line_no', 'order_lines.memo'],
    ...rename('order_lines.line_no', 'position_no'),
    expect: guessed('order_lines.line_no'),
  },
  {
    name: 'a referring part of the key gets another name',
    rows: ['18'],
    on: ['order_lines.order_id', 'order_lines.memo'],
    ...rename('order_lines.order_id', 'purchase_no'),
    expect: guessed('order_lines.order_id'),
  },
  {
    name: 'a referring column gets another name',
    rows: ['18'],
    on: ['orders.agent_id'],
    ...rename('orders.agent_id', 'clerk'),
    expect: guessed('orders.agent_id'),
    unseen: everyEngine,
  },
  {
    name: 'a unique column gets another name',
    rows: ['18'],
    on: ['orders.seq'],
    ...rename('orders.seq', 'ordinal'),
    expect: guessed('orders.seq'),
  },
  {
    name: 'a numbered column gets another name',
    rows: ['18'],
    on: ['counters.title'],
    ...rename('counters.id', 'counter_no'),
    expect: guessed('counters.id'),
    meaningless: ['post-'],
  },
  {
    name: 'two columns get other names',
    rows: ['18'],
    on: ['customers.email', 'customers.age'],
    apply: together(renameColumn('customers.email', 'mail'), renameColumn('customers.age', 'years')),
    names: { 'customers.email': 'mail', 'customers.age': 'years' },
    expect: guessed('customers.email', 'customers.age'),
    unseen: everyEngine,
  },
  {
    name: 'a column gets a name by way of another',
    rows: ['18'],
    on: ['order_lines.memo'],
    apply: together(renameColumn('order_lines.memo', 'interim'), renameColumn('order_lines.memo', 'remark', 'interim')),
    names: { 'order_lines.memo': 'remark' },
    // SQLite sees two steps and one new name.
    expect: on(['sqlite', 'mariadb'], each('unservable', 'order_lines.memo')),
  },
  {
    name: 'a column gets a name and gives it back',
    rows: ['+'],
    on: ['customers.email'],
    apply: together(renameColumn('customers.email', 'mail'), renameColumn('customers.email', 'email', 'mail')),
    unseen: everyEngine,
  },
  {
    name: 'a table and its column get other names',
    rows: ['5', '18'],
    on: ['customers.email', 'customers.age'],
    apply: together(renameTable('customers', 'clients'), renameColumn('clients.email', 'mail')),
    names: { 'customers': 'clients', 'customers.email': 'mail' },
    expect: guessed('customers.email'),
    unseen: everyEngine,
  },
  {
    name: 'a table and its key column get other names',
    rows: ['5', '18'],
    on: ['tickets.id', 'tickets.memo'],
    apply: together(renameColumn('tickets.id', 'ticket_no'), renameTable('tickets', 'cards')),
    names: { 'tickets': 'cards', 'tickets.id': 'ticket_no' },
    expect: guessed('tickets.id'),
  },
  {
    name: 'a rename and a drop',
    rows: ['18', '17'],
    on: ['customers.name', 'customers.born'],
    apply: together(renameColumn('customers.name', 'full_name'), dropColumn('customers.born')),
    names: { 'customers.name': 'full_name' },
    // Where a rename is not proven, the new name could be that of either: types can change besides.
    expect: (engine, form) => ({
      ...provenOnPostgres('customers.name')(engine),
      'customers.born': engine !== 'postgres' && form !== 'pinned' ? 'unservable' : 'null',
    }),
  },
  {
    name: 'a rename and an addition',
    rows: ['18', '13'],
    on: ['customers.name', 'customers.age'],
    apply: together(renameColumn('customers.name', 'full_name'), addColumn('customers', 'phone varchar(20)')),
    names: { 'customers.name': 'full_name' },
    expect: provenOnPostgres('customers.name'),
    unseen: checking,
  },
  {
    name: 'a rename and another type',
    rows: ['18', '21'],
    on: ['order_lines.qty', 'order_lines.memo'],
    apply: (engine) => {
      if (engine === 'postgres')
        return [...renameColumn('order_lines.qty', 'pieces')(engine), 'alter table order_lines alter column pieces type bigint']
      if (engine === 'sqlite')
        return [...retype('order_lines.qty', 'bigint')(engine), ...renameColumn('order_lines.qty', 'pieces')(engine)]
      return [
        `alter table order_lines drop ${engine === 'mysql' ? 'check' : 'constraint'} lines_qty, change qty pieces bigint not null`,
      ]
    },
    names: { 'order_lines.qty': 'pieces' },
    expect: (engine, form) =>
      engine === 'postgres' || form === 'pinned' ? { 'order_lines.qty': 'converted' } : each('unservable', 'order_lines.qty'),
  },
  {
    name: 'two columns of different types exchange their names',
    rows: ['+'],
    on: ['orders.note', 'orders.total', 'orders.status'],
    given: () => ['drop view open_orders', 'create view open_orders as select id, customer_id, status as note from orders'],
    apply: exchange('orders', 'note', 'total'),
    names: { 'orders.note': 'total', 'orders.total': 'note' },
    expect: (engine, form) =>
      form === 'pinned' ? {} : on(['sqlite', 'mariadb'], each('unservable', 'orders.note', 'orders.total'))(engine),
    unseen: checking,
  },
  {
    name: 'two columns of one type exchange their names',
    rows: ['+'],
    // MariaDB shows no trace of it: docs/contract.md says so.
    engines: ['sqlite', 'postgres', 'mysql'],
    on: ['order_lines.sku', 'order_lines.memo'],
    apply: exchange('order_lines', 'sku', 'memo'),
    names: { 'order_lines.sku': 'memo', 'order_lines.memo': 'sku' },
    expect: on(['sqlite'], each('unservable', 'order_lines.sku', 'order_lines.memo')),
    unseen: checking,
  },
]

function exchange(table: string, one: string, other: string) {
  return together(
    renameColumn(`${table}.${one}`, 'between_names'),
    renameColumn(`${table}.${other}`, one),
    renameColumn(`${table}.${one}`, other, 'between_names'),
  )
}
