/**
 * The text of a check, taken apart just far enough to compare two texts of one engine: engines rewrite a check's text when a
 * column it names is renamed or changes its type, and that alone is no drift.
 */
export type CheckTokens = readonly CheckToken[]

interface CheckToken {
  /** `name` for quoted names and bare words alike, which the engines do not tell apart consistently. */
  readonly kind: 'name' | 'call' | 'other'
  readonly text: string
}

const pattern = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\p{L}_$][\p{L}\p{N}_$]*|\p{N}[\p{L}\p{N}_.]*|::|\s+|./gsu

/**
 * Splits a check's text. Names are lower-case: where two differ only in case, a change between them goes unnoticed. Types, functions
 * and collations lose their schema, which an engine writes or not as its search path happens to be, and which a copy changes.
 */
export function readCheck(expression: string): CheckTokens {
  const parts = withoutSchemas((expression.match(pattern) ?? []).filter((part) => part.trim() !== ''))
  return parts.map((part, index) => {
    const quote = part[0] ?? ''
    const isQuoted = quote === '"' || quote === '`'
    if (!isQuoted && !isWord.test(part)) return { kind: 'other', text: part }
    const text = isQuoted ? part.slice(1, -1).replaceAll(quote + quote, quote) : part
    // A function or a cast's type can share a column's name.
    const isCall = (!isQuoted && parts[index + 1] === '(') || parts[index - 1] === '::'
    return { kind: isCall ? 'call' : 'name', text: text.toLowerCase() }
  })
}

const isWord = /^[\p{L}_$]/u
const isName = /^[\p{L}_$"`]/u

function withoutSchemas(parts: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const [index, part] of parts.entries()) {
    const last = kept.length - 1
    const isDotted = kept[last] === '.' && isName.test(kept[last - 1] ?? '') && isName.test(part)
    const before = kept[last - 2] ?? ''
    const isQualified = before === '::' || before.toLowerCase() === 'collate' || parts[index + 1] === '('
    if (isDotted && isQualified) kept.splice(-2, 2)
    kept.push(part)
  }
  return kept
}

/** Puts other names in place of some. `names` has lower-case keys. */
export function renameInCheck(tokens: CheckTokens, names: ReadonlyMap<string, string>): CheckTokens {
  return tokens.map((token) =>
    token.kind === 'name' ? { kind: 'name', text: (names.get(token.text) ?? token.text).toLowerCase() } : token,
  )
}

export function mentions(tokens: CheckTokens, names: ReadonlySet<string>): boolean {
  return tokens.some(({ kind, text }) => kind === 'name' && names.has(text))
}

/** Equal for checks that say the same. */
export function checkKey(tokens: CheckTokens): string {
  return JSON.stringify(tokens.map(({ kind, text }) => (kind === 'other' ? [text] : text)))
}

/** Equal also for checks that differ only in casts and parentheses, and in which of the `blurred` names they use. */
export function looseCheckKey(tokens: CheckTokens, blurred: ReadonlySet<string>): string {
  const kept = withoutCasts(tokens).filter(({ text, kind }) => kind !== 'other' || !['(', ')'].includes(text))
  return JSON.stringify(kept.map(({ kind, text }) => (kind !== 'other' && blurred.has(text) ? '' : text)))
}

const typeTails = new Set(['varying', 'precision', 'with', 'without', 'time', 'zone'])

/** Without `::type`, as in `::character varying(20)[]`. */
function withoutCasts(tokens: CheckTokens): CheckTokens {
  const kept: CheckToken[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) break
    if (token.text !== '::' || token.kind !== 'other') kept.push(token)
    else index = endOfType(tokens, index + 1)
  }
  return kept
}

function endOfType(tokens: CheckTokens, start: number): number {
  let end = start
  while (typeTails.has(tokens[end + 1]?.text ?? '')) end++
  if (tokens[end + 1]?.text === '(' && /^\d/.test(tokens[end + 2]?.text ?? '')) {
    while (end < tokens.length && tokens[end]?.text !== ')') end++
  }
  while (tokens[end + 1]?.text === '[' && tokens[end + 2]?.text === ']') end += 2
  return end
}
