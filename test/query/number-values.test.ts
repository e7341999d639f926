import { expect } from 'chai'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { problemOf } from './problem.js'
import { createRandom, seed } from './random.js'
import { accepts, bigint, body, decimal, float, integer, refuses } from './value-cases.js'

describe('fromJson', () => {
  describe('integer', () => {
    accepts(integer(32), [
      [0, 0],
      [-0, 0],
      [42, 42],
      ['42', 42],
      ['007', 7],
      ['-0', 0],
      ['000', 0],
      [2147483647, 2147483647],
      [-2147483648, -2147483648],
      ['-2147483648', -2147483648],
      ['0'.repeat(1000), 0],
      [1e3, 1000],
    ])
    refuses(integer(32), [
      1.5,
      2147483648,
      -2147483649,
      '2147483648',
      '',
      ' 1',
      '1 ',
      '+1',
      '1.0',
      '1e3',
      '0x10',
      '１',
      'NaN',
      true,
      {},
      [1],
      '-',
      '--1',
      '9'.repeat(5000),
    ])
    refuses(integer(32), [2 ** 53, -(2 ** 53), 1e300, Number.POSITIVE_INFINITY, Number.NaN], 'number-not-exact')
    it('says to send a string', () => expect(problemOf(() => body(2 ** 53, integer(32))).hint).to.equal('send it as a string'))

    const ranges: readonly [ColumnType, number, number][] = [
      [integer(8), -128, 127],
      [integer(8, true), 0, 255],
      [integer(16), -32768, 32767],
      [integer(16, true), 0, 65535],
      [integer(24), -8388608, 8388607],
      [integer(24, true), 0, 16777215],
      [integer(32, true), 0, 4294967295],
      [integer(53), -(2 ** 53 - 1), 2 ** 53 - 1],
      [integer(53, true), 0, 2 ** 53 - 1],
    ]
    for (const [type, low, high] of ranges) {
      it(`holds ${low} to ${high}`, () => {
        for (const value of [low, high]) {
          expect(body(value, type)).to.equal(value)
          expect(body(String(value), type)).to.equal(value)
        }
        for (const value of [BigInt(low) - 1n, BigInt(high) + 1n]) {
          expect(problemOf(() => body(String(value), type)).code).to.equal('invalid-value')
          expect(problemOf(() => body(String(value), type)).hint).to.equal(`the column holds ${low} to ${high}`)
        }
      })
    }
  })

  describe('bigint', () => {
    accepts(bigint(), [
      [1, '1'],
      [-5, '-5'],
      [9007199254740991, '9007199254740991'],
      ['9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
      ['-007', '-7'],
      ['-0', '0'],
      [`${'0'.repeat(50)}12`, '12'],
    ])
    accepts(bigint(true), [
      ['18446744073709551615', '18446744073709551615'],
      [0, '0'],
    ])
    refuses(bigint(), [
      '9223372036854775808',
      '-9223372036854775809',
      1.5,
      '1.5',
      '1e3',
      '',
      'x',
      true,
      `${'0'.repeat(100_000)}x`,
      '9'.repeat(100_000),
    ])
    refuses(bigint(true), ['18446744073709551616', '-1', -1])
    refuses(bigint(), [9007199254740992, -9007199254740992, 1e19], 'number-not-exact')
  })

  describe('decimal', () => {
    accepts(decimal(null, null), [
      ['-123.4500', '-123.4500'],
      ['1e-7', '0.0000001'],
      ['1.50E+3', '1500'],
      ['1.2345e2', '123.45'],
      ['12e-1', '1.2'],
      ['.5', '0.5'],
      ['-.5', '-0.5'],
      ['007.10', '7.10'],
      ['+5', '5'],
      ['-0', '0'],
      ['-0.00', '0.00'],
      ['0e1000', '0'],
      [1, '1'],
      [0.1, '0.1'],
      [-19.9, '-19.9'],
      [1e-7, '0.0000001'],
      [1.5e-10, '0.00000000015'],
      [123456789012345, '123456789012345'],
      [0.123456789012345, '0.123456789012345'],
      [
        '123456789012345678901234567890.123456789012345678901234567890',
        '123456789012345678901234567890.123456789012345678901234567890',
      ],
      ['NaN', 'NaN'],
      ['Infinity', 'Infinity'],
      ['-Infinity', '-Infinity'],
    ])
    accepts(decimal(5, 2), [
      ['999.99', '999.99'],
      ['-999.99', '-999.99'],
      ['1.5000', '1.50'],
      ['0001.5', '1.5'],
      [12.5, '12.5'],
      ['99999e-2', '999.99'],
      ['0.00', '0.00'],
      ['5', '5'],
    ])
    refuses(decimal(5, 2), [
      '1000',
      '1e3',
      '1e1000',
      '-1000.00',
      'NaN',
      'Infinity',
      '',
      '.',
      '-',
      '1.',
      '1,5',
      'x',
      ' 1',
      '1e',
      '1e99999',
      '1e1001',
      '1e-1001',
      true,
      {},
    ])
    refuses(decimal(5, 2), ['1.005', '0.001', '1e-3', 0.001, '-0.009'], 'number-not-exact')
    refuses(
      decimal(null, null),
      [9007199254740992, 1e21, 0.1234567890123456, 1234567890.1234567, 9007199254740991, Number.POSITIVE_INFINITY],
      'number-not-exact',
    )
    refuses(decimal(null, null), ['nan', 'inf', `${'0'.repeat(100_000)}x`])
    accepts(decimal(5, 0, true), [
      ['0', '0'],
      ['-0', '0'],
      ['99999', '99999'],
    ])
    refuses(decimal(5, 0, true), ['-1', -1, '100000'])
    refuses(decimal(null, null, true), ['-Infinity', '-0.1'])
    describe('of a scale beyond its precision', () => {
      accepts(decimal(3, 5), [
        ['0.00999', '0.00999'],
        ['0', '0'],
      ])
      refuses(decimal(3, 5), ['0.01', '1'])
      refuses(decimal(3, 5), ['0.000001'], 'number-not-exact')
    })
    describe('of a scale below zero', () => {
      accepts(decimal(3, -2), [
        ['12300', '12300'],
        ['99900', '99900'],
        ['0.0', '0'],
      ])
      refuses(decimal(3, -2), ['100000'])
      refuses(decimal(3, -2), ['12345', '5', '0.5'], 'number-not-exact')
    })
    it(`keeps every digit (TEST_SEED=${seed})`, () => {
      const random = createRandom(seed)
      const digits = (length: number) => Array.from({ length }, () => random.below(10)).join('')
      for (let round = 0; round < 3000; round += 1) {
        const sign = random.pick(['', '-'])
        const [whole, fraction, exponent] = [digits(1 + random.below(30)), digits(random.below(30)), random.below(41) - 20]
        const written = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
        const text = String(body(`${written}e${exponent}`, decimal(null, null)))
        expect(text).to.match(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/)
        // The same number, scaled by 10^60 to whole digits.
        expect(scaled(text, 60), `${written}e${exponent}`).to.equal(scaled(written, 60 + exponent))
      }
    })
  })

  describe('float', () => {
    accepts(float(), [
      [2 ** 53, 2 ** 53],
      [1e20, 1e20],
      [0.1, 0.1],
      [-0.5, -0.5],
      [1e-300, 1e-300],
      ['0.1', 0.1],
      ['6.02e23', 6.02e23],
      ['1e3', 1000],
      ['-1', -1],
      ['NaN', 'NaN'],
      ['Infinity', 'Infinity'],
      ['-Infinity', '-Infinity'],
      [9007199254740991, 9007199254740991],
      [0.30000000000000004, 0.30000000000000004],
    ])
    refuses(float(), ['', 'x', '0x10', '1_000', ' 1', '1e999', '-1e999', 'nan', true, false, {}])
    refuses(float(), [Number.POSITIVE_INFINITY], 'number-not-exact')
    accepts(float(32), [
      ['3.4e38', 3.4e38],
      [1.5, 1.5],
    ])
    refuses(float(32), ['3.5e38', '-1e39'])
  })
})

/** A plain decimal text times 10^places, which must make it whole. */
function scaled(text: string, places: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(places - fraction.length)
}
