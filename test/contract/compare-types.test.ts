import { expect } from 'chai'
import { compareTypes, describeType, type TypeComparison } from '../../lib/contract/compare-types.js'
import type { ColumnType } from '../../lib/schema/column-type.js'

const integer = (bits: 8 | 16 | 24 | 32 | 53, unsigned = false): ColumnType => ({ name: 'integer', bits, unsigned })
const bigint = (unsigned = false): ColumnType => ({ name: 'bigint', unsigned })
const decimal = (precision: number | null, scale: number | null, unsigned = false): ColumnType => ({
  name: 'decimal',
  precision,
  scale,
  unsigned,
})
const string = (length: number | null, fixed = false): ColumnType => ({ name: 'string', length, fixed })
const oneOf = (...values: string[]): ColumnType => ({ name: 'enum', values })
const timestamp = (zone: boolean, fraction = 6): ColumnType => ({ name: 'timestamp', fraction, zone })
const plain = (name: 'boolean' | 'date' | 'uuid' | 'json' | 'any' | 'interval'): ColumnType => ({ name })
const other = (native: string): ColumnType => ({ name: 'other', native })
const list = (items: ColumnType): ColumnType => ({ name: 'array', items })

const cases: [row: string, before: ColumnType, after: ColumnType, expected: TypeComparison][] = [
  ['21 int → bigint', integer(32), bigint(), 'changed'],
  ['21 int32 → int53', integer(32), integer(53), 'changed'],
  ['21a smallint → int', integer(16), integer(32), 'widened'],
  ['21b int → smallint', integer(32), integer(16), 'narrowed'],
  ['22 bigint → int', bigint(), integer(32), 'changed'],
  ['22 int53 → int32', integer(53), integer(32), 'narrowed'],
  ['23 real → double', { name: 'float', bits: 32 }, { name: 'float', bits: 64 }, 'changed'],
  ['23 double → real', { name: 'float', bits: 64 }, { name: 'float', bits: 32 }, 'changed'],
  ['36 double → double(10,2)', { name: 'float', bits: 64, places: null }, { name: 'float', bits: 64, places: 2 }, 'changed'],
  ['36 double, places not known', { name: 'float', bits: 64 }, { name: 'float', bits: 64, places: 2 }, 'same'],
  ['varbinary → binary', { name: 'binary', length: 4, fixed: false }, { name: 'binary', length: 4, fixed: true }, 'changed'],
  ['binary, filling not known', { name: 'binary', length: 4 }, { name: 'binary', length: 4, fixed: true }, 'same'],
  ['int → year', integer(32), { name: 'integer', bits: 16, unsigned: true, year: true }, 'changed'],
  ['year, not known to be one', integer(16, true), { name: 'integer', bits: 16, unsigned: true, year: true }, 'same'],
  ['24 integer → decimal', integer(32), decimal(10, 0), 'changed'],
  ['25 decimal → integer', decimal(10, 0), integer(32), 'changed'],
  ['26 int → text', integer(32), string(null), 'changed'],
  ['26 bool → int', plain('boolean'), integer(8), 'changed'],
  ['26 json → text', plain('json'), string(null), 'changed'],
  ['26 scalar → array', string(null), list(string(null)), 'changed'],
  ['27 text → uuid', string(36), plain('uuid'), 'changed'],
  ['28 uuid → text', plain('uuid'), string(36), 'changed'],
  ['29 date → timestamp', plain('date'), timestamp(false), 'changed'],
  ['30 varchar wider', string(50), string(100), 'widened'],
  ['31 varchar narrower', string(50), string(20), 'narrowed'],
  ['32 limit removed', string(50), string(null), 'widened'],
  ['33 limit set', string(null), string(50), 'narrowed'],
  ['34 precision up', decimal(10, 2), decimal(12, 2), 'widened'],
  ['34 precision lifted', decimal(10, 2), decimal(null, null), 'widened'],
  ['35 precision down', decimal(10, 2), decimal(8, 2), 'narrowed'],
  ['36 scale down', decimal(10, 2), decimal(10, 1), 'changed'],
  ['36 scale up, integer digits kept', decimal(10, 2), decimal(12, 4), 'widened'],
  ['36 scale up, integer digits down', decimal(10, 2), decimal(10, 4), 'narrowed'],
  ['37 fraction digits', timestamp(true, 6), timestamp(true, 3), 'same'],
  ['37 char(n) ↔ varchar(n)', string(10, true), string(10), 'same'],
  ['37a tinyint(1) → tinyint', plain('boolean'), integer(8), 'changed'],
  ['38 signed → unsigned, within int32', integer(16), integer(16, true), 'narrowed'],
  ['38 signed → unsigned, beyond int32', integer(32), integer(32, true), 'changed'],
  ['38 bigint → unsigned, beyond int64', bigint(), bigint(true), 'changed'],
  ['38 list of bigint → unsigned', list(bigint()), list(bigint(true)), 'changed'],
  ['38 decimal → unsigned, a part', decimal(5, 2), decimal(5, 2, true), 'narrowed'],
  ['38 int53 → unsigned, a part', integer(53), integer(53, true), 'narrowed'],
  ['39 bigint unsigned → signed', bigint(true), bigint(), 'changed'],
  ['39 unsigned → signed', integer(32, true), integer(32), 'changed'],
  ['39 unsigned → wider signed', integer(8, true), integer(32), 'changed'],
  ['39 decimal unsigned → signed', decimal(5, 2, true), decimal(5, 2), 'changed'],
  ['40 timestamp → timestamptz', timestamp(false), timestamp(true), 'changed'],
  ['40 timetz → time', { name: 'time', fraction: 0, zone: true }, { name: 'time', fraction: 0, zone: false }, 'changed'],
  ['68 enum value added', oneOf('a'), oneOf('a', 'b'), 'value-added'],
  ['69 enum value removed', oneOf('a', 'b'), oneOf('a'), 'value-removed'],
  ['70 enum value renamed', oneOf('a', 'b', 'c'), oneOf('a', 'x', 'c'), 'value-renamed'],
  ['70 several at once', oneOf('a', 'b', 'c'), oneOf('x', 'c', 'y'), 'changed'],
  ['71 enum reordered', oneOf('a', 'b'), oneOf('b', 'a'), 'same'],
  ['72 text became enum', string(null), oneOf('a'), 'became-enum'],
  ['enum became text', oneOf('a'), string(null), 'changed'],
  ['set value added', { name: 'set', values: ['a'] }, { name: 'set', values: ['a', 'b'] }, 'value-added'],
  ['array of wider text', list(string(10)), list(string(20)), 'widened'],
  ['array of another type', list(string(10)), list(integer(32)), 'changed'],
  ['binary wider', { name: 'binary', length: 8 }, { name: 'binary', length: null }, 'widened'],
  ['another native type', other('inet'), other('cidr'), 'changed'],
  ['the same native type', other('inet'), other('inet'), 'same'],
  ['the same native type of a copy', other('a.point'), other('"My b".point'), 'same'],
  ['another native type of one schema', other('a.point'), other('a.box'), 'changed'],
  ['any → text', plain('any'), string(null), 'changed'],
]

describe('comparing types', () => {
  for (const [row, before, after, expected] of cases) {
    it(`${row}: ${expected}`, () => expect(compareTypes(before, after)).to.equal(expected))
  }

  it('finds every type the same as itself', () => {
    for (const [, before, after] of cases)
      for (const type of [before, after]) expect(compareTypes(type, structuredClone(type))).to.equal('same')
  })

  it('describes types for people', () => {
    const described = [
      string(50),
      decimal(10, 2),
      decimal(null, null),
      integer(32),
      integer(8, true),
      bigint(),
      oneOf('a', 'b'),
      timestamp(true),
      list(string(null)),
      other('inet'),
    ]
    expect(described.map(describeType)).to.deep.equal([
      'string(50)',
      'decimal(10,2)',
      'decimal',
      'integer 32 bit',
      'unsigned integer 8 bit',
      'bigint',
      'enum(a, b)',
      'timestamp with time zone',
      'array of string',
      'inet',
    ])
  })
})
