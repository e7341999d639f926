import { expect } from 'chai'
import type { FilterNode, Literal } from '../../lib/query/ast.js'
import { spellName } from '../../lib/query/lexer.js'
import { parseFilter } from '../../lib/query/parse-filter.js'
import { problemOf } from './problem.js'
import { hostileNames } from './random.js'

const number = (text: string): Literal => ({ kind: 'number', text })
const string = (text: string): Literal => ({ kind: 'string', text })
const equal = (column: string, value: Literal = number('1')): FilterNode => ({ kind: 'compare', column, op: '=', value })

describe('parseFilter', () => {
  describe('conditions', () => {
    const cases: readonly [string, FilterNode][] = [
      ['a = 1', equal('a')],
      ['a=1', equal('a')],
      ['  a\n=\t1  ', equal('a')],
      ['a != 1', { kind: 'compare', column: 'a', op: '<>', value: number('1') }],
      ['a <> 1', { kind: 'compare', column: 'a', op: '<>', value: number('1') }],
      ['a >= 1', { kind: 'compare', column: 'a', op: '>=', value: number('1') }],
      ['a<=-1', { kind: 'compare', column: 'a', op: '<=', value: number('-1') }],
      ['a > 1.50', { kind: 'compare', column: 'a', op: '>', value: number('1.50') }],
      ['a < 1e-7', { kind: 'compare', column: 'a', op: '<', value: number('1e-7') }],
      ['a = 12345678901234567890.000', equal('a', number('12345678901234567890.000'))],
      ["a = 'it''s'", equal('a', string("it's"))],
      ["a = ''", equal('a', string(''))],
      ["a = ''''", equal('a', string("'"))],
      ['a = \'"x" AND\'', equal('a', string('"x" AND'))],
      ['a = TRUE', equal('a', { kind: 'boolean', value: true })],
      ['a = false', equal('a', { kind: 'boolean', value: false })],
      [
        "a in (1,'x' , true)",
        { kind: 'in', column: 'a', negated: false, values: [number('1'), string('x'), { kind: 'boolean', value: true }] },
      ],
      ['a NOT IN (1)', { kind: 'in', column: 'a', negated: true, values: [number('1')] }],
      ["a LIKE 'x%'", { kind: 'like', column: 'a', negated: false, pattern: 'x%' }],
      ["a not like '_'", { kind: 'like', column: 'a', negated: true, pattern: '_' }],
      ['a BETWEEN 1 AND 2', { kind: 'between', column: 'a', negated: false, low: number('1'), high: number('2') }],
      ["a Not Between 'x' And 'y'", { kind: 'between', column: 'a', negated: true, low: string('x'), high: string('y') }],
      ['a IS NULL', { kind: 'null', column: 'a', negated: false }],
      ['a is not null', { kind: 'null', column: 'a', negated: true }],
      ["a CONTAINS '50%'", { kind: 'match', column: 'a', where: 'contains', text: '50%' }],
      ["a starts  with 'x'", { kind: 'match', column: 'a', where: 'starts', text: 'x' }],
      ["a ENDS WITH 'x'", { kind: 'match', column: 'a', where: 'ends', text: 'x' }],
    ]
    for (const [text, node] of cases) it(text, () => expect(parseFilter(text)).to.deep.equal(node))
  })

  describe('precedence', () => {
    const [a, b, c] = [equal('a'), equal('b'), equal('c')]
    const cases: readonly [string, FilterNode][] = [
      ['a=1 and b=1 and c=1', { kind: 'and', terms: [a, b, c] }],
      ['a=1 or b=1 and c=1', { kind: 'or', terms: [a, { kind: 'and', terms: [b, c] }] }],
      ['(a=1 or b=1) and c=1', { kind: 'and', terms: [{ kind: 'or', terms: [a, b] }, c] }],
      ['not a=1 and b=1', { kind: 'and', terms: [{ kind: 'not', term: a }, b] }],
      ['not (a=1 and b=1)', { kind: 'not', term: { kind: 'and', terms: [a, b] } }],
      ['not not a=1', { kind: 'not', term: { kind: 'not', term: a } }],
      ['((a=1))', a],
      ['(a=1)AND(b=1)', { kind: 'and', terms: [a, b] }],
      [
        'a between 1 and 2 and b=1',
        { kind: 'and', terms: [{ kind: 'between', column: 'a', negated: false, low: number('1'), high: number('2') }, b] },
      ],
      ['not a not in (1)', { kind: 'not', term: { kind: 'in', column: 'a', negated: true, values: [number('1')] } }],
    ]
    for (const [text, node] of cases) it(text, () => expect(parseFilter(text)).to.deep.equal(node))
  })

  describe('names', () => {
    for (const name of hostileNames) {
      it(`reads ${JSON.stringify(name)} quoted`, () => {
        expect(parseFilter(`"${name.replaceAll('"', '""')}"=1`)).to.deep.equal(equal(name))
        expect(parseFilter(`${spellName(name)} = 1`)).to.deep.equal(equal(name))
      })
    }

    it('reads letters of every script plainly', () => {
      for (const name of ['größe', '名前', 'हिन्दी', '_', 'x1', 'ÀB']) expect(parseFilter(`${name}=1`)).to.deep.equal(equal(name))
    })

    it('reads a word that could be an operator as a column where a column must stand', () => {
      for (const name of ['contains', 'starts', 'ends', 'with', 'asc', 'distinct', 'count']) {
        expect(parseFilter(`${name}=1`)).to.deep.equal(equal(name))
      }
      expect(parseFilter("ends ends with 'x'")).to.deep.equal({ kind: 'match', column: 'ends', where: 'ends', text: 'x' })
    })

    it('takes only ASCII letters for keywords', () => {
      expect(problemOf(() => parseFilter('a ıs null')).message).to.match(/^expected an operator at character 3/)
      expect(problemOf(() => parseFilter("a li\u212ae 'x'")).message).to.match(/^expected an operator at character 3/)
    })
  })

  describe('problems', () => {
    const cases: readonly [text: string, position: number, detail: string, hint: string | RegExp | undefined][] = [
      ['', 1, 'expected a column name at character 1, found end of filter', /looks like this/],
      ['   ', 4, 'expected a column name at character 4, found end of filter', /looks like this/],
      ['age >=', 7, 'expected a value at character 7, found end of filter', undefined],
      ['a', 2, 'expected an operator at character 2, found end of filter', /operators are/],
      ['a == 1', 3, '"==" is not understood at character 3', 'write = to compare'],
      ['a === 1', 3, '"===" is not understood at character 3', 'write = to compare'],
      ['a = 1 && b = 2', 7, '"&&" is not understood at character 7', 'write AND'],
      ['a = 1&&b = 2', 6, '"&&" is not understood at character 6', 'write AND'],
      ['a = 1 || b = 2', 7, '"||" is not understood at character 7', 'write OR'],
      ['!a = 1', 1, '"!" is not understood at character 1', /write NOT/],
      ['a => 1', 3, '"=>" is not understood at character 3', 'write >='],
      ['a =< 1', 3, '"=<" is not understood at character 3', 'write <='],
      ['`a` = 1', 1, '"`" is not understood at character 1', /double quotes/],
      ['[a] = 1', 1, '"[" is not understood at character 1', /double quotes/],
      ['t.a = 1', 2, '"." is not understood at character 2', /"a.b"/],
      ['a = ‘x’', 5, '"‘" is not understood at character 5', /straight quotes/],
      ['a = 1;', 6, '";" is not understood at character 6', undefined],
      ['a = \u0000', 5, 'the character U+0000 is not understood at character 5', undefined],
      ['a = "x"', 5, 'expected a value at character 5, found "x"', "text is written in 'single quotes': 'x'"],
      ['a = x', 5, 'expected a value at character 5, found "x"', "text is written in 'single quotes': 'x'"],
      ['name = John Smith', 8, 'expected a value at character 8, found "John"', "text is written in 'single quotes': 'John'"],
      ['a = null', 5, 'expected a value at character 5, found "null"', /IS NULL$/],
      ['a != NULL', 6, 'expected a value at character 6, found "NULL"', /IS NOT NULL$/],
      ['a in (1, null)', 10, 'expected a value at character 10, found "null"', /IS NULL$/],
      ['a IN ()', 7, 'expected a value at character 7, found ")"', 'IN needs at least one value'],
      ['a IN 1', 6, 'expected "(" at character 6, found 1', 'write IN (1, 2, 3)'],
      ['a IN (1', 8, 'expected "," or ")" at character 8, found end of filter', 'the ( at character 6 is not closed'],
      ['a IN (1 2)', 9, 'expected "," or ")" at character 9, found 2', /separated by commas/],
      ['a IN (1,)', 9, 'expected a value at character 9, found ")"', undefined],
      ['(a = 1', 7, 'expected AND, OR or ")" at character 7, found end of filter', 'the ( at character 1 is not closed'],
      [
        '(a = 1 and (b = 2)',
        19,
        'expected AND, OR or ")" at character 19, found end of filter',
        'the ( at character 1 is not closed',
      ],
      ['a = 1)', 6, 'expected AND, OR or end of filter at character 6, found ")"', 'no ( is open here'],
      ['a = 1 b = 2', 7, 'expected AND, OR or end of filter at character 7, found "b"', /join conditions/],
      ['a = 1, b = 2', 6, 'expected AND, OR or end of filter at character 6, found ","', 'join conditions with AND or OR'],
      ['a = 1 adn b = 2', 7, 'expected AND, OR or end of filter at character 7, found "adn"', 'did you mean "AND"?'],
      ['a = 1 AND', 10, 'expected a column name at character 10, found end of filter', undefined],
      ['AND a = 1', 1, 'expected a column name at character 1, found "AND"', /"AND"$/],
      ['()', 2, 'expected a column name at character 2, found ")"', undefined],
      ["'a' = 1", 1, "expected a column name at character 1, found 'a'", /double quotes/],
      ['5 < a', 1, 'expected a column name at character 1, found 5', /the column stands first/],
      ['lower(a) = 1', 6, 'expected an operator at character 6, found "("', /functions/],
      ["a LKE 'x'", 3, 'expected an operator at character 3, found "LKE"', 'did you mean "LIKE"?'],
      ["a STARTSWITH 'x'", 3, 'expected an operator at character 3, found "STARTSWITH"', 'did you mean "STARTS WITH"?'],
      ["a STARTS 'x'", 10, "expected WITH at character 10, found 'x'", /STARTS WITH/],
      ["a NOT CONTAINS 'x'", 7, 'expected IN, LIKE or BETWEEN at character 7, found "CONTAINS"', /NOT a …$/],
      ['a LIKE 5', 8, 'expected a text at character 8, found 5', /'5'$/],
      ['a IS true', 6, 'expected NULL or NOT NULL at character 6, found "true"', /compare values with =/],
      ['a IS NOT 1', 10, 'expected NULL at character 10, found 1', /compare values with =/],
      ['a BETWEEN 1 OR 2', 13, 'expected AND at character 13, found "OR"', /BETWEEN 1 AND 5/],
      ['a BETWEEN 1', 12, 'expected AND at character 12, found end of filter', /BETWEEN 1 AND 5/],
      ["a = 'x", 5, 'the text is not closed at character 5', /end it with '/],
      ['"a = 1', 1, 'the name is not closed at character 1', /end it with "/],
      ["a = 'it's'", 9, 'expected AND, OR or end of filter at character 9, found "s"', /doubled/],
      ['a = 2024-01-31', 5, '2024-01-31 is not a number at character 5', /single quotes/],
      ['a = 12abc', 5, '12abc is not a number at character 5', /single quotes/],
      ['a = 1.2.3', 5, '1.2.3 is not a number at character 5', /single quotes/],
      ['a = 1.', 5, '1. is not a number at character 5', /single quotes/],
      ['a = - 1', 5, '"-" is not understood at character 5', /minus/],
      ['a = +1', 5, '"+" is not understood at character 5', /without \+/],
      ["😀 = 'x'", 1, '"😀" is not understood at character 1', undefined],
      ["a = '😀' x", 9, 'expected AND, OR or end of filter at character 9, found "x"', /join conditions/],
    ]
    for (const [text, position, detail, hint] of cases) {
      it(JSON.stringify(text), () => {
        const problem = problemOf(() => parseFilter(text))
        expect(problem.code).to.equal('invalid-filter')
        expect(problem.message).to.equal(detail)
        expect(problem.context).to.deep.equal({ position })
        if (hint instanceof RegExp) expect(problem.hint).to.match(hint)
        else expect(problem.hint).to.equal(hint)
      })
    }

    it('counts code points in positions', () => {
      expect(problemOf(() => parseFilter("a = '😀😀' AND")).context).to.deep.equal({ position: 13 })
    })

    it('shortens what it found', () => {
      const problem = problemOf(() => parseFilter(`a = ${'x'.repeat(5000)}`))
      expect(problem.message).to.equal(`expected a value at character 5, found "${'x'.repeat(40)}…"`)
    })
  })
})
