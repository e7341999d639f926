import type { EngineName } from '../support/databases.js'

/** A live column's type, the promised one, and values as SQL. */
export interface Pair {
  readonly live: string
  readonly contract: string
  readonly values: readonly string[]
  /** Values that convert and that `fits` may turn down, because the database cannot be sure. */
  readonly unsure?: readonly string[]
}

const quoted = (...texts: string[]) => texts.map((text) => `'${text}'`)

const wholes = ['0', '1', '-1', '7', '-128', '127', '128', '32767', '-32768', '32768', '2147483647', '-2147483648']
const huge = [
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
]
const decimals = ['0', '1', '-1', '7.00', '7.50', '-0.01', '19.90', '2147483647', '2147483648', '-99999999.99']
const wholeTexts = quoted(
  '7',
  '07',
  '+7',
  ' 7',
  '7 ',
  '',
  '-7',
  '-0',
  '0',
  '10',
  '9',
  'x',
  '7x',
  '7.0',
  '1e3',
  '2147483648',
  '99999999999999999999999',
  '٧',
  '9223372036854775807',
  '9223372036854775808',
)
const decimalTexts = quoted(
  '19.90',
  '19.9',
  '-0.50',
  '-0.00',
  '0.00',
  '7',
  '7.00',
  '.50',
  '100.00',
  '99999.00',
  '123456789.00',
  'x',
  '',
  '1e2',
  'NaN',
  ' 7.00',
  '7.00 ',
  '-7.25',
)
const dayTexts = quoted(
  '2024-02-29',
  '2023-02-29',
  '2000-02-29',
  '1900-02-29',
  '2024-04-31',
  '2024-13-01',
  '0001-01-01',
  '0000-01-01',
  '9999-12-31',
  '2024-2-9',
  '',
  'x',
  'infinity',
  '2024-02-29 ',
  '2024-02-29T00:00:00',
  'today',
  '12024-01-01',
)
const uuids = quoted(
  '01890a5d-ac96-774b-bcce-b302099a8057',
  '6f1c2b8e-27a5-4b0e-9c55-000000000001',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
)
const uuidTexts = [
  ...uuids,
  ...quoted(
    '01890A5D-AC96-774B-BCCE-B302099A8057',
    '',
    'x',
    '01890a5dac96774bbcceb302099a8057',
    '{6f1c2b8e-27a5-4b0e-9c55-000000000001}',
  ),
]
const days = quoted('2024-02-29', '1999-12-31', '2024-01-01', '9999-12-31')
const moments = quoted(
  '2024-02-29 00:00:00',
  '2024-02-29 12:00:00.5',
  '1999-12-31 23:59:59',
  '2024-01-01 00:00:00',
  '2024-01-01 00:00:00.25',
)
const momentTexts = (zone: string, half: string) =>
  quoted(
    ...[
      '2024-02-29T12:00:00',
      '2024-02-29T00:00:00',
      '2023-02-29T12:00:00',
      '2024-02-29T24:00:00',
      '2024-02-29T12:60:00',
      '1999-12-31T23:59:59',
      '2024-02-29 12:00:00',
    ].map((one) => one + half + zone),
    `2024-02-29T12:00:00${zone}`,
    `2024-02-29T12:00:00.50${zone}`,
    `2024-02-29T12:00:00.5${zone}`,
    `2024-02-29T12:00:00.1234567${zone}`,
    '',
    'x',
    'now',
    `2024-02-29T12:00:00${zone === '' ? 'Z' : ''}`,
  )

const postgres: readonly Pair[] = [
  { live: 'bigint', contract: 'integer', values: [...wholes, ...huge] },
  { live: 'bigint', contract: 'smallint', values: [...wholes, ...huge] },
  { live: 'integer', contract: 'bigint', values: wholes },
  { live: 'numeric', contract: 'integer', values: [...decimals, ...huge, "'NaN'", '1e100', '-1e100'] },
  { live: 'numeric(20,4)', contract: 'bigint', values: [...decimals, ...wholes] },
  {
    live: 'double precision',
    contract: 'integer',
    values: [...decimals, "'NaN'", "'Infinity'", "'-Infinity'", '1e300', '1e-300'],
  },
  {
    live: 'double precision',
    contract: 'bigint',
    values: [...decimals, ...huge, "'NaN'", "'Infinity'", "'-Infinity'", '1e300', '1e-300', '4611686018427387904'],
  },
  { live: 'real', contract: 'bigint', values: ['0', '1.5', '-7', '16777216', '123456790528', '1e30', "'NaN'"] },
  { live: 'integer', contract: 'numeric(12,2)', values: wholes },
  { live: 'bigint', contract: 'numeric', values: [...wholes, ...huge] },
  { live: 'numeric(20,4)', contract: 'numeric(12,2)', values: [...decimals, "'NaN'"] },
  { live: 'double precision', contract: 'numeric', values: ['0.1', '0.30000000000000004', '1e-7', '1e22', '-1.5', '0', "'NaN'"] },
  { live: 'real', contract: 'numeric(30,10)', values: ['0.1', '1.5', '-7', '16777216', "'NaN'", "'Infinity'"] },
  { live: 'bigint', contract: 'double precision', values: [...wholes, ...huge, '9223372036854775296', '9223372036854774784'] },
  {
    live: 'bigint',
    contract: 'real',
    values: ['0', '7', '16777216', '16777217', '9223372036854775807', '9223371487098961920', '-9223372036854775808'],
  },
  {
    live: 'numeric',
    contract: 'double precision',
    values: ['0', '0.1', '0.10', '-1.5', '0.12345678901234567890', '1e400', '1e-400', '-1e100', '1e22', "'NaN'", '5e-324'],
  },
  { live: 'numeric', contract: 'real', values: ['0', '0.1', '-1.5', '0.123456789', '1e39', '1e-50', "'NaN'"] },
  { live: 'real', contract: 'double precision', values: ['0', '0.1', '-1.5', "'NaN'", "'Infinity'"] },
  {
    live: 'double precision',
    contract: 'real',
    values: ['0', '0.5', '0.1', '0.10000000149011612', '1e300', '1e-300', '-7', "'NaN'", "'-Infinity'"],
  },
  { live: 'integer', contract: 'boolean', values: wholes },
  { live: 'boolean', contract: 'integer', values: ['true', 'false'] },
  { live: 'text', contract: 'integer', values: wholeTexts },
  { live: 'varchar(40)', contract: 'bigint', values: wholeTexts },
  { live: 'text', contract: 'numeric(7,2)', values: decimalTexts },
  { live: 'text', contract: 'numeric', values: decimalTexts },
  { live: 'char(12)', contract: 'numeric(7,2)', values: decimalTexts },
  { live: 'text', contract: 'date', values: dayTexts },
  { live: 'text', contract: 'timestamp', values: momentTexts('', '.5') },
  { live: 'text', contract: 'timestamp(0)', values: momentTexts('', '') },
  { live: 'text', contract: 'timestamptz', values: momentTexts('Z', '.5') },
  { live: 'text', contract: 'time', values: clockTexts('.5') },
  { live: 'text', contract: 'time(0)', values: clockTexts('') },
  { live: 'text', contract: 'uuid', values: uuidTexts },
  { live: 'text', contract: 'tidy', values: quoted('a', 'b', 'c', 'A', '') },
  { live: 'bigint', contract: 'text', values: [...wholes, ...huge] },
  { live: 'numeric(20,2)', contract: 'text', values: [...decimals, "'NaN'"] },
  { live: 'numeric', contract: 'text', values: [...decimals, "'NaN'"] },
  { live: 'date', contract: 'text', values: [...days, "'infinity'", "'0044-03-15 BC'", "'12024-01-01'"] },
  { live: 'timestamp', contract: 'text', values: [...moments, "'-infinity'", "'0044-03-15 00:00:00 BC'"] },
  { live: 'timestamptz', contract: 'text', values: [...moments, "'infinity'"] },
  { live: 'uuid', contract: 'text', values: uuids },
  { live: 'mood', contract: 'text', values: quoted('a', 'b') },
  { live: 'timestamp', contract: 'date', values: [...moments, "'infinity'", "'0044-03-15 00:00:00 BC'"] },
  { live: 'date', contract: 'timestamp', values: [...days, "'infinity'"] },
]

/** Times of a day with a fraction, and what only looks like them. */
function clockTexts(fraction: string): string[] {
  const clocks = ['00:00:00', '07:00:00', '23:59:59'].map((clock) => clock + fraction)
  return quoted(
    ...clocks,
    '07:00:00',
    '07:00:00.50',
    '7:00:00',
    '24:00:00',
    '23:59:60',
    '07:00',
    '-01:00:00',
    ' 07:00:00',
    'x',
    '',
  )
}

const mysqlFamily: readonly Pair[] = [
  { live: 'bigint', contract: 'int', values: [...wholes, ...huge] },
  {
    live: 'bigint unsigned',
    contract: 'bigint',
    values: ['0', '7', '9223372036854775807', '9223372036854775808', '18446744073709551615'],
  },
  { live: 'bigint', contract: 'bigint unsigned', values: [...wholes, ...huge] },
  { live: 'decimal(20,4)', contract: 'int', values: decimals },
  { live: 'decimal(24,2)', contract: 'bigint', values: [...decimals, ...huge] },
  { live: 'double', contract: 'int', values: [...decimals, '1e300', '-1e300', '1e-300'] },
  {
    live: 'double',
    contract: 'bigint',
    values: [...decimals, ...huge.slice(0, 4), '1e300', '4611686018427387904', '9.3e18', '-9223372036854775808'],
  },
  {
    live: 'double',
    contract: 'bigint unsigned',
    values: ['0', '-1', '7.5', '1e19', '18446744073709551615', '18446744073709549568', '1e300'],
  },
  { live: 'float', contract: 'bigint', values: ['0', '1.5', '-7', '16777216', '123456790528', '1e30'] },
  { live: 'int', contract: 'decimal(12,2)', values: wholes },
  { live: 'int', contract: 'decimal(12,2) unsigned', values: wholes },
  { live: 'decimal(20,4)', contract: 'decimal(12,2)', values: decimals },
  { live: 'decimal(10,1)', contract: 'decimal(12,2)', values: ['0', '7.5', '-99.9', '123456789.1'] },
  { live: 'double', contract: 'decimal(30,10)', values: ['0', '0.1', '-1.5', '1e-7', '1e19', '123456.789'] },
  { live: 'int', contract: 'double', values: wholes },
  { live: 'bigint', contract: 'double', values: [...wholes, ...huge, '9223372036854774784'] },
  {
    live: 'bigint unsigned',
    contract: 'double',
    values: ['0', '7', '9007199254740993', '18446744073709551615', '18446744073709549568'],
  },
  { live: 'int', contract: 'float', values: ['0', '7', '16777216', '16777217', '2147483647', '-2147483648'] },
  { live: 'decimal(30,20)', contract: 'double', values: ['0', '0.1', '-1.5', '0.12345678901234567890', '1234567890.5'] },
  { live: 'float', contract: 'double', values: ['0', '0.1', '-1.5', '3e38'] },
  { live: 'double', contract: 'float', values: ['0', '0.5', '0.1', '0.10000000149011612', '1e300', '-7'] },
  { live: 'int', contract: 'boolean', values: wholes },
  { live: 'boolean', contract: 'int', values: ['0', '1', '7'] },
  { live: 'bit(1)', contract: 'bigint', values: ["b'0'", "b'1'"] },
  { live: 'varchar(40)', contract: 'int', values: wholeTexts },
  { live: 'text', contract: 'bigint', values: [...wholeTexts, "'7\\n'"] },
  { live: 'char(40)', contract: 'bigint unsigned', values: wholeTexts },
  { live: 'varchar(40)', contract: 'decimal(7,2)', values: decimalTexts },
  { live: 'varchar(40)', contract: 'decimal(7,2) unsigned', values: decimalTexts },
  { live: 'varchar(40)', contract: 'decimal(5,0)', values: wholeTexts },
  { live: 'varchar(40)', contract: 'date', values: dayTexts },
  { live: 'varchar(40)', contract: 'datetime(1)', values: momentTexts('', '.5') },
  { live: 'varchar(40)', contract: 'datetime', values: momentTexts('', '') },
  { live: 'varchar(40)', contract: 'timestamp null', values: momentTexts('Z', '') },
  { live: 'varchar(40)', contract: 'time(1)', values: clockTexts('.5') },
  { live: 'varchar(40)', contract: 'time', values: clockTexts('') },
  { live: 'bigint', contract: 'varchar(40)', values: [...wholes, ...huge] },
  { live: 'int unsigned zerofill', contract: 'varchar(40)', values: ['0', '42'] },
  { live: 'decimal(20,2)', contract: 'varchar(40)', values: decimals },
  { live: 'date', contract: 'varchar(40)', values: days },
  { live: 'datetime(2)', contract: 'varchar(40)', values: moments },
  { live: 'timestamp(2) null', contract: 'varchar(40)', values: moments },
  { live: "enum('b','a')", contract: 'varchar(40)', values: quoted('a', 'b') },
  { live: 'datetime(2)', contract: 'date', values: moments },
  { live: 'date', contract: 'datetime(2)', values: days },
]

const mariadb: readonly Pair[] = [
  ...mysqlFamily,
  { live: 'varchar(40)', contract: 'uuid', values: uuidTexts },
  { live: 'uuid', contract: 'varchar(40)', values: uuids },
]

const sqlite: readonly Pair[] = [
  { live: 'bigint', contract: 'integer', values: [...wholes, ...huge, "'x'", '1.5', "x'01'"] },
  { live: 'integer', contract: 'bigint', values: [...wholes, '9007199254740993', "'x'"] },
  { live: 'decimal(20,2)', contract: 'integer', values: [...decimals, ...huge, "'x'", '1e300'] },
  { live: 'real', contract: 'bigint', values: [...decimals, '1e300', '-1e300', '9e999', "'x'", '4611686018427387904'] },
  { live: 'integer', contract: 'decimal(12,2)', values: [...wholes, "'x'", '1.5'] },
  { live: 'real', contract: 'decimal(12,2)', values: [...decimals, '0.125', '9e999', "'x'"], unsure: ['0.125'] },
  { live: 'bigint', contract: 'real', values: [...wholes, ...huge, "'x'"] },
  { live: 'decimal(20,4)', contract: 'real', values: ['0', '0.1', '-1.5', '9007199254740993', "'x'"] },
  { live: 'integer', contract: 'boolean', values: [...wholes, "'x'"] },
  { live: 'boolean', contract: 'integer', values: ['0', '1', '7', "'x'"] },
  { live: 'text', contract: 'integer', values: [...wholeTexts, "x'37'"] },
  { live: 'text collate rtrim', contract: 'bigint', values: [...wholeTexts, "'7' || char(0)"] },
  { live: 'text', contract: 'decimal(7,2)', values: [...decimalTexts, "'1234567890123456.25'"] },
  { live: 'text', contract: 'decimal(12,0)', values: wholeTexts },
  {
    live: 'text',
    contract: 'decimal',
    values: [...wholeTexts.filter((one) => one.length < 18), ...quoted('19.9', '19.90', '-0.5', '0.1', '.5', '1e5')],
  },
  { live: 'bigint', contract: 'text', values: [...wholes, ...huge, "'x'"] },
  { live: 'decimal(20,2)', contract: 'text', values: [...decimals, '0.125', "'x'"] },
  { live: '', contract: 'integer', values: [...wholes, "'7'", "'x'", '1.5', '7.0', "x'00'"] },
  { live: '', contract: 'text', values: ["'x'", "'7'", '7', "''"] },
]

/** Every pair that has a comparable, with what is easy to get wrong. */
export const pairs: Record<EngineName, readonly Pair[]> = { postgres, mariadb, mysql: mysqlFamily, sqlite }
