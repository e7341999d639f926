import type { Literal } from './ast.js'
import { shortened } from './characters.js'
import { spellText } from './lexer.js'
import type { TokenReader } from './token-reader.js'

/** Reads one value: a number, 'text', true or false. `insteadOfNull` is what to write where NULL was tried. */
export function parseLiteral(reader: TokenReader, insteadOfNull: 'IS NULL' | 'IS NOT NULL'): Literal {
  const token = reader.peek()
  const word = reader.keyword()
  if (token.kind === 'number') return { kind: 'number', text: reader.take().text }
  if (token.kind === 'text') return { kind: 'string', text: reader.take().text }
  if (word === 'true' || word === 'false') {
    reader.take()
    return { kind: 'boolean', value: word === 'true' }
  }
  if (word === 'null') reader.expected('a value', `NULL equals nothing; use ${insteadOfNull}`)
  return reader.expected('a value', hintForText(reader))
}

/** Reads `(1, 2, 3)` with at least one value. */
export function parseLiterals(reader: TokenReader): readonly Literal[] {
  const open = reader.peek()
  if (!reader.takeSymbol('(')) reader.expected('"("', 'write IN (1, 2, 3)')
  if (reader.peek().kind === 'symbol' && reader.peek().text === ')') reader.expected('a value', 'IN needs at least one value')
  const values: Literal[] = []
  do values.push(parseLiteral(reader, 'IS NULL'))
  while (reader.takeSymbol(','))
  if (!reader.takeSymbol(')')) {
    const unclosed = `the ( at character ${reader.position(open.start)} is not closed`
    reader.expected(
      '"," or ")"',
      reader.peek().kind === 'end' ? unclosed : "values are separated by commas; text is written in 'single quotes'",
    )
  }
  return values
}

/** Reads a 'text': what LIKE, CONTAINS and their kin compare with. */
export function parseText(reader: TokenReader): string {
  if (reader.peek().kind === 'text') return reader.take().text
  return reader.expected('a text', hintForText(reader))
}

function hintForText(reader: TokenReader): string | undefined {
  const token = reader.peek()
  const isQuotable = token.kind === 'word' || token.kind === 'name' || token.kind === 'number'
  return isQuotable ? `text is written in 'single quotes': ${spellText(shortened(token.text))}` : undefined
}
