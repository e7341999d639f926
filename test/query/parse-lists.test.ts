import { expect } from 'chai'
import type { Aggregate } from '../../lib/database.js'
import type { FieldNode, OrderNode } from '../../lib/query/ast.js'
import { spellName } from '../../lib/query/lexer.js'
import { outputName, parseFields } from '../../lib/query/parse-fields.js'
import { parseGroup, parseOrder } from '../../lib/query/parse-order.js'
import { problemOf } from './problem.js'
import { createRandom, hostileNames, type Random, seed } from './random.js'

type Case = readonly [text: string, position: number, detail: string, hint: string | RegExp | undefined]

function refuses(parameter: string, parse: (text: string) => unknown, cases: readonly Case[]) {
  for (const [text, position, detail, hint] of cases) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const problem = problemOf(() => parse(text))
      expect(problem.code).to.equal('invalid-parameter')
      expect(problem.message).to.equal(detail)
      expect(problem.context).to.deep.equal({ parameter, position })
      if (hint instanceof RegExp) expect(problem.hint).to.match(hint)
      else expect(problem.hint).to.equal(hint)
    })
  }
}

const column = (name: string, alias: string | null = null): FieldNode => ({ kind: 'column', column: name, alias })
const aggregate = (fn: Aggregate, name: string | null, alias: string | null = null, distinct = false): FieldNode => ({
  kind: 'aggregate',
  fn,
  distinct,
  column: name,
  alias,
})

describe('parseFields', () => {
  const cases: readonly [string, FieldNode[]][] = [
    ['*', []],
    [' * ', []],
    ['a', [column('a')]],
    ['a,b , c', [column('a'), column('b'), column('c')]],
    ['"a b" as x', [column('a b', 'x')]],
    ['a AS "it""s"', [column('a', 'it"s')]],
    ['COUNT(*)', [aggregate('count', null)]],
    ['count ( * ) as n', [aggregate('count', null, 'n')]],
    ['COUNT(a)', [aggregate('count', 'a')]],
    ['COUNT(DISTINCT a)', [aggregate('count', 'a', null, true)]],
    ['COUNT(distinct "distinct")', [aggregate('count', 'distinct', null, true)]],
    ['COUNT(distinct)', [aggregate('count', 'distinct')]],
    [
      'SUM(a), Avg(a), mIn(a), MAX("a b") AS top',
      [aggregate('sum', 'a'), aggregate('avg', 'a'), aggregate('min', 'a'), aggregate('max', 'a b', 'top')],
    ],
    ['count, sum, distinct, and, as', [column('count'), column('sum'), column('distinct'), column('and'), column('as')]],
    ['as as as', [column('as', 'as')]],
    ['a, a AS b', [column('a'), column('a', 'b')]],
    [
      'COUNT(*), COUNT(a), COUNT(DISTINCT a) AS kinds',
      [aggregate('count', null), aggregate('count', 'a'), aggregate('count', 'a', 'kinds', true)],
    ],
  ]
  for (const [text, fields] of cases) it(`reads ${text}`, () => expect(parseFields(text)).to.deep.equal(fields))

  it('names what it puts out', () => {
    expect(parseFields('a, b AS x, COUNT(*), SUM(a), COUNT(a), MIN(a) AS low').map(outputName)).to.deep.equal([
      'a',
      'x',
      'count',
      'sum_a',
      'count_a',
      'low',
    ])
    expect(outputName(aggregate('count', 'a', null, true))).to.equal('count_a')
  })

  refuses('fields', parseFields, [
    ['', 1, 'expected a column name at character 1, found end of fields', undefined],
    ['a,', 3, 'expected a column name at character 3, found end of fields', undefined],
    ['a,,b', 3, 'expected a column name at character 3, found ","', undefined],
    ['a b', 3, 'expected AS, "," or end of fields at character 3, found "b"', /separated by commas/],
    ['a;b', 2, '";" is not understood at character 2', /commas/],
    ['a AS', 5, 'expected a name after AS at character 5, found end of fields', undefined],
    ["a AS 'x'", 6, "expected a name after AS at character 6, found 'x'", /double quotes/],
    ["'a'", 1, "expected a column name at character 1, found 'a'", /double quotes/],
    ['1', 1, 'expected a column name at character 1, found 1', undefined],
    ['*, a', 2, 'expected end of fields at character 2, found ","', /stands alone/],
    ['a, *', 4, 'expected a column name at character 4, found "*"', /stands alone/],
    ['a *', 3, 'expected AS, "," or end of fields at character 3, found "*"', /stands alone/],
    ['t.a', 2, '"." is not understood at character 2', /"a.b"/],
    ['a,a', 3, 'fields has "a" a second time at character 3', /AS other/],
    ['a, b AS a', 4, 'fields has "a" a second time at character 4', /AS other/],
    ['COUNT(a), COUNT(DISTINCT a)', 11, 'fields has "count_a" a second time at character 11', /AS other/],
    ['SUM(*)', 5, 'expected a column name at character 5, found "*"', /only COUNT/],
    ['SUM(DISTINCT a)', 5, 'DISTINCT cannot be used in SUM at character 5', /COUNT only/],
    ['COUNT()', 7, 'expected a column name at character 7, found ")"', undefined],
    ['COUNT(a', 8, 'expected ")" at character 8, found end of fields', undefined],
    ['COUNT(a, b)', 8, 'expected ")" at character 8, found ","', undefined],
    ['COUNT(COUNT(a))', 12, 'expected ")" at character 12, found "("', undefined],
    ['COUTN(a)', 1, 'there is no function "COUTN" at character 1', 'did you mean "COUNT"?'],
    ['upper(a)', 1, 'there is no function "upper" at character 1', /COUNT, SUM, AVG, MIN and MAX/],
    ['"count"(a)', 1, 'there is no function "count" at character 1', /COUNT/],
    ['"a', 1, 'the name is not closed at character 1', /end it with "/],
  ])

  it(`reads random fields back as they were (TEST_SEED=${seed})`, () => {
    const random = createRandom(seed)
    for (let round = 0; round < 3000; round += 1) {
      const fields = uniqueBy(
        Array.from({ length: 1 + random.below(6) }, () => randomField(random)),
        outputName,
      )
      const text = fields.map((field) => renderField(field, random)).join(random.pick([',', ', ', ' ,\n']))
      expect(parseFields(text), text).to.deep.equal(fields)
    }
  })

  it('takes 500 entries and no more', () => {
    const of = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`).join(',')
    expect(parseFields(of(500))).to.have.lengthOf(500)
    expect(problemOf(() => parseFields(of(501))).message).to.match(/^fields has more than 500 entries/)
    expect(problemOf(() => parseOrder(of(501))).code).to.equal('invalid-parameter')
    expect(problemOf(() => parseGroup(of(501))).code).to.equal('invalid-parameter')
    expect(problemOf(() => parseFields(of(200_000))).code).to.equal('invalid-parameter')
  })

  it('reads or refuses a million characters of anything', () => {
    for (const part of ['(', 'COUNT(', ',', '"', "'", '*', ' ', 'a ', 'as ', '😀']) {
      const text = part.repeat(1_000_000 / part.length)
      for (const parse of [parseFields, parseOrder, parseGroup]) {
        try {
          parse(text)
        } catch (error) {
          expect(
            problemOf(() => {
              throw error
            }).code,
          ).to.equal('invalid-parameter')
        }
      }
    }
  })
})

describe('parseOrder', () => {
  const node = (name: string, descending = false): OrderNode => ({ name, descending })
  const cases: readonly [string, OrderNode[]][] = [
    ['a', [node('a')]],
    ['total DESC, name', [node('total', true), node('name')]],
    ['a asc,b Desc', [node('a'), node('b', true)]],
    ['desc desc, asc', [node('desc', true), node('asc')]],
    ['"a b" DESC,"x""y"', [node('a b', true), node('x"y')]],
    ['a, A', [node('a'), node('A')]],
  ]
  for (const [text, order] of cases) it(`reads ${text}`, () => expect(parseOrder(text)).to.deep.equal(order))

  refuses('order', parseOrder, [
    ['', 1, 'expected a column name at character 1, found end of order', undefined],
    ['-a', 1, '"-" is not understood at character 1', /DESC/],
    ['+a', 1, '"+" is not understood at character 1', /alone/],
    ['a DESC ASC', 8, 'expected ASC, DESC, "," or end of order at character 8, found "ASC"', /commas/],
    ['a NULLS LAST', 3, 'expected ASC, DESC, "," or end of order at character 3, found "NULLS"', /commas/],
    ['a, a DESC', 4, 'order has "a" a second time at character 4', /once/],
    ['COUNT(*)', 6, 'expected ASC, DESC, "," or end of order at character 6, found "("', undefined],
  ])

  it('reads every name back', () => {
    for (const name of hostileNames) expect(parseOrder(`${spellName(name)} DESC`)).to.deep.equal([node(name, true)])
    expect(parseOrder(hostileNames.map(spellName).join(','))).to.deep.equal(hostileNames.map((name) => node(name)))
  })
})

describe('parseGroup', () => {
  it('reads columns', () => {
    expect(parseGroup('a, "b c",desc')).to.deep.equal(['a', 'b c', 'desc'])
    expect(parseGroup(hostileNames.map(spellName).join(' , '))).to.deep.equal(hostileNames)
  })

  refuses('group', parseGroup, [
    ['', 1, 'expected a column name at character 1, found end of group', undefined],
    ['a DESC', 3, 'expected "," or end of group at character 3, found "DESC"', /commas/],
    ['a,"a"', 3, 'group has "a" a second time at character 3', /once/],
    ['*', 1, 'expected a column name at character 1, found "*"', undefined],
  ])
})

function randomField(random: Random): FieldNode {
  const alias = random.chance(40) ? random.pick(hostileNames) : null
  if (random.chance(50)) return column(random.pick(hostileNames), alias)
  const fn = random.pick(['count', 'sum', 'avg', 'min', 'max'] as const)
  if (fn === 'count' && random.chance(30)) return aggregate(fn, null, alias)
  return aggregate(fn, random.pick(hostileNames), alias, fn === 'count' && random.chance(50))
}

function renderField(field: FieldNode, random: Random): string {
  const word = (text: string) => (random.chance(50) ? text.toLowerCase() : text.toUpperCase())
  const alias = field.alias === null ? '' : ` ${word('AS')} ${spellName(field.alias)}`
  if (field.kind === 'column') return `${spellName(field.column)}${alias}`
  const name = field.column === null ? '*' : spellName(field.column)
  return `${word(field.fn)}${random.pick(['', ' '])}(${field.distinct ? `${word('DISTINCT')} ` : ''}${name})${alias}`
}

function uniqueBy<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [nameOf(item), item])).values()]
}
