import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { CompareOp, FilterNode } from './ast.js'
import { isLongerThan } from './characters.js'
import { spellName, type Token } from './lexer.js'
import { parseLiteral, parseLiterals, parseText } from './parse-literal.js'
import { createTokenReader, type Subject, type TokenReader } from './token-reader.js'

export interface FilterLimits {
  /** Most characters of a filter; 8,000 by default. */
  readonly maxLength?: number | undefined
  /** Most levels of parentheses and NOTs inside each other; 100 by default, never more than 1,000. */
  readonly maxDepth?: number | undefined
}

const subject: Subject = {
  noun: 'filter',
  code: 'invalid-filter',
  context: {},
  hints: new Map([
    ['==', 'write = to compare'],
    ['===', 'write = to compare'],
    ['=>', 'write >='],
    ['=<', 'write <='],
    ['&&', 'write AND'],
    ['&', 'write AND'],
    ['||', 'write OR'],
    ['|', 'write OR'],
    ['!', 'write NOT, or <> to compare'],
    ['-', 'a minus stands right before a number: -1'],
    ['+', 'numbers are written without +'],
  ]),
}

const operators: ReadonlyMap<string, CompareOp> = new Map([
  ['=', '='],
  ['!=', '<>'],
  ['<>', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])

/** Words that only quoted are names: unquoted they would hide a forgotten column. */
const reserved: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'is', 'null', 'true', 'false', 'like', 'between'])

/**
 * Reads a filter such as `total >= 10 AND (city = 'Rome' OR NOT note IS NULL)`. Names are not checked and literals not
 * typed; `!=` becomes `<>`. Chains of AND and OR are flat; parentheses and NOT are what nests. Time is linear in the
 * length, stack in `maxDepth`.
 *
 * Fails with `invalid-filter`, the 1-based character as `context.position`.
 *
 * @example parseFilter("a = 1") // { kind: 'compare', column: 'a', op: '=', value: { kind: 'number', text: '1' } }
 */
export function parseFilter(text: string, limits: FilterLimits = {}): FilterNode {
  const reader = createTokenReader(text, subject)
  const maxLength = limits.maxLength ?? 8000
  if (isLongerThan(text, maxLength)) {
    const detail = `the filter is longer than ${maxLength} characters`
    fail('invalid-filter', { detail, hint: 'use ids, or several requests', context: { position: maxLength + 1 } })
  }
  if (reader.peek().kind === 'end') reader.expected('a column name', "a filter looks like this: age >= 18 AND city = 'Rome'")
  const node = parseOr(reader, { level: 0, most: Math.min(limits.maxDepth ?? 100, 1000) })
  if (reader.peek().kind !== 'end') reader.expected('AND, OR or end of filter', hintAfterCondition(reader))
  return node
}

/** How many parentheses and NOTs are open, and may be. */
interface Depth {
  readonly level: number
  readonly most: number
}

function parseOr(reader: TokenReader, depth: Depth): FilterNode {
  const first = parseAnd(reader, depth)
  const terms = [first]
  while (reader.takeKeyword('or')) terms.push(parseAnd(reader, depth))
  return terms.length === 1 ? first : { kind: 'or', terms }
}

function parseAnd(reader: TokenReader, depth: Depth): FilterNode {
  const first = parseTerm(reader, depth)
  const terms = [first]
  while (reader.takeKeyword('and')) terms.push(parseTerm(reader, depth))
  return terms.length === 1 ? first : { kind: 'and', terms }
}

function parseTerm(reader: TokenReader, depth: Depth): FilterNode {
  const start = reader.peek()
  const not = reader.takeKeyword('not')
  if (!not && !reader.takeSymbol('(')) return parseCondition(reader)
  if (depth.level >= depth.most) {
    reader.refuse(start.start, `the filter is nested deeper than ${depth.most} levels`, 'use fewer parentheses and NOTs')
  }
  const inner = { ...depth, level: depth.level + 1 }
  if (not) return { kind: 'not', term: parseTerm(reader, inner) }
  const node = parseOr(reader, inner)
  if (!reader.takeSymbol(')')) reader.expected('AND, OR or ")"', hintUnclosed(reader, start) ?? hintAfterCondition(reader))
  return node
}

function parseCondition(reader: TokenReader): FilterNode {
  const column = parseColumn(reader)
  const token = reader.peek()
  const op = token.kind === 'symbol' ? operators.get(token.text) : undefined
  if (op !== undefined) {
    reader.take()
    return { kind: 'compare', column, op, value: parseLiteral(reader, op === '<>' ? 'IS NOT NULL' : 'IS NULL') }
  }
  if (reader.takeKeyword('is')) return parseIs(reader, column)
  if (reader.takeKeyword('contains')) return { kind: 'match', column, where: 'contains', text: parseText(reader) }
  if (reader.takeKeyword('starts')) return parseEdge(reader, column, 'starts')
  if (reader.takeKeyword('ends')) return parseEdge(reader, column, 'ends')
  return parseNegatable(reader, column, reader.takeKeyword('not'))
}

function parseNegatable(reader: TokenReader, column: string, negated: boolean): FilterNode {
  if (reader.takeKeyword('in')) return { kind: 'in', column, negated, values: parseLiterals(reader) }
  if (reader.takeKeyword('like')) return { kind: 'like', column, negated, pattern: parseText(reader) }
  if (reader.takeKeyword('between')) {
    const low = parseLiteral(reader, 'IS NULL')
    if (!reader.takeKeyword('and')) reader.expected('AND', 'write BETWEEN 1 AND 5')
    return { kind: 'between', column, negated, low, high: parseLiteral(reader, 'IS NULL') }
  }
  if (negated)
    reader.expected('IN, LIKE or BETWEEN', `to negate anything else, write NOT before the column: NOT ${spellName(column)} …`)
  return reader.expected('an operator', hintForOperator(reader))
}

function parseIs(reader: TokenReader, column: string): FilterNode {
  const negated = reader.takeKeyword('not')
  if (!reader.takeKeyword('null'))
    reader.expected(negated ? 'NULL' : 'NULL or NOT NULL', 'IS goes with NULL only; compare values with =')
  return { kind: 'null', column, negated }
}

function parseEdge(reader: TokenReader, column: string, where: 'starts' | 'ends'): FilterNode {
  if (!reader.takeKeyword('with')) reader.expected('WITH', `write ${where.toUpperCase()} WITH 'text'`)
  return { kind: 'match', column, where, text: parseText(reader) }
}

function parseColumn(reader: TokenReader): string {
  const token = reader.peek()
  const word = reader.keyword()
  if (word !== undefined && reserved.has(word)) {
    reader.expected('a column name', `a column of this name is written in double quotes: "${token.text}"`)
  }
  if (token.kind === 'word' || token.kind === 'name') return reader.take().text
  if (token.kind === 'text')
    reader.expected('a column name', '\'single quotes\' are for values; names are plain or in "double quotes"')
  return reader.expected('a column name', token.kind === 'number' ? 'the column stands first: age > 5' : undefined)
}

function hintForOperator(reader: TokenReader): string {
  const token = reader.peek()
  if (token.kind === 'symbol' && token.text === '(') return 'functions cannot be used in a filter'
  const words = ['IN', 'LIKE', 'BETWEEN', 'IS NULL', 'CONTAINS', 'STARTS WITH', 'ENDS WITH']
  const guess = token.kind === 'word' ? didYouMean(token.text, words) : undefined
  return guess ?? `operators are = <> < <= > >= ${words.join(', ')}; a name of several words is written in "double quotes"`
}

function hintAfterCondition(reader: TokenReader): string | undefined {
  const token = reader.peek()
  if (token.kind === 'symbol' && token.text === ')') return 'no ( is open here'
  if (token.kind === 'symbol') return 'join conditions with AND or OR'
  const guess = token.kind === 'word' ? didYouMean(token.text, ['AND', 'OR']) : undefined
  return (
    guess ??
    (token.kind === 'end' ? undefined : "join conditions with AND or OR; text of several words is written in 'single quotes'")
  )
}

function hintUnclosed(reader: TokenReader, open: Token): string | undefined {
  return reader.peek().kind === 'end' ? `the ( at character ${reader.position(open.start)} is not closed` : undefined
}
