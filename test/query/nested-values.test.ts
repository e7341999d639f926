import { expect } from 'chai'
import { problemOf } from './problem.js'
import { accepts, arrayOf, body, decimal, deepJson, integer, plain, refuses, string } from './value-cases.js'

describe('fromJson', () => {
  describe('json', () => {
    accepts(plain('json'), [
      [1, '1'],
      ['x', '"x"'],
      [true, 'true'],
      [[], '[]'],
      [{ b: 1, a: [null, 'x'] }, '{"b":1,"a":[null,"x"]}'],
      [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
      [deepJson(200), '['.repeat(200) + ']'.repeat(200)],
      [9007199254740991, '9007199254740991'],
      [0.1, '0.1'],
    ])
    refuses(
      plain('json'),
      [9007199254740992, [[{ a: -9007199254740992 }]], { a: 1e20 }, JSON.parse('[1e999]')],
      'number-not-exact',
    )
    refuses(plain('json'), [deepJson(201), { a: undefined }, [() => 1]])
    it('refuses 10,000 levels without overflowing', () => {
      let value: unknown = 1
      for (let level = 0; level < 10_000; level += 1) value = level % 2 === 0 ? [value] : { value }
      expect(problemOf(() => body(value, plain('json'))).message).to.match(/nested deeper than 200 levels/)
    })
  })

  describe('array', () => {
    accepts(arrayOf(integer(32)), [
      [[], []],
      [
        [1, '2', null],
        [1, 2, null],
      ],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[[[[[[1]]]]]], [[[[[[1]]]]]]],
    ])
    accepts(arrayOf(arrayOf(string())), [
      [
        [['a'], null],
        [['a'], null],
      ],
    ])
    accepts(arrayOf(plain('json')), [
      [
        [{ a: 1 }, [1], null],
        ['{"a":1}', '[1]', null],
      ],
    ])
    accepts(arrayOf(decimal(5, 2)), [[['1.500'], ['1.50']]])
    refuses(arrayOf(integer(32)), ['{1,2}', 1, {}, ['x'], [{}], [[[[[[[1]]]]]]], [true]])
    refuses(arrayOf(integer(32)), [[2 ** 53]], 'number-not-exact')
    it('says which item', () => {
      expect(problemOf(() => body([[1], [2, 'x']], arrayOf(integer(32)))).message).to.equal(
        '"t.c[1][1]": "x" is not a whole number',
      )
    })
    it('refuses 10,000 levels without overflowing', () => {
      for (const type of [arrayOf(integer(32)), arrayOf(plain('json'))]) {
        let value: unknown = 1
        for (let level = 0; level < 10_000; level += 1) value = [value]
        expect(problemOf(() => body(value, type)).message).to.match(/nested/)
      }
    })
  })

  describe('any', () => {
    accepts(plain('any'), [
      ['x', 'x'],
      [1.5, 1.5],
      [true, 1],
      [false, 0],
      [9007199254740991, 9007199254740991],
    ])
    refuses(plain('any'), [{}, [], { a: 1 }])
    refuses(plain('any'), [2 ** 53, Number.POSITIVE_INFINITY], 'number-not-exact')
  })
})
