import { expect } from 'chai'
import type { Literal } from '../../lib/query/ast.js'
import { fromJson, fromText } from '../../lib/query/values.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { problemOf } from './problem.js'
import {
  accepts,
  arrayOf,
  bigint,
  binary,
  body,
  bool,
  choice,
  columnOf,
  decimal,
  float,
  integer,
  key,
  literal,
  num,
  other,
  plain,
  refuses,
  set,
  str,
  string,
  time,
  timestamp,
} from './value-cases.js'

describe('fromJson', () => {
  describe('null', () => {
    it('is taken exactly where the column takes it', () => {
      for (const type of [string(), integer(32), plain('json'), plain('any'), arrayOf(string())]) {
        expect(fromJson(null, columnOf(type, true), { table: 't' })).to.equal(null)
        expect(problemOf(() => body(null, type)).code).to.equal('missing-value')
      }
    })

    it('is not what undefined means', () => {
      for (const type of [string(), integer(32), plain('json'), plain('any'), plain('boolean'), arrayOf(string())]) {
        expect(problemOf(() => fromJson(undefined, columnOf(type, true), { table: 't' })).code).to.equal('invalid-value')
      }
    })
  })

  describe('problems', () => {
    it('name table, column, row and value', () => {
      const column = columnOf(integer(32), false, 'weird "name"')
      const problem = problemOf(() => fromJson('12x', column, { table: 'a.b', row: 3 }))
      expect(problem.message).to.equal('"a.b.weird "name"" in row 3: "12x" is not a whole number')
      expect(problem.context).to.deep.equal({ table: 'a.b', column: 'weird "name"', row: 3 })
      expect(problemOf(() => fromJson('12x', column, { table: 'o', row: 0 })).message).to.match(/ in row 0: /)
      expect(problemOf(() => body('12x', integer(32))).message).to.equal('"t.c": "12x" is not a whole number')
      expect(problemOf(() => body('12x', integer(32))).context).to.deep.equal({ table: 't', column: 'c' })
    })

    it('shorten the value to 40 characters', () => {
      expect(problemOf(() => body('😀'.repeat(1000), integer(32))).message).to.equal(
        `"t.c": "${'😀'.repeat(40)}…" is not a whole number`,
      )
      expect(problemOf(() => body('\ud800', string())).message).to.match(/^"t.c": "\\ud800" /)
    })

    it('call objects and arrays by their kind', () => {
      expect(problemOf(() => body({ a: 1 }, string())).message).to.equal('"t.c": an object is not a string')
      expect(problemOf(() => body([1], integer(32))).message).to.equal('"t.c": an array is not a number')
    })
  })

  describe('boolean', () => {
    accepts(plain('boolean'), [
      [true, true],
      [false, false],
    ])
    refuses(plain('boolean'), [1, 0, '1', 'true ', 'yes', {}, []])
  })
})

describe('fromLiteral', () => {
  const cases: readonly [ColumnType, Literal, unknown][] = [
    [plain('boolean'), bool(true), true],
    [plain('boolean'), num('0'), false],
    [plain('boolean'), num('1'), true],
    [integer(32), num('42'), 42],
    [integer(32), str('42'), 42],
    [integer(32), num('42.0'), 42],
    [integer(32), num('1e3'), 1000],
    [integer(32), num('-0.0'), 0],
    [bigint(), num('9223372036854775807'), '9223372036854775807'],
    [bigint(), str('-1'), '-1'],
    [bigint(), num('9007199254740993'), '9007199254740993'],
    [decimal(5, 2), num('1.50'), '1.50'],
    [decimal(null, null), num('0.1234567890123456789'), '0.1234567890123456789'],
    [decimal(null, null), num('1e-7'), '0.0000001'],
    [float(), num('0.1'), 0.1],
    [float(), num('.5'), 0.5],
    [float(), str('NaN'), 'NaN'],
    [string(3), str('longer than three'), 'longer than three'],
    [choice, str('paid'), 'paid'],
    [set, str('c,a'), 'a,c'],
    [plain('date'), str('2024-02-29'), '2024-02-29'],
    [timestamp(true), str('2024-02-29'), '2024-02-29T00:00:00Z'],
    [time(), str('12:00'), '12:00:00'],
    [plain('interval'), str('P1D'), 'P1D'],
    [plain('uuid'), str('01890A5D-AC96-774B-BCCE-B302099A8057'), '01890a5d-ac96-774b-bcce-b302099a8057'],
    [binary(1), str('AAAA'), Buffer.alloc(3)],
    [other, str('10.0.0.1'), '10.0.0.1'],
    [plain('any'), str('1'), '1'],
    [plain('any'), num('1'), 1],
    [plain('any'), num('1.5'), 1.5],
    [plain('any'), bool(true), 1],
  ]
  for (const [type, value, parameter] of cases)
    it(`${type.name} takes ${JSON.stringify(value)}`, () => expect(literal(value, type)).to.deep.equal(parameter))

  const refused: readonly [ColumnType, Literal, string, RegExp | undefined][] = [
    [plain('boolean'), num('2'), 'invalid-value', /true or false/],
    [plain('boolean'), str('true'), 'invalid-value', /true or false/],
    [integer(32), bool(true), 'invalid-value', /1 or 0/],
    [integer(32), num('1.5'), 'invalid-value', /digits only/],
    [integer(8), num('128'), 'invalid-value', /-128 to 127/],
    [integer(32), str('x'), 'invalid-value', /digits only/],
    [decimal(5, 2), num('1.005'), 'number-not-exact', /2 digits after/],
    [decimal(5, 2), num('1000'), 'invalid-value', /5 digits/],
    [integer(32), num('1e1000'), 'invalid-value', undefined],
    [bigint(), num('1e99999'), 'invalid-value', undefined],
    [string(), num('5'), 'invalid-value', /^quote it: '5'$/],
    [string(), bool(true), 'invalid-value', /^quote it: 'true'$/],
    [choice, num('1'), 'invalid-value', /quote it/],
    [choice, str('piad'), 'invalid-value', /"paid"/],
    [plain('date'), num('20240101'), 'invalid-value', /quote it/],
    [plain('uuid'), str('x'), 'invalid-value', undefined],
    [other, num('1'), 'invalid-value', /quote it/],
    [plain('json'), str('{}'), 'invalid-filter', /IS NULL/],
    [plain('json'), num('1'), 'invalid-filter', /IS NULL/],
    [plain('json'), bool(true), 'invalid-filter', /IS NULL/],
    [arrayOf(string()), str('x'), 'invalid-filter', /IS NULL/],
    [plain('any'), num('9007199254740993'), 'number-not-exact', undefined],
    [binary(), str('A+ A'), 'invalid-value', /in a URL/],
  ]
  for (const [type, value, code, hint] of refused) {
    it(`${type.name} refuses ${JSON.stringify(value)}: ${code}`, () => {
      const problem = problemOf(() => literal(value, type))
      expect(problem.code).to.equal(code)
      expect(problem.message).to.match(/^"t\.c": /)
      expect(problem.context).to.deep.equal({ table: 't', column: 'c' })
      if (hint !== undefined) expect(problem.hint).to.match(hint)
    })
  }
})

describe('fromText', () => {
  const cases: readonly [ColumnType, string, unknown][] = [
    [plain('boolean'), 'true', true],
    [plain('boolean'), '0', false],
    [integer(32), '7', 7],
    [integer(32), ' 7 ', 7],
    [bigint(), '9223372036854775807', '9223372036854775807'],
    [decimal(5, 2), '1.50', '1.50'],
    [float(), '0.1', 0.1],
    [float(), 'NaN', 'NaN'],
    [string(1), ' longer ', ' longer '],
    [string(), '', ''],
    [plain('uuid'), '01890A5D-AC96-774B-BCCE-B302099A8057', '01890a5d-ac96-774b-bcce-b302099a8057'],
    [timestamp(true), '2024-02-29T12:00:00Z', '2024-02-29T12:00:00Z'],
    [plain('date'), '2024-02-29', '2024-02-29'],
    [binary(), 'AA', Buffer.from([0])],
    [plain('any'), '1', '1'],
    [other, ' x', ' x'],
  ]
  for (const [type, text, parameter] of cases)
    it(`${type.name} takes ${JSON.stringify(text)}`, () => expect(key(text, type)).to.deep.equal(parameter))

  it('gives every problem the code it was told', () => {
    const wrong: readonly [ColumnType, string][] = [
      [integer(32), 'x'],
      [integer(8), '128'],
      [integer(32), '1.0'],
      [bigint(), ''],
      [decimal(5, 2), '1.005'],
      [float(), 'x'],
      [string(), '\ud800'],
      [choice, 'x'],
      [set, 'x'],
      [plain('date'), 'x'],
      [time(), 'x'],
      [timestamp(), 'x'],
      [plain('uuid'), 'x'],
      [binary(), '%'],
      [plain('boolean'), 'x'],
      [plain('json'), '{}'],
      [arrayOf(string()), '{}'],
      [plain('interval'), 'x'.repeat(101)],
    ]
    for (const [type, text] of wrong) {
      expect(problemOf(() => key(text, type)).code, type.name).to.equal('invalid-id')
      expect(problemOf(() => fromText(text, columnOf(type), 't', 'invalid-cursor')).code).to.equal('invalid-cursor')
    }
  })

  it('reads hostile text of any length in one pass', () => {
    const types = [
      plain('boolean'),
      integer(32),
      bigint(),
      decimal(5, 2),
      decimal(null, null),
      float(),
      string(),
      string(5, true),
      choice,
      set,
      plain('date'),
      time(true),
      timestamp(true),
      plain('interval'),
      plain('uuid'),
      binary(),
      other,
    ]
    for (const part of ['0', '9', ' ', '-', '.', '0.', 'e', ':', '+', '=', 'A', ',', 'a,', '\ud800', '😀', '1:1 ']) {
      for (const text of [part.repeat(100_000), `${part.repeat(100_000)}x`]) {
        for (const type of types) {
          for (const read of [() => key(text, type), () => body(text, type), () => literal(str(text), type)]) {
            try {
              read()
            } catch (error) {
              expect(
                problemOf(() => {
                  throw error
                }).message.length,
              ).to.be.below(500)
            }
          }
        }
      }
    }
  })
})
