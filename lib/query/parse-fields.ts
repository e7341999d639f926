import type { Aggregate } from '../database.js'
import { didYouMean } from '../nearest.js'
import type { FieldNode } from './ast.js'
import { keywordOf, type Token } from './lexer.js'
import { createListReader, parseList, parseName } from './parse-list.js'
import type { TokenReader } from './token-reader.js'

const aggregates: ReadonlyMap<string, Aggregate> = new Map([
  ['count', 'count'],
  ['sum', 'sum'],
  ['avg', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
])

/**
 * Reads `fields`: columns, `COUNT(*)`, `COUNT(DISTINCT x)`, `COUNT(x)`, `SUM(x)`, `AVG(x)`, `MIN(x)`, `MAX(x)`, each with an
 * optional `AS alias`. A lone `*` means all columns and gives an empty list. Names are not checked. At most 500 entries,
 * no two of the same {@link outputName}.
 *
 * Fails with `invalid-parameter`, `context: { parameter: 'fields', position }`.
 *
 * @example parseFields('city, COUNT(*) AS people')
 */
export function parseFields(text: string): FieldNode[] {
  const reader = createListReader('fields', text)
  if (reader.takeSymbol('*')) {
    if (reader.peek().kind !== 'end') reader.expected('end of fields', '* stands alone and means all columns')
    return []
  }
  return parseList(reader, {
    parameter: 'fields',
    parse: parseField,
    nameOf: outputName,
    after: 'AS, ',
    hintTwice: 'give one of them another name: … AS other',
  })
}

/** The name a field has in the answer: its alias, else the column's name, `count` for `COUNT(*)`, `sum_x` for `SUM(x)`. */
export function outputName(field: FieldNode): string {
  if (field.alias !== null) return field.alias
  if (field.kind === 'column') return field.column
  return field.column === null ? field.fn : `${field.fn}_${field.column}`
}

function parseField(reader: TokenReader): FieldNode {
  const token = reader.peek()
  if (token.kind === 'symbol' && token.text === '*') reader.expected('a column name', '* stands alone and means all columns')
  const column = parseName(reader)
  if (!reader.takeSymbol('(')) return { kind: 'column', column, alias: parseAlias(reader) }
  const fn = aggregates.get(keywordOf(token) ?? '')
  if (fn === undefined) return refuseFunction(reader, token)
  const argument = parseArgument(reader, fn)
  return { kind: 'aggregate', fn, ...argument, alias: parseAlias(reader) }
}

function refuseFunction(reader: TokenReader, token: Token): never {
  const guess = didYouMean(token.text, ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'])
  return reader.refuse(token.start, `there is no function "${token.text}"`, guess ?? 'there are COUNT, SUM, AVG, MIN and MAX')
}

/** Reads what follows `COUNT(`, up to and with the closing parenthesis. */
function parseArgument(reader: TokenReader, fn: Aggregate): { distinct: boolean; column: string | null } {
  if (reader.peek().text === '*' && reader.peek().kind === 'symbol') {
    if (fn !== 'count') reader.expected('a column name', `${fn.toUpperCase()} needs a column; only COUNT takes *`)
    reader.take()
    return closed(reader, { distinct: false, column: null })
  }
  const word = reader.peek()
  const column = parseName(reader)
  // `COUNT(distinct)` counts a column of that name.
  const isDistinct = keywordOf(word) === 'distinct' && !(reader.peek().kind === 'symbol' && reader.peek().text === ')')
  if (!isDistinct) return closed(reader, { distinct: false, column })
  if (fn !== 'count') reader.refuse(word.start, `DISTINCT cannot be used in ${fn.toUpperCase()}`, 'it goes with COUNT only')
  return closed(reader, { distinct: true, column: parseName(reader) })
}

function closed<T>(reader: TokenReader, argument: T): T {
  if (!reader.takeSymbol(')')) reader.expected('")"')
  return argument
}

function parseAlias(reader: TokenReader): string | null {
  return reader.takeKeyword('as') ? parseName(reader, 'a name after AS') : null
}
