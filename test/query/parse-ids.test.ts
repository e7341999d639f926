import { expect } from 'chai'
import { formatKey, parseIds, parseKey } from '../../lib/query/parse-ids.js'
import { problemOf } from './problem.js'
import { createRandom, hostileNames, seed } from './random.js'

describe('parseKey', () => {
  const cases: readonly [string, string[]][] = [
    ['7', ['7']],
    ['7,8', ['7', '8']],
    ['"a,b"', ['a,b']],
    ['"a,b",c', ['a,b', 'c']],
    ['a,"say ""hi"""', ['a', 'say "hi"']],
    ['""', ['']],
    ['"",x,""', ['', 'x', '']],
    ['""""', ['"']],
    [' a , b ', [' a ', ' b ']],
    ["O'Brien", ["O'Brien"]],
    ['a\nb', ['a\nb']],
  ]
  for (const [text, values] of cases)
    it(`reads ${JSON.stringify(text)}`, () => expect(parseKey(text, values.length)).to.deep.equal(values))

  const refused: readonly [string, number, RegExp][] = [
    ['1,2', 1, /"1,2" has 2 values; the primary key has 1$/],
    ['1', 2, /"1" has 1 value; the primary key has 2$/],
    ['', 1, /has an empty value/],
    ['1,', 2, /has an empty value/],
    [',1', 2, /has an empty value/],
    ['1,,2', 3, /has an empty value/],
    ['"a', 1, /not closed/],
    ['"', 1, /not closed/],
    ['"a"b', 1, /goes on after a closing quote/],
    ['"a" ,b', 2, /goes on after a closing quote/],
    ['a"b', 1, /quote inside a value/],
    [' "a,b"', 1, /quote inside a value/],
  ]
  for (const [text, arity, message] of refused) {
    it(`refuses ${JSON.stringify(text)} for ${arity}`, () => {
      const problem = problemOf(() => parseKey(text, arity))
      expect(problem.code).to.equal('invalid-id')
      expect(problem.message).to.match(message)
      expect(problem.hint).to.be.a('string')
    })
  }

  it('tells the counts', () => {
    expect(problemOf(() => parseKey('1,2,3', 2)).context).to.deep.equal({ expected: 2, found: 3 })
  })

  it(`is the inverse of formatKey (TEST_SEED=${seed})`, () => {
    const random = createRandom(seed)
    for (let round = 0; round < 3000; round += 1) {
      const values = Array.from({ length: 1 + random.below(4) }, () =>
        Array.from({ length: random.below(4) }, () => random.pick([...hostileNames, ',', '"', ',"', '7'])).join(''),
      )
      expect(parseKey(formatKey(values), values.length), formatKey(values)).to.deep.equal(values)
    }
    expect(formatKey(['7', 'a,b', 'x"y', '', ' '])).to.equal('7,"a,b","x""y","", ')
  })
})

describe('parseIds', () => {
  it('joins all repetitions, by arity, in order', () => {
    expect(parseIds(['1,2', '3'], 1, 10)).to.deep.equal([['1'], ['2'], ['3']])
    expect(parseIds(['1,a', '2,"b,c"'], 2, 10)).to.deep.equal([
      ['1', 'a'],
      ['2', 'b,c'],
    ])
    expect(parseIds(['1', 'a'], 2, 10)).to.deep.equal([['1', 'a']])
    expect(parseIds(['', '1', ''], 1, 10)).to.deep.equal([['1']])
    expect(parseIds(['1,1'], 1, 10)).to.deep.equal([['1'], ['1']])
  })

  it('refuses nothing, too much and what does not come out even', () => {
    for (const texts of [[], [''], ['', '']]) {
      const problem = problemOf(() => parseIds(texts, 1, 10))
      expect([problem.code, problem.message, problem.context]).to.deep.equal([
        'invalid-parameter',
        'ids is empty',
        { parameter: 'ids' },
      ])
    }
    expect(parseIds(['1,2,3'], 1, 3)).to.have.lengthOf(3)
    expect(problemOf(() => parseIds(['1,2', '3,4'], 1, 3)).code).to.equal('invalid-parameter')
    expect(parseIds(['1,2,3,4'], 2, 2)).to.have.lengthOf(2)
    expect(problemOf(() => parseIds(['1,2,3,4,5,6'], 2, 2)).code).to.equal('invalid-parameter')
    const odd = problemOf(() => parseIds(['1,2,3'], 2, 10))
    expect([odd.code, odd.context]).to.deep.equal(['invalid-id', { parameter: 'ids', expected: 2 }])
    expect(problemOf(() => parseIds(['1,,2'], 1, 10)).code).to.equal('invalid-id')
  })

  it('reads a million characters in one pass', () => {
    for (const part of ['"', '""', ',', '1,', '"",', '"a']) {
      const text = part.repeat(1_000_000 / part.length)
      for (const arity of [1, 2]) {
        try {
          parseIds([text], arity, 1e9)
        } catch (error) {
          expect(
            problemOf(() => {
              throw error
            }).code,
          ).to.equal('invalid-id')
        }
      }
    }
  })
})
