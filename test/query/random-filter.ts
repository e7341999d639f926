import type { CompareOp, FilterNode, Literal } from '../../lib/query/ast.js'
import { spellName, spellText } from '../../lib/query/lexer.js'
import { hostileNames, type Random } from './random.js'

const number = (text: string): Literal => ({ kind: 'number', text })
const string = (text: string): Literal => ({ kind: 'string', text })

/** Any filter, `depth` levels deep at most. */
export function randomNode(random: Random, depth: number): FilterNode {
  const column = random.pick(hostileNames)
  const negated = random.chance(50)
  switch (random.below(depth > 0 ? 9 : 6)) {
    case 0:
      return {
        kind: 'compare',
        column,
        op: random.pick<CompareOp>(['=', '<>', '<', '<=', '>', '>=']),
        value: randomLiteral(random),
      }
    case 1:
      return { kind: 'in', column, negated, values: Array.from({ length: 1 + random.below(4) }, () => randomLiteral(random)) }
    case 2:
      return { kind: 'between', column, negated, low: randomLiteral(random), high: randomLiteral(random) }
    case 3:
      return { kind: 'null', column, negated }
    case 4:
      return { kind: 'like', column, negated, pattern: random.pick(hostileNames) }
    case 5:
      return {
        kind: 'match',
        column,
        where: random.pick(['contains', 'starts', 'ends'] as const),
        text: random.pick(hostileNames),
      }
    case 6:
      return { kind: 'not', term: randomNode(random, depth - 1) }
    default: {
      const kind = random.pick(['and', 'or'] as const)
      return { kind, terms: Array.from({ length: 2 + random.below(3) }, () => randomNode(random, depth - 1)) }
    }
  }
}

function randomLiteral(random: Random): Literal {
  switch (random.below(3)) {
    case 0:
      return number(random.pick(['0', '-1', '1.5', '1e-7', '.5', '-0', '007', '9223372036854775808', '1E+10', '-12.50']))
    case 1:
      return string(random.pick(hostileNames))
    default:
      return { kind: 'boolean', value: random.chance(50) }
  }
}

/** Writes a filter with every freedom the grammar leaves: case, blanks, `!=`, parentheses nobody needs. */
export function render(node: FilterNode, random: Random): string {
  const word = (text: string) =>
    text
      .split(' ')
      .map((part) => (random.chance(50) ? part.toLowerCase() : part))
      .join(random.pick([' ', '\n', '  ']))
  const blank = () => random.pick(['', ' ', '\t'])
  const literal = (value: Literal) =>
    value.kind === 'number' ? value.text : value.kind === 'string' ? spellText(value.text) : word(value.value ? 'TRUE' : 'FALSE')
  const write = (item: FilterNode, isInner: boolean): string => {
    const plain = writePlain(item)
    const needs = isInner && 'terms' in item
    return needs || random.chance(10) ? `(${blank()}${plain}${blank()})` : plain
  }
  const writePlain = (item: FilterNode): string => {
    if ('terms' in item) return item.terms.map((term) => write(term, true)).join(` ${word(item.kind.toUpperCase())} `)
    if (item.kind === 'not') return `${word('NOT')} ${write(item.term, true)}`
    const name = spellName(item.column)
    if (item.kind === 'compare') {
      const op = item.op === '<>' && random.chance(50) ? '!=' : item.op
      return `${name}${blank()}${op}${blank()}${literal(item.value)}`
    }
    if (item.kind === 'null') return `${name} ${word(item.negated ? 'IS NOT NULL' : 'IS NULL')}`
    if (item.kind === 'match')
      return `${name} ${word({ contains: 'CONTAINS', starts: 'STARTS WITH', ends: 'ENDS WITH' }[item.where])}${blank()}${spellText(item.text)}`
    const not = item.negated ? `${word('NOT')} ` : ''
    if (item.kind === 'like') return `${name} ${not}${word('LIKE')}${blank()}${spellText(item.pattern)}`
    if (item.kind === 'in')
      return `${name} ${not}${word('IN')}${blank()}(${item.values.map(literal).join(`${blank()},${blank()}`)})`
    return `${name} ${not}${word('BETWEEN')} ${literal(item.low)} ${word('AND')} ${literal(item.high)}`
  }
  return write(node, false)
}

/** `text` with something cut out and something put in. */
export function mangled(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const insert = random.pick(["'", '"', '(', ')', ',', '=', 'NOT', 'AND', 'null', '-', '\u0000', '😀', '%', ''])
  return text.slice(0, at) + insert + text.slice(at + random.below(4))
}
