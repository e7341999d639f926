import { expect } from 'chai'
import { problemOf } from './problem.js'
import { createRandom, seed } from './random.js'
import { accepts, binary, body, choice, other, plain, refuses, set, string } from './value-cases.js'

describe('fromJson', () => {
  describe('string', () => {
    accepts(string(), [
      ['', ''],
      ['x\u0000y', 'x\u0000y'],
      ['😀', '😀'],
      ['x'.repeat(100_000), 'x'.repeat(100_000)],
    ])
    refuses(string(), [1, true, {}, [], '\ud800', 'a\udc00b', '\udc00\ud800'])
    it('says to send a string', () => expect(problemOf(() => body(5, string())).hint).to.equal('send a string'))
    accepts(string(3), [
      ['abc', 'abc'],
      ['😀😀😀', '😀😀😀'],
      ['', ''],
    ])
    refuses(string(3), ['abcd', '😀😀😀😀', 'abc '])
    accepts(string(3, true), [
      ['abc    ', 'abc    '],
      ['   ', '   '],
      ['    ', '    '],
    ])
    refuses(string(3, true), ['abcd', ' abc', 'abc  d', 'abc\t'])
    it('tells the length', () => expect(problemOf(() => body('abcd', string(3))).hint).to.equal('the column holds 3 characters'))
  })

  describe('enum and set', () => {
    accepts(choice, [
      ['new', 'new'],
      ['__proto__', '__proto__'],
    ])
    refuses(choice, ['', 'New', 'constructor', 1, true])
    it('guesses and lists', () => {
      expect(problemOf(() => body('piad', choice)).hint).to.equal(
        'did you mean "paid"? the values are "new", "paid", "sent", "__proto__"',
      )
      const values = Array.from({ length: 14 }, (_, index) => `value ${index}`)
      expect(problemOf(() => body('?', { name: 'enum', values })).hint).to.match(/"value 9" and 4 more$/)
    })
    accepts(set, [
      ['', ''],
      ['a', 'a'],
      ['c,a', 'a,c'],
      ['b,b', 'b'],
      ['a,b,c', 'a,b,c'],
    ])
    refuses(set, ['d', 'a,d', 'a,', ' a', 'A', 1, ['a']])
  })

  describe('interval, uuid, other', () => {
    accepts(plain('interval'), [
      ['P1DT2H', 'P1DT2H'],
      ['1 day', '1 day'],
      ['x'.repeat(100), 'x'.repeat(100)],
    ])
    refuses(plain('interval'), ['x'.repeat(101), 5, '\ud800'])
    accepts(plain('uuid'), [['01890A5D-AC96-774B-BCCE-B302099A8057', '01890a5d-ac96-774b-bcce-b302099a8057']])
    refuses(plain('uuid'), [
      '',
      '01890a5dac96774bbcceb302099a8057',
      '{01890a5d-ac96-774b-bcce-b302099a8057}',
      '01890a5d-ac96-774b-bcce-b302099a805g',
      '01890a5d-ac96-774b-bcce-b302099a8057\n',
      1,
    ])
    accepts(other, [
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['', ''],
    ])
    refuses(other, [5, true, {}, '\udfff'])
  })

  describe('binary', () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x00])
    accepts(binary(), [
      ['+//+AA==', bytes],
      ['-__-AA', bytes],
      ['+//+AA', bytes],
      ['', Buffer.alloc(0)],
      ['AA==', Buffer.from([0])],
    ])
    refuses(binary(), ['A', 'AAAAA', 'AA=', 'AAA==', '=', '==', '====', 'A===', 'AA==AA==', 'A A=', 'AA\n', '%%%%', 'é', 1, [0]])
    accepts(binary(3), [['AAAA', Buffer.alloc(3)]])
    refuses(binary(3), ['AAAAAA=='])
    it(`reads random bytes back (TEST_SEED=${seed})`, () => {
      const random = createRandom(seed)
      for (let round = 0; round < 500; round += 1) {
        const buffer = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)))
        const texts = [buffer.toString('base64'), buffer.toString('base64url'), buffer.toString('base64').replaceAll('=', '')]
        for (const text of texts) expect(body(text, binary())).to.deep.equal(buffer)
      }
    })
  })
})
