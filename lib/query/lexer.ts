import { shortened } from './characters.js'

/**
 * `word`: a plain name or a keyword; `name`: a "quoted" name; `text`: 'quoted' text; `end`: nothing is left.
 */
export type TokenKind = 'word' | 'name' | 'text' | 'number' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** What it says: without quotes for `name` and `text`, otherwise as written. */
  readonly text: string
  /** Offsets into the source, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

/** Reports a problem at an offset of the source. */
export type RefuseAt = (offset: number, detail: string, hint?: string) => never

const space = /\s*/y
const plainWord = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/uy
const wholePlainWord = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]*$/u
const symbol = /<>|!=|<=|>=|[=<>(),*]/y
/** Everything glued to a number, so that `2024-01-31` and `12abc` are one mistake and not three tokens. */
const numberRun = /-?\.?[0-9][^\s(),'"<>=!&|;*]*/y
const wholeNumber = /^-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/
/** What other languages write; looked up in the hints before it is called unexpected. */
const stranger = /={2,}|=>|=<|&&?|\|\|?|./suy

const commonHints: ReadonlyMap<string, string> = new Map([
  ['`', 'names are written plain or in "double quotes"'],
  ['[', 'names are written plain or in "double quotes"'],
  ['.', 'a name that contains a dot is written in double quotes: "a.b"'],
  ['‘', 'use the straight quotes \' and "'],
  ['’', 'use the straight quotes \' and "'],
  ['“', 'use the straight quotes \' and "'],
  ['”', 'use the straight quotes \' and "'],
])

/** Words with a meaning somewhere in the grammar: {@link spellName} quotes them. */
const keywords: ReadonlySet<string> = new Set(
  'and or not in is null true false like between contains starts ends with as asc desc distinct'.split(' '),
)

/**
 * The token at or after `from`, whitespace skipped. Linear in what it reads; a text that no token fits is refused.
 * `hints` say what to write instead of a symbol of another language, e.g. `&&`.
 */
export function scan(source: string, from: number, refuse: RefuseAt, hints: ReadonlyMap<string, string>): Token {
  const start = from + match(space, source, from).length
  const first = source[start]
  if (first === undefined) return { kind: 'end', text: '', start, end: start }
  if (first === "'") return scanQuoted('text', source, start, refuse)
  if (first === '"') return scanQuoted('name', source, start, refuse)
  const token = (kind: TokenKind, text: string): Token => ({ kind, text, start, end: start + text.length })
  const word = match(plainWord, source, start)
  if (word !== '') return token('word', word)
  const number = match(numberRun, source, start)
  if (number !== '') return token('number', checkedNumber(number, start, refuse))
  const strange = match(stranger, source, start)
  const known = match(symbol, source, start)
  if (known !== '' && known.length >= strange.length) return token('symbol', known)
  return refuse(start, `${shownCharacters(strange)} is not understood`, hints.get(strange) ?? commonHints.get(strange))
}

/** A word of the grammar in lower case, or `undefined`: only ASCII letters count, so `ıs` (a dotless i) is no `IS`. */
export function keywordOf(token: Token): string | undefined {
  return token.kind === 'word' && /^[A-Za-z]+$/.test(token.text) ? token.text.toLowerCase() : undefined
}

/** A name as the grammar reads it back: plain where that is safe, else in double quotes. */
export function spellName(name: string): string {
  const plain = wholePlainWord.test(name) && !keywords.has(name.toLowerCase())
  return plain ? name : `"${name.replaceAll('"', '""')}"`
}

/** A text as the grammar reads it back. */
export function spellText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Searched with `indexOf`, not with a pattern: no text, however long, costs stack or a second look. */
function scanQuoted(kind: 'text' | 'name', source: string, start: number, refuse: RefuseAt): Token {
  const quote = kind === 'text' ? "'" : '"'
  for (let from = start + 1; ; ) {
    const close = source.indexOf(quote, from)
    if (close < 0) {
      const what = kind === 'text' ? 'the text' : 'the name'
      refuse(start, `${what} is not closed`, `end it with ${quote}; a ${quote} inside is written ${quote}${quote}`)
    }
    if (source[close + 1] !== quote) {
      const text = source.slice(start + 1, close).replaceAll(quote + quote, quote)
      return { kind, text, start, end: close + 1 }
    }
    from = close + 2
  }
}

function checkedNumber(text: string, start: number, refuse: RefuseAt): string {
  if (wholeNumber.test(text)) return text
  return refuse(start, `${shortened(text)} is not a number`, "dates and other text are written in 'single quotes'")
}

function shownCharacters(text: string): string {
  return /^[\p{C}\p{Z}]/u.test(text)
    ? `the character U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : `"${text}"`
}

/** What a sticky pattern finds exactly at `from`; '' for nothing. */
function match(pattern: RegExp, source: string, from: number): string {
  pattern.lastIndex = from
  return pattern.exec(source)?.[0] ?? ''
}
