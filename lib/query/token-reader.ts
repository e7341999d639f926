import { fail, type ProblemCode } from '../errors.js'
import { characterCount, shortened } from './characters.js'
import { keywordOf, type RefuseAt, scan, type Token } from './lexer.js'

/** What is being read, for the problems it can have. */
export interface Subject {
  /** In messages: `filter`, as in «found end of filter». */
  readonly noun: string
  readonly code: ProblemCode
  /** Joined by `position`, the 1-based character. */
  readonly context: Readonly<Record<string, unknown>>
  /** What to write instead of a symbol of another language. */
  readonly hints: ReadonlyMap<string, string>
}

/** A cursor over the tokens of one text. Reads one token ahead, so the first problem in the text is the one reported. */
export interface TokenReader {
  /** The next token, left where it is. */
  peek(): Token
  /** The next token, consumed. */
  take(): Token
  /** Consumes this symbol if it is next. */
  takeSymbol(symbol: string): boolean
  /** Consumes this keyword (lower case) if it is next. */
  takeKeyword(keyword: string): boolean
  /** The keyword-like word that is next, in lower case. */
  keyword(): string | undefined
  /** Fails: «expected `what` at character 7, found …». */
  expected(what: string, hint?: string): never
  /** Fails at an offset: «`detail` at character 7». */
  readonly refuse: RefuseAt
  /** The 1-based character of an offset. */
  position(offset: number): number
}

/** Opens a reader; every problem is `fail(subject.code)` with `context.position`. */
export function createTokenReader(source: string, subject: Subject): TokenReader {
  const position = (offset: number) => characterCount(source.slice(0, offset)) + 1
  const report = (offset: number, detail: string, hint?: string): never =>
    fail(subject.code, { detail, hint, context: { ...subject.context, position: position(offset) } })
  const refuse: RefuseAt = (offset, detail, hint) => report(offset, `${detail} at character ${position(offset)}`, hint)

  let last: Token | undefined
  let next: Token | undefined
  const peek = (): Token => {
    next ??= scan(source, last?.end ?? 0, refuse, subject.hints)
    return next
  }
  const take = (): Token => {
    last = peek()
    next = undefined
    return last
  }
  const keyword = () => keywordOf(peek())
  const takeIf = (matches: boolean): boolean => {
    if (matches) take()
    return matches
  }
  const expected = (what: string, hint?: string): never => {
    const token = peek()
    // `'it's'` reads as the text 'it' with an s glued to it.
    const glued = last?.kind === 'text' && last.end === token.start && (token.kind === 'word' || token.kind === 'number')
    const detail = `expected ${what} at character ${position(token.start)}, found ${found(token, source, subject.noun)}`
    return report(token.start, detail, glued ? "a quote inside a text is doubled: 'it''s'" : hint)
  }
  return {
    peek,
    take,
    keyword,
    takeSymbol: (symbol) => takeIf(peek().kind === 'symbol' && peek().text === symbol),
    takeKeyword: (word) => takeIf(keyword() === word),
    expected,
    refuse,
    position,
  }
}

function found(token: Token, source: string, noun: string): string {
  if (token.kind === 'end') return `end of ${noun}`
  const raw = source.slice(token.start, token.end)
  const shown = shortened(raw)
  return token.kind === 'word' || token.kind === 'symbol' ? `"${shown}"` : shown
}
