import { addConstraint, all, dropConstraint, inDialects, replaceConstraint, together } from '../alter.js'
import { rebuild } from '../sql.js'
import { type Change, checking } from './change.js'

const withoutLinesKey = inDialects(
  // The reference needs an index of its own.
  ['alter table order_lines add index lines_order_index (order_id)', 'alter table order_lines drop primary key'],
  ['alter table order_lines drop constraint order_lines_pkey'],
  rebuild('order_lines', { key: [] }),
)
const agent = (more: string, of = 'customers') => `foreign key (agent_id) references ${of} (id) ${more}`.trim()
const keyTo = (table: string, columns: string) =>
  inDialects(
    [`alter table ${table} drop primary key, add primary key (${columns})`],
    [`alter table ${table} drop constraint ${table}_pkey`, `alter table ${table} add primary key (${columns})`],
    rebuild(table, { key: columns.split(', ') }),
  )

/** The database takes a row twice that the contract takes once: uniqueness that went is additive. */
const takesTwice = ['post each']

/** Keys, references and rules. */
export const keyChanges: readonly Change[] = [
  {
    name: 'unique columns become the key',
    rows: ['53'],
    on: ['labels.title', 'labels.code'],
    apply: inDialects(
      ['alter table labels add primary key (code)'],
      ['alter table labels add primary key (code)'],
      rebuild('labels', { key: ['code'] }),
    ),
    unseen: checking,
    merges: true,
    // Mode auto has rows with ids and pages with cursors from then on.
    meaningless: (form) => (form === 'auto' ? ['count', 'patch where', 'patch where-'] : []),
  },
  {
    name: 'other columns become the key',
    rows: ['54'],
    on: ['labels.title'],
    apply: inDialects(
      ['alter table labels modify title varchar(20) not null, add primary key (title)'],
      ['alter table labels add primary key (title)'],
      rebuild('labels', { columns: { title: { nullable: false } }, key: ['title'] }),
    ),
    expect: { 'labels.title': 'required' },
    // A row that comes twice breaks the old key and the new one.
    meaningless: ['post each'],
    refused: [['POST', 'labels', { code: 'z', title: 'Ant' }]],
  },
  {
    name: 'the key goes',
    rows: ['55'],
    on: ['order_lines.memo', 'order_lines.line_no'],
    apply: withoutLinesKey,
    unseen: checking,
    meaningless: takesTwice,
  },
  {
    name: 'the key goes, and one row comes twice',
    rows: ['55'],
    on: [],
    apply: together(withoutLinesKey, all("insert into order_lines (order_id, line_no, sku, qty) values (3, 3, 'rod', 5)")),
    ambiguous: ['order_lines/3,3'],
  },
  {
    name: 'the key moves to other columns',
    rows: ['56'],
    on: ['tickets.memo', 'tickets.id'],
    apply: keyTo('tickets', 'size, title'),
    meaningless: takesTwice,
  },
  {
    name: 'the key moves to a column of the same type',
    rows: ['56'],
    given: all('update tickets set size = id * 100'),
    on: ['tickets.memo', 'tickets.title'],
    apply: keyTo('tickets', 'size'),
    meaningless: takesTwice,
  },
  {
    name: 'the key gets another column',
    rows: ['57'],
    on: ['order_lines.memo', 'order_lines.order_id'],
    apply: keyTo('order_lines', 'order_id, line_no, sku'),
    meaningless: takesTwice,
  },
  {
    name: 'values must be unique',
    rows: ['58'],
    on: ['tickets.title', 'tickets.memo'],
    apply: inDialects(
      ['alter table tickets add constraint one_title unique (title)'],
      ['alter table tickets add constraint one_title unique (title)'],
      ['create unique index one_title on tickets (title)'],
    ),
    refused: [['PATCH', 'tickets/5', { title: 'one' }]],
    // Sets one title on every row that it chooses; and a row that comes twice breaks the old key and the new one.
    meaningless: ['patch where', 'post each'],
  },
  {
    name: 'values need not be unique any more',
    rows: ['59'],
    on: ['customers.code'],
    apply: inDialects(['drop index customers_code on customers'], ['drop index customers_code'], ['drop index customers_code']),
    merges: true,
    meaningless: ['post each'],
  },
  {
    name: 'a reference comes',
    rows: ['60'],
    on: ['order_lines.qty'],
    apply: addConstraint('order_lines', 'lines_customer', 'foreign key (qty) references customers (id)'),
    refused: [['PATCH', 'order_lines/3,3', { qty: 99 }]],
  },
  {
    name: 'a reference goes',
    rows: ['61'],
    on: ['orders.agent_id'],
    apply: dropConstraint('orders', 'orders_agent', 'foreign key'),
    merges: true,
  },
  {
    name: 'a reference goes to another table',
    rows: ['62'],
    given: all("insert into tickets (id, title, size) values (9, 'nine', 9)"),
    on: ['orders.agent_id'],
    apply: replaceConstraint('orders', 'orders_agent', 'foreign key', agent('on delete set null', 'tickets')),
    refused: [],
  },
  {
    name: 'a reference keeps what it refers to',
    rows: ['63'],
    on: ['orders.agent_id'],
    apply: replaceConstraint('orders', 'orders_agent', 'foreign key', agent('')),
    refused: [['DELETE', 'customers/4']],
  },
  {
    name: 'a reference takes rows with it',
    rows: ['64'],
    on: ['orders.agent_id'],
    apply: replaceConstraint('orders', 'orders_agent', 'foreign key', agent('on delete cascade')),
    merges: true,
  },
  {
    name: 'a rule comes',
    rows: ['65'],
    on: ['tickets.size'],
    apply: addConstraint('tickets', 'few', 'check (size < 100)'),
    refused: [['PATCH', 'tickets/5', { size: 100 }]],
    unseen: checking,
  },
  {
    name: 'a rule gets tighter',
    rows: ['65'],
    on: ['order_lines.qty'],
    apply: replaceConstraint('order_lines', 'lines_qty', 'check', 'check (qty > 0 and qty < 100)'),
    refused: [['PATCH', 'order_lines/3,3', { qty: 100 }]],
  },
  { name: 'a rule goes', rows: ['66'], on: ['order_lines.qty'], apply: dropConstraint('order_lines', 'lines_qty', 'check') },
  {
    name: 'an index comes',
    rows: ['67'],
    on: ['tickets.title'],
    apply: all('create index by_title on tickets (title)'),
    unseen: checking,
  },
]
