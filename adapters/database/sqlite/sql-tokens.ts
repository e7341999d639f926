/** One token of stored SQL. `value` is what it means: a quoted name without its quotes, all else as written. */
export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'symbol'
  readonly value: string
  readonly start: number
  readonly end: number
  /** A name in quotes is never a keyword. */
  readonly quoted: boolean
}

/** Blanks and comments, then one token. SQLite folds only ASCII, and takes every character beyond it for a letter. */
const scanner =
  /(?:\s|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))*(?:('(?:[^']|'')*'?)|("(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?)|(\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([^\s]))/gy

/** Splits the SQL that `sqlite_schema` holds. Never fails: what is not understood is a symbol. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = []
  scanner.lastIndex = 0
  for (;;) {
    const match = scanner.exec(sql)
    if (match === null) return tokens
    const [, text, quoted, number, word, symbol] = match
    const source = text ?? quoted ?? number ?? word ?? symbol ?? ''
    const end = scanner.lastIndex
    const place = { start: end - source.length, end }
    if (quoted !== undefined) tokens.push({ kind: 'name', value: unquote(quoted), quoted: true, ...place })
    else if (word !== undefined) tokens.push({ kind: 'name', value: word, quoted: false, ...place })
    else
      tokens.push({
        kind: text !== undefined ? 'text' : number !== undefined ? 'number' : 'symbol',
        value: source,
        quoted: false,
        ...place,
      })
  }
}

function unquote(source: string): string {
  const open = source.charAt(0)
  const close = open === '[' ? ']' : open
  const inner = source.endsWith(close) && source.length > 1 ? source.slice(1, -1) : source.slice(1)
  return open === '[' ? inner : inner.replaceAll(close + close, close)
}

/** True for an unquoted word, in any case. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.kind === 'name' && !token.quoted && token.value.length === keyword.length && token.value.toLowerCase() === keyword
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol
}

/** Names are equal without regard to the case of ASCII letters. */
export function fold(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
