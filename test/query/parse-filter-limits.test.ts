import { expect } from 'chai'
import { parseFilter } from '../../lib/query/parse-filter.js'
import { problemOf } from './problem.js'
import { createRandom, seed } from './random.js'
import { mangled, randomNode, render } from './random-filter.js'

const equal = (column: string) => ({ kind: 'compare', column, op: '=', value: { kind: 'number', text: '1' } })

describe('parseFilter', () => {
  describe('limits', () => {
    const chain = (terms: number, word: string) => Array.from({ length: terms }, (_, index) => `a=${index}`).join(` ${word} `)

    it('refuses more than 8,000 characters, counted as people do', () => {
      const of = (length: number) => `a = '${'😀'.repeat(length - 6)}'`
      expect(parseFilter(of(8000)).kind).to.equal('compare')
      const problem = problemOf(() => parseFilter(of(8001)))
      expect([problem.code, problem.message, problem.context]).to.deep.equal([
        'invalid-filter',
        'the filter is longer than 8000 characters',
        { position: 8001 },
      ])
      expect(problemOf(() => parseFilter('a = 1', { maxLength: 4 })).context).to.deep.equal({ position: 5 })
    })

    it('takes 100 levels and no more', () => {
      expect(parseFilter(`${'('.repeat(100)}a=1${')'.repeat(100)}`)).to.deep.equal(equal('a'))
      const problem = problemOf(() => parseFilter(`${'('.repeat(101)}a=1${')'.repeat(101)}`))
      expect(problem.message).to.equal('the filter is nested deeper than 100 levels at character 101')
      expect(problem.context).to.deep.equal({ position: 101 })
      expect(parseFilter(`${'NOT '.repeat(100)}a=1`).kind).to.equal('not')
      expect(problemOf(() => parseFilter(`${'NOT '.repeat(101)}a=1`)).code).to.equal('invalid-filter')
      expect(problemOf(() => parseFilter('NOT(a=1)', { maxDepth: 1 })).code).to.equal('invalid-filter')
    })

    it('refuses 10,000 levels without overflowing, whatever the options', () => {
      const options = { maxLength: 1e9, maxDepth: 1e9 }
      const texts = [
        '('.repeat(10_000),
        `${'('.repeat(10_000)}a=1${')'.repeat(10_000)}`,
        `${'NOT '.repeat(10_000)}a=1`,
        'NOT('.repeat(10_000),
        'a=1 OR ('.repeat(10_000),
      ]
      for (const text of texts) {
        expect(problemOf(() => parseFilter(text, options)).message).to.match(/nested deeper than 1000 levels/)
        expect(problemOf(() => parseFilter(text, { maxLength: 1e9 })).message).to.match(/nested deeper than 100 levels/)
        expect(problemOf(() => parseFilter(text)).code).to.equal('invalid-filter')
      }
    })

    it('counts depth, not parentheses', () => {
      const text = Array.from({ length: 500 }, () => '(a=1)').join(' or ')
      expect(parseFilter(text, { maxDepth: 1 }))
        .to.have.property('terms')
        .with.lengthOf(500)
    })

    it('reads chains of 10,000 terms flat', () => {
      for (const word of ['and', 'or'] as const) {
        const node = parseFilter(chain(10_000, word), { maxLength: 1e6 })
        expect(node).to.have.property('kind', word)
        expect(node).to.have.property('terms').with.lengthOf(10_000)
      }
      expect(problemOf(() => parseFilter(chain(10_000, 'and'))).code).to.equal('invalid-filter')
    })

    it('reads a million characters of anything in one pass', () => {
      const many = 1_000_000
      const texts = ["'", '"', "''", '""', '1', '0', 'x', '=', ' ', '-', '😀', '.', 'e', '1e', '\\', '&', 'é', 'a=1 '].map(
        (part) => part.repeat(many / part.length),
      )
      for (const text of texts) {
        for (const before of ['', 'a=', 'a in (', "a = '"]) {
          expect(outcome(before + text)).to.be.oneOf(['read', 'invalid-filter'])
        }
      }
    })
  })

  describe(`random filters (TEST_SEED=${seed})`, () => {
    it('are read back as they were', () => {
      const random = createRandom(seed)
      for (let round = 0; round < 3000; round += 1) {
        const node = randomNode(random, 4)
        const text = render(node, random)
        expect(parseFilter(text, { maxLength: 1e6 }), text).to.deep.equal(node)
      }
    })

    it('are read or refused, never worse, when cut and mixed', () => {
      const random = createRandom(seed + 1)
      for (let round = 0; round < 5000; round += 1) {
        const text = mangled(render(randomNode(random, 3), random), random)
        try {
          parseFilter(text)
        } catch (error) {
          const problem = problemOf(() => {
            throw error
          })
          expect(problem.code).to.equal('invalid-filter')
          expect(problem.context.position, text).to.be.within(1, [...text].length + 1)
        }
      }
    })
  })
})

/** Read or refused; anything else thrown fails the test. */
function outcome(text: string): string {
  try {
    parseFilter(text, { maxLength: 1e9 })
    return 'read'
  } catch (error) {
    return problemOf(() => {
      throw error
    }).code
  }
}
