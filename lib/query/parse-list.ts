import { createTokenReader, type Subject, type TokenReader } from './token-reader.js'

/** Most entries of `fields`, `order` and `group`. */
const maxEntries = 500

const hints: ReadonlyMap<string, string> = new Map([
  ['-', 'to sort downwards write: name DESC'],
  ['+', 'to sort upwards write the name alone'],
  [';', 'entries are separated by commas'],
])

/** Opens a query parameter that is a comma-separated list; problems are `invalid-parameter` with `parameter` and `position`. */
export function createListReader(parameter: string, text: string): TokenReader {
  const subject: Subject = { noun: parameter, code: 'invalid-parameter', context: { parameter }, hints }
  return createTokenReader(text, subject)
}

/**
 * Reads entries up to the end. `nameOf` is what an entry is called: two of one name are refused, with `hintTwice`,
 * as are more than 500 entries and anything that is no comma between them. `after` says what else could follow an entry.
 */
export function parseList<T>(
  reader: TokenReader,
  options: {
    readonly parameter: string
    readonly parse: (reader: TokenReader) => T
    readonly nameOf: (entry: T) => string
    readonly after: string
    readonly hintTwice: string
  },
): T[] {
  const { parameter, parse, nameOf, after, hintTwice } = options
  const entries: T[] = []
  const names = new Set<string>()
  do {
    const { start } = reader.peek()
    if (entries.length === maxEntries) reader.refuse(start, `${parameter} has more than ${maxEntries} entries: one too many`)
    const entry = parse(reader)
    const name = nameOf(entry)
    if (names.has(name)) reader.refuse(start, `${parameter} has "${name}" a second time`, hintTwice)
    names.add(name)
    entries.push(entry)
  } while (reader.takeSymbol(','))
  if (reader.peek().kind !== 'end') reader.expected(`${after}"," or end of ${parameter}`, hintBetween(reader))
  return entries
}

/** Reads a name, plain or "quoted"; keywords are names here, as nothing else can stand in their place. */
export function parseName(reader: TokenReader, what = 'a column name'): string {
  const token = reader.peek()
  if (token.kind === 'word' || token.kind === 'name') return reader.take().text
  return reader.expected(what, token.kind === 'text' ? 'names are written plain or in "double quotes"' : undefined)
}

function hintBetween(reader: TokenReader): string | undefined {
  const { kind, text } = reader.peek()
  if (kind === 'symbol' && text === '*') return '* stands alone and means all columns'
  if (kind === 'symbol') return undefined
  return 'entries are separated by commas; a name of several words is written in "double quotes"'
}
