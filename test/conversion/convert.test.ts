import { expect } from 'chai'
import { converterOf, parameterConverterOf } from '../../lib/conversion/convert.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { attempt, name } from './attempt.js'
import * as t from './types.js'

const quoted = (text: string) => JSON.stringify(text)

/** Values as they are on one side, and on the other: `"7" → 7   "07" → !`, where `!` is a mismatch. */
type Table = readonly (readonly [ColumnType, ColumnType, string])[]

const casesOf = (line: string) => line.split(/ {3}/).map((one) => one.split(' → ') as [string, string])

/** What the live type prints, and what is served for it as the contract's type. */
const read: Table = [
  [t.bigint, t.int32, `"7" → 7   "2147483648" → !   "-2147483648" → -2147483648`],
  [t.int32, t.int8, `127 → 127   128 → !`],
  [t.int32, t.uint8, `255 → 255   -1 → !`],
  [t.int32, t.bigint, `-5 → "-5"`],
  [t.bigint, t.safe, `"9007199254740991" → 9007199254740991   "9007199254740992" → !`],
  [t.bigint, t.ubigint, `"-1" → !   "1" → "1"`],
  [t.ubigint, t.bigint, `"18446744073709551615" → !`],
  [t.decimal(10, 4), t.decimal(10, 2), `"19.9000" → "19.90"   "19.9010" → "19.901"   "-0.5000" → "-0.50"   "7.0000" → "7.00"`],
  [t.decimal(10, 0), t.decimal(10, 2), `"7" → "7.00"`],
  [t.decimal(10, 4), t.number, `"19.9000" → "19.9000"`],
  [t.decimal(10, 2), t.decimal(10, 2, true), `"-0.01" → !   "0.01" → "0.01"`],
  [t.number, t.decimal(10, 2), `"NaN" → !   "1" → "1.00"`],
  [t.decimal(20, 2), t.int32, `"7.00" → 7   "7.10" → !   "2147483648.00" → !   "-0.00" → 0`],
  [t.decimal(20, 2), t.bigint, `"9007199254740993.00" → "9007199254740993"`],
  [t.int32, t.decimal(10, 2), `7 → "7.00"`],
  [t.bigint, t.float64, `"9007199254740992" → 9007199254740992   "9007199254740993" → !`],
  [t.int32, t.float32, `16777216 → 16777216   16777217 → !`],
  [
    t.float64,
    t.bigint,
    `9223372036854776000 → !   -9223372036854776000 → "-9223372036854775808"   0.5 → !   1e3 → "1000"   "NaN" → !`,
  ],
  [
    t.float64,
    t.decimal(10, 2),
    `0.1 → "0.10"   0.30000000000000004 → "0.30000000000000004"   1e-7 → "0.0000001"   1e+21 → "1000000000000000000000.00"`,
  ],
  [t.float64, t.number, `"NaN" → "NaN"   1.5e+21 → "1500000000000000000000"`],
  [t.decimal(30, 20), t.float64, `"0.10000000000000000000" → 0.1   "0.12345678901234567890" → !`],
  [t.decimal(30, 20), t.float32, `"0.10000000000000000000" → 0.1   "0.123456789" → !`],
  [t.float64, t.float32, `0.5 → 0.5   0.10000000149011612 → 0.1   0.1 → !   "Infinity" → "Infinity"`],
  [t.float32, t.float64, `0.5 → 0.5   0.1 → 0.10000000149011612`],
  [t.boolean, t.int32, `true → 1   false → 0`],
  [t.boolean, t.bigint, `true → "1"`],
  [t.int32, t.boolean, `1 → true   0 → false   2 → !`],
  [t.bigint, t.boolean, `"1" → true   "-1" → !`],
  [
    t.text,
    t.int32,
    `"7" → 7   "-7" → -7   "07" → !   "+7" → !   " 7" → !   "7\\n" → !   "" → !   "-0" → !   "7.0" → !   "2147483648" → !   "0x7" → !   "٧" → !`,
  ],
  [t.text, t.bigint, `"9223372036854775807" → "9223372036854775807"   "9223372036854775808" → !`],
  [
    t.text,
    t.decimal(6, 2),
    `"19.90" → "19.90"   "19.9" → !   "19.901" → !   "-0.50" → "-0.50"   "-0.00" → !   ".50" → !   "00.50" → !   "12345.00" → !   "1e2" → !   "NaN" → !`,
  ],
  [t.text, t.number, `"19.9" → "19.9"   "19.90" → !   "7" → "7"`],
  [t.text, t.float64, `"0.1" → 0.1   "1e-7" → 1e-7   "1E-7" → !   "0.10" → !   "Infinity" → !`],
  [t.text, t.float32, `"0.1" → 0.1   "0.10000000149011612" → !`],
  [t.int32, t.text, `42 → "42"`],
  [t.decimal(6, 2), t.text, `"19.90" → "19.90"`],
  [t.float64, t.text, `1e-07 → "1e-7"   1.7976931348623157e308 → "1.7976931348623157e+308"`],
  [
    t.text,
    t.date,
    `"2024-02-29" → "2024-02-29"   "2023-02-29" → !   "2024-2-29" → !   "0000-01-01" → !   "infinity" → !   "2024-02-29T00:00:00" → !`,
  ],
  [
    t.text,
    t.timestamp(6),
    `"2024-02-29T12:00:00" → "2024-02-29T12:00:00"   "2024-02-29T12:00:00.5" → "2024-02-29T12:00:00.5"   "2024-02-29T12:00:00.50" → !   "2024-02-29 12:00:00" → !   "2024-02-29T24:00:00" → !   "2024-02-29T12:00:00Z" → !`,
  ],
  [
    t.text,
    t.timestamp(0, true),
    `"2024-02-29T12:00:00Z" → "2024-02-29T12:00:00Z"   "2024-02-29T12:00:00" → !   "2024-02-29T12:00:00.5Z" → !   "2024-02-29T12:00:00+01:00" → !`,
  ],
  [t.text, t.time(3), `"23:59:59.125" → "23:59:59.125"   "24:00:00" → !   "12:00" → !`],
  [t.text, t.time(0, true), `"12:00:00+01:00" → "12:00:00+01:00"   "12:00:00Z" → !   "12:00:00-00:00" → !`],
  [
    t.text,
    t.interval,
    `"P1DT2H" → "P1DT2H"   "PT0S" → "PT0S"   "P1Y-2M" → !   "P13M" → !   "PT60S" → !   "P" → !   "P1DT" → !   "1 day" → !   "PT-0.5S" → "PT-0.5S"`,
  ],
  [
    t.text,
    t.uuid,
    `"01890a5d-ac96-774b-bcce-b302099a8057" → "01890a5d-ac96-774b-bcce-b302099a8057"   "01890A5D-ac96-774b-bcce-b302099a8057" → !`,
  ],
  [t.date, t.text, `"2024-02-29" → "2024-02-29"   "0044-03-15 BC" → !`],
  [t.text, t.labels('a', 'b'), `"a" → "a"   "A" → !`],
  [t.labels('a', 'b'), t.text, `"a" → "a"   "" → !`],
  [t.labels('a', 'b'), t.labels('b', 'c'), `"b" → "b"   "a" → !`],
  [t.labels('a', 'b'), t.set('b', 'c'), `"b" → "b"   "a" → !`],
  [t.set('a', 'b'), t.labels('b', 'a'), `"b" → "b"   "a,b" → !   "" → !`],
  [t.set('a', 'b', 'c'), t.set('c', 'a'), `"a,c" → "c,a"   "a,b" → !   "" → ""`],
  [t.text, t.set('a', 'b'), `"a,b" → "a,b"   "b,a" → !   "" → ""   "a,a" → !`],
  [t.set('a', 'b'), t.text, `"a,b" → "a,b"`],
  [t.date, t.timestamp(6), `"2024-02-29" → "2024-02-29T00:00:00"   "infinity" → "infinity"`],
  [t.timestamp(6), t.date, `"2024-02-29T00:00:00" → "2024-02-29"   "2024-02-29T00:00:01" → !   "2024-02-29T00:00:00.000001" → !`],
  [
    t.timestamp(6),
    t.timestamp(3),
    `"2024-02-29T12:00:00.5" → "2024-02-29T12:00:00.5"   "2024-02-29T12:00:00.123456" → "2024-02-29T12:00:00.123456"`,
  ],
  [t.text, t.json, `"{\\"a\\": 1}" → {"a": 1}   "{" → !   "[1,\\n2]" → [1, 2]`],
  [t.json, t.text, `{"a": 1} → "{\\"a\\": 1}"   null → "null"`],
  [t.varchar(3), t.char(5), `"ab  " → "ab"`],
  [t.any, t.int32, `7 → 7   "7" → !   7.5 → !`],
  [t.any, t.bigint, `7 → "7"   "9007199254740993" → "9007199254740993"   "7" → !   "x" → !`],
  [t.any, t.decimal(10, 2), `19.9 → "19.90"   "19.90" → !`],
  [t.any, t.text, `"x" → "x"   7 → !`],
  [t.any, t.boolean, `1 → true   2 → !`],
  [t.any, t.json, `"{}" → {}   7 → 7   "{" → !`],
  [t.bigint, t.any, `"7" → 7   "9007199254740993" → "9007199254740993"`],
  [t.decimal(10, 2), t.any, `"19.90" → 19.9   "7.00" → 7`],
  [t.array(t.int32), t.array(t.bigint), `[1,null,3] → ["1",null,"3"]   [[1],[2]] → [["1"],["2"]]`],
  [t.array(t.text), t.array(t.int32), `["1","x"] → !`],
]

/** A request's value of the contract's type, and what is bound for the live type. */
const written: Table = [
  [t.int32, t.bigint, `7 → "7"   null → null`],
  [t.bigint, t.int32, `"7" → 7   "2147483648" → !`],
  [t.int32, t.int8, `127 → 127   128 → !`],
  [t.int32, t.uint8, `-1 → !   255 → 255`],
  [t.decimal(10, 2), t.int32, `"7.00" → 7   "7" → 7   "7.5" → !`],
  [t.decimal(10, 4), t.decimal(10, 2), `"1.5" → "1.50"   "1.2345" → !`],
  [t.decimal(10, 2), t.decimal(4, 2), `"99.99" → "99.99"   "100" → !`],
  [t.decimal(10, 2), t.decimal(10, 2, true), `"-1" → !`],
  [t.int32, t.decimal(3, -2), `1200 → "1200"   1250 → !`],
  [t.decimal(6, 4), t.decimal(2, 4), `"0.0012" → "0.0012"   "0.0120" → !`],
  [t.decimal(10, 2), t.float64, `"0.1" → 0.1   "19.90" → 19.9`],
  [t.decimal(30, 20), t.float64, `"0.12345678901234567891" → !`],
  [t.float32, t.float64, `0.1 → 0.10000000149011612   0.5 → 0.5`],
  [t.float64, t.float32, `0.1 → !   0.5 → 0.5   "NaN" → "NaN"`],
  [t.float64, t.int32, `7 → 7   7.5 → !   -0 → 0`],
  [t.float64, t.decimal(10, 2), `7.25 → "7.25"   0.001 → !   "NaN" → !`],
  [t.bigint, t.float64, `"9007199254740993" → !   "9007199254740992" → 9007199254740992`],
  [t.boolean, t.int32, `true → 1   false → 0`],
  [t.int32, t.boolean, `1 → true   0 → false   2 → !`],
  [t.int32, t.text, `7 → "7"`],
  [t.int32, t.varchar(2), `42 → "42"   100 → !   -42 → !`],
  [t.decimal(10, 2), t.text, `"19.9" → "19.90"   "7" → "7.00"`],
  [t.number, t.text, `"19.9" → "19.9"   "19.90" → "19.9"   "NaN" → !`],
  [t.text, t.int32, `"7" → 7   "07" → !   "x" → !   "7 " → !`],
  [t.text, t.decimal(10, 2), `"7.00" → "7.00"   "7" → !`],
  [t.text, t.date, `"2024-02-29" → "2024-02-29"   "yesterday" → !`],
  [
    t.text,
    t.uuid,
    `"01890a5d-ac96-774b-bcce-b302099a8057" → "01890a5d-ac96-774b-bcce-b302099a8057"   "01890A5D-AC96-774B-BCCE-B302099A8057" → !`,
  ],
  [t.text, t.varchar(2), `"🙂🙂" → "🙂🙂"   "abc" → !`],
  [t.text, t.char(3), `"ab" → "ab"   "ab " → !`],
  [t.char(3), t.text, `"ab " → "ab"`],
  [t.text, t.labels('a', 'b'), `"a" → "a"   "c" → !`],
  [t.labels('a', 'b'), t.set('b'), `"b" → "b"   "a" → !`],
  [t.set('a', 'b'), t.set('b', 'a'), `"a,b" → "b,a"`],
  [t.date, t.timestamp(6), `"2024-02-29" → "2024-02-29T00:00:00"`],
  [t.timestamp(6), t.date, `"2024-02-29T00:00:00.000" → "2024-02-29"   "2024-02-29T00:00:01" → !`],
  [t.timestamp(6), t.timestamp(3), `"2024-02-29T12:00:00.120000" → "2024-02-29T12:00:00.12"   "2024-02-29T12:00:00.1234" → !`],
  [t.time(0, true), t.text, `"12:00:00Z" → "12:00:00+00:00"`],
  [t.interval, t.text, `"P1D" → "P1D"   "1 day" → !`],
  [t.json, t.text, `"{\\"a\\":1}" → "{\\"a\\":1}"`],
  [t.text, t.json, `"\\"x\\"" → "\\"x\\""   "{\\"a\\":1}" → !   "{" → !   "1.0" → !   "12" → "12"   "[]" → "[]"`],
  [t.bigint, t.any, `"7" → 7   "9007199254740993" → !`],
  [t.any, t.int32, `7 → 7   "7" → !`],
  [t.array(t.int32), t.array(t.bigint), `[1,null,[2]] → ["1",null,["2"]]`],
  [t.array(t.bigint), t.array(t.int8), `["1","128"] → !`],
]

/** Nothing converts between these, either way. */
const never: readonly (readonly [ColumnType, ColumnType])[] = [
  ...[t.text, t.int32, t.json, t.any, t.uuid].map((other) => [t.binary, other] as const),
  ...[t.text, t.float64, t.decimal(1, 0), t.json, t.date].map((other) => [t.boolean, other] as const),
  [t.timestamp(6), t.timestamp(6, true)],
  [t.time(6), t.time(6, true)],
  [t.date, t.timestamp(6, true)],
  [t.date, t.time(6)],
  [t.timestamp(6), t.time(6)],
  [t.interval, t.time(6)],
  [t.interval, t.int32],
  [t.inet, t.text],
  [t.inet, { name: 'other', native: 'cidr' }],
  [t.array(t.int32), t.int32],
  [t.array(t.int32), t.json],
  [t.array(t.json), t.array(t.text)],
  [t.array(t.binary), t.array(t.text)],
  [t.date, t.int32],
  [t.uuid, t.int32],
  [t.labels('a'), t.int32],
  [t.json, t.int32],
]

describe('converting values', () => {
  for (const [live, contract, line] of read) {
    it(`serves ${name(live)} as ${name(contract)}`, () => {
      const convert = converterOf(live, contract)
      for (const [json, expected] of casesOf(line))
        expect(
          attempt(() => convert?.(json)),
          json,
        ).to.equal(expected)
    })
  }

  for (const [contract, live, line] of written) {
    it(`writes ${name(contract)} into ${name(live)}`, () => {
      const convert = parameterConverterOf(contract, live)
      for (const [value, expected] of casesOf(line)) {
        expect(JSON.stringify(attempt(() => convert?.(JSON.parse(value)))), value).to.equal(expected === '!' ? '"!"' : expected)
      }
    })
  }

  it('refuses bytes that are too many', () => {
    const convert = parameterConverterOf(t.binary, { name: 'binary', length: 2 })
    expect(attempt(() => convert?.(Buffer.from('abc')))).to.equal('!')
    expect(attempt(() => convert?.(Buffer.from('ab')))).to.deep.equal(Buffer.from('ab'))
  })

  it('pads fractions where the engine does', () => {
    const style = { padFractions: true }
    const cases: readonly (readonly [ColumnType, ColumnType, string, string])[] = [
      [t.timestamp(0), t.timestamp(3), '2024-02-29T12:00:00', '2024-02-29T12:00:00.000'],
      [t.timestamp(6), t.timestamp(0), '2024-02-29T12:00:00.500000', '2024-02-29T12:00:00.5'],
      [t.timestamp(6, true), t.timestamp(0, true), '2024-02-29T12:00:00.000000Z', '2024-02-29T12:00:00Z'],
      [t.time(6), t.time(2), '-112:00:00.500000', '-112:00:00.50'],
      [t.date, t.timestamp(2), '2024-02-29', '2024-02-29T00:00:00.00'],
      [t.timestamp(2), t.date, '2024-02-29T00:00:00.00', '2024-02-29'],
      [t.text, t.timestamp(2), '2024-02-29T00:00:00.50', '2024-02-29T00:00:00.50'],
      [t.text, t.timestamp(2), '2024-02-29T00:00:00.5', '!'],
    ]
    for (const [live, contract, value, expected] of cases) {
      const served = attempt(() => converterOf(live, contract, style)?.(quoted(value)))
      expect(served, value).to.equal(expected === '!' ? expected : quoted(expected))
    }
  })

  it('knows what never converts', () => {
    for (const [one, other] of never) {
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        expect(converterOf(from, to), `${name(from)} to ${name(to)}`).to.equal(null)
        expect(parameterConverterOf(from, to), `${name(from)} to ${name(to)}`).to.equal(null)
      }
    }
  })
})
