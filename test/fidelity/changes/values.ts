import { all, inDialects, redeclare, retype, together } from '../alter.js'
import { everywhere } from '../fixture.js'
import { type Change, checking, lost, mysqlFamily, on, typed } from './change.js'

const converted = (column: string) => ({ on: [column], expect: { [column]: 'converted' as const } })
const to = (column: string, type: Parameters<typeof retype>[1], using?: string) => ({
  on: [column],
  apply: retype(column, type, using),
})
const uuids = ['postgres', 'mariadb'] as const
const long = 'x'.repeat(70)

/** Text, times, enums and the rest, of other types. */
export const valueChanges: readonly Change[] = [
  {
    name: 'integer becomes text',
    rows: ['26'],
    ...to('customers.age', 'varchar(12)'),
    ...converted('customers.age'),
    unseen: checking,
  },
  {
    name: 'integer becomes text, and one is no number',
    rows: ['26'],
    on: ['tickets.size'],
    apply: together(retype('tickets.size', 'varchar(12)'), all("update tickets set size = 'many' where id = 3")),
    expect: { 'tickets.size': lost('value', 3) },
  },
  { name: 'bigint becomes text', rows: ['26'], ...to('customers.points', 'varchar(20)'), ...converted('customers.points') },
  { name: 'a key becomes text', rows: ['26'], ...to('tickets.id', 'varchar(12)'), ...converted('tickets.id') },
  {
    name: 'text becomes integer',
    rows: ['26'],
    ...to('customers.code', 'integer'),
    ...converted('customers.code'),
    refused: [
      ['PATCH', 'customers/5', { code: 'C7' }],
      ['PATCH', 'customers/5', { code: '07' }],
    ],
  },
  {
    name: 'boolean becomes integer',
    rows: ['26'],
    engines: ['sqlite', 'mariadb', 'mysql'],
    ...to('customers.active', 'integer'),
    ...converted('customers.active'),
  },
  {
    name: 'boolean becomes integer',
    rows: ['26'],
    engines: ['postgres'],
    ...to('customers.active', 'integer', 'active::integer'),
    ...converted('customers.active'),
  },
  {
    name: 'boolean becomes text',
    rows: ['26'],
    engines: ['postgres'],
    ...to('customers.active', 'varchar(5)'),
    // `t`, `yes` and `1` are true as well: no text is the one of a boolean.
    expect: { 'customers.active': 'unservable' },
  },
  {
    name: 'JSON becomes text',
    rows: ['26'],
    engines: typed,
    ...to('customers.details', { postgres: 'text', mysql: 'text' }),
    // Two spellings of one value are two texts.
    expect: (engine) => ({ 'customers.details': engine === 'postgres' ? 'converted' : 'unsorted' }),
    // MySQL respells what a JSON column is given, but no text: blanks in JSON are no promise.
    alike: (text) => text.replaceAll(/([:,]) /g, '$1'),
  },
  {
    name: 'an array becomes text',
    rows: ['26'],
    engines: ['postgres'],
    ...to('customers.tags', 'text'),
    expect: { 'customers.tags': 'unservable' },
  },
  {
    name: 'binary becomes text',
    rows: ['26'],
    engines: ['postgres'],
    ...to('customers.photo', 'text', "encode(photo, 'hex')"),
    expect: { 'customers.photo': 'unservable' },
  },
  {
    name: 'text becomes uuid',
    rows: ['27'],
    engines: uuids,
    ...to('customers.ref', 'uuid'),
    ...converted('customers.ref'),
    refused: [['PATCH', 'customers/5', { ref: 'none' }]],
  },
  {
    name: 'uuid becomes text',
    rows: ['28'],
    engines: uuids,
    ...to('customers.uid', 'varchar(36)'),
    ...converted('customers.uid'),
  },
  {
    name: 'date becomes text',
    rows: ['28'],
    engines: typed,
    ...to('customers.born', 'varchar(10)'),
    ...converted('customers.born'),
  },
  {
    name: 'date becomes text, and one is no date',
    rows: ['28'],
    engines: typed,
    on: ['customers.born'],
    apply: together(retype('customers.born', 'varchar(10)'), all("update customers set born = 'unknown' where id = 3")),
    expect: { 'customers.born': lost('value', 3) },
    // What was NULL in the contract is there now, and is none.
    meaningless: ['null'],
  },
  {
    name: 'date becomes timestamp',
    rows: ['29'],
    engines: typed,
    ...to('customers.born', { postgres: 'timestamp', mysql: 'datetime' }),
    ...converted('customers.born'),
  },
  {
    name: 'time becomes text',
    rows: ['28'],
    engines: typed,
    ...to('customers.alarm', 'varchar(20)'),
    ...converted('customers.alarm'),
  },
  {
    name: 'timestamp becomes text',
    rows: ['28'],
    engines: typed,
    ...converted('customers.joined'),
    apply: (engine) => [
      ...retype('customers.joined', 'varchar(30)', 'to_char(joined, \'YYYY-MM-DD"T"HH24:MI:SS\')')(engine),
      ...(engine === 'postgres' ? [] : ["update customers set joined = replace(joined, ' ', 'T')"]),
    ],
  },
  {
    name: 'timestamp becomes text as the database spells it',
    rows: ['28'],
    engines: typed,
    // A text is a timestamp only in the one spelling that the contract has for it, and equals none in another.
    meaningless: ['eq', 'count'],
    on: ['customers.joined'],
    apply: together(
      retype('customers.joined', 'varchar(30)'),
      all("update customers set joined = replace(joined, ' ', 'T') where id > 3"),
    ),
    expect: { 'customers.joined': lost('value', 1, 2) },
  },
  { name: 'text takes more characters', rows: ['30'], ...to('customers.name', 'varchar(80)'), merges: true },
  {
    name: 'text takes fewer characters',
    rows: ['31'],
    engines: typed,
    ...to('customers.email', 'varchar(20)'),
    refused: [['PATCH', 'customers/5', { email: long.slice(0, 50) }]],
  },
  { name: 'text loses its limit', rows: ['32'], ...to('order_lines.memo', 'text'), merges: true },
  {
    name: 'text gets a limit',
    rows: ['33'],
    engines: typed,
    given: retype('order_lines.memo', 'text'),
    ...to('order_lines.memo', 'varchar(20)'),
    refused: [['PATCH', 'order_lines/3,3', { memo: long }]],
  },
  { name: 'text becomes blank-padded', rows: ['37'], ...to('order_lines.memo', 'char(20)') },
  {
    name: 'timestamps keep fractions',
    rows: ['37'],
    engines: typed,
    ...to('customers.joined', { postgres: 'timestamp(6)', mysql: 'datetime(6)' }),
    // The database shows digits that nobody was promised.
    expect: on(mysqlFamily, { 'customers.joined': 'converted' }),
  },
  {
    name: 'a timestamp gets a zone',
    rows: ['40'],
    engines: ['postgres'],
    ...to('customers.joined', 'timestamptz'),
    expect: { 'customers.joined': 'unservable' },
  },
  {
    name: 'a domain over the type',
    rows: ['41'],
    engines: ['postgres'],
    on: ['tickets.size'],
    apply: all('create domain small as integer check (value < 100)', 'alter table tickets alter column size type small'),
    refused: [['PATCH', 'tickets/5', { size: 100 }]],
  },
  {
    name: 'another collation',
    rows: ['42'],
    on: ['tickets.title'],
    apply: inDialects(
      ['alter table tickets modify title varchar(20) collate utf8mb4_bin not null'],
      ['alter table tickets alter column title type varchar(20) collate "C"'],
      redeclare('tickets.title', { type: everywhere('varchar(20) collate binary') })('sqlite'),
    ),
  },
  {
    name: 'a smaller character set',
    rows: ['43'],
    engines: mysqlFamily,
    on: ['order_lines.memo'],
    apply: all('alter table order_lines modify memo varchar(20) character set latin1'),
    refused: [['PATCH', 'order_lines/3,3', { memo: '🙂' }]],
  },
  {
    name: 'an enum gets a value',
    rows: ['68'],
    engines: typed,
    on: ['customers.tier'],
    apply: enumTo("'low', 'mid', 'high', 'top'", "alter type tier add value 'top'"),
    merges: true,
  },
  {
    name: 'an enum loses a value',
    rows: ['69'],
    engines: typed,
    on: ['customers.tier'],
    given: enumTo("'low', 'mid', 'high', 'top'", "alter type tier add value 'top'"),
    apply: enumTo("'low', 'mid', 'high'", ...madeEnum("'low', 'mid', 'high'")),
    refused: [['PATCH', 'customers/5', { tier: 'top' }]],
  },
  {
    name: "an enum's value gets another name",
    rows: ['70'],
    engines: ['postgres'],
    on: ['customers.tier'],
    apply: all("alter type tier rename value 'mid' to 'middle'"),
    expect: { 'customers.tier': 'converted' },
  },
  {
    name: "an enum's values stand in another order",
    rows: ['71'],
    engines: typed,
    on: ['customers.name'],
    apply: enumTo("'high', 'mid', 'low'", ...madeEnum("'high', 'mid', 'low'")),
  },
  {
    name: 'an enum becomes text',
    rows: ['28'],
    engines: typed,
    ...to('customers.tier', 'varchar(10)'),
    // Labels sort by their places, which their text does not tell.
    expect: { 'customers.tier': 'unsorted' },
  },
  {
    name: 'text becomes an enum',
    rows: ['72'],
    engines: typed,
    on: ['orders.region'],
    apply: (engine) =>
      engine === 'postgres'
        ? ["create type area as enum ('af', 'an', 'ap', 'eu', 'us', 'zz')", ...retype('orders.region', 'area')(engine)]
        : retype('orders.region', "enum('af', 'an', 'ap', 'eu', 'us', 'zz')")(engine),
    refused: [['PATCH', 'orders/5', { region: 'xx' }]],
  },
]

function enumTo(values: string, ...postgres: readonly string[]) {
  return inDialects([`alter table customers modify tier enum(${values}) not null`], postgres, [])
}

/** PostgreSQL takes no label away: the column gets another type of the same name. */
function madeEnum(values: string): string[] {
  return [
    'alter type tier rename to old_tier',
    `create type tier as enum (${values})`,
    'alter table customers alter column tier type tier using tier::text::tier',
    'drop type old_tier',
  ]
}
