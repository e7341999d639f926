import { fold, isKeyword, isSymbol, type Token, tokenize } from './sql-tokens.js'

/** What only the text of CREATE TABLE tells. */
export interface ConstraintText {
  readonly checks: readonly { readonly name: string; readonly expression: string }[]
  /** The names of the foreign keys in the order of their declaration; null for one without. */
  readonly foreignKeyNames: readonly (string | null)[]
}

/**
 * Finds CHECK and FOREIGN KEY of a table's stored SQL, of columns and of the table. A CHECK without a name is `check_1`,
 * `check_2` … in order, so that renaming a column does not rename it.
 */
export function constraintsOf(sql: string): ConstraintText {
  const checks: { name: string | null; expression: string }[] = []
  const foreignKeyNames: (string | null)[] = []
  let name: string | null = null
  const tokens = tokenize(sql)
  for (const { token, index } of topLevel(tokens)) {
    if (isKeyword(token, 'constraint')) name = tokens[index + 1]?.value ?? null
    else if (isKeyword(token, 'check')) checks.push({ name, expression: parenthesized(sql, tokens, index + 1) })
    else if (isKeyword(token, 'references')) foreignKeyNames.push(name)
    if (name !== null && endsName(token)) name = null
  }
  return { checks: nameChecks(checks), foreignKeyNames }
}

/**
 * The collations that columns of a table's stored SQL declare, in lower case, by the column's name in lower case: names are equal
 * without regard to the case of ASCII letters. A column that declares several has the last.
 */
export function collationsOf(sql: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const tokens = tokenize(sql)
  let column: string | null = null
  for (const { token, index } of topLevel(tokens)) {
    if (isSymbol(tokens[index - 1], ',') || (column === null && isSymbol(tokens[index - 1], '('))) column = token.value
    const name = isKeyword(token, 'collate') ? tokens[index + 1]?.value : undefined
    if (column !== null && name !== undefined) found.set(fold(column), fold(name))
  }
  return found
}

/** The tokens directly inside the parentheses of CREATE TABLE (…): no expression, type length or column list. */
function* topLevel(tokens: readonly Token[]): Generator<{ token: Token; index: number }> {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    // The name after CONSTRAINT may itself be spelled like a keyword.
    else if (depth === 1 && !isKeyword(tokens[index - 1], 'constraint')) yield { token, index }
  }
}

/** A constraint's name holds until that constraint ends; FOREIGN KEY (…) stands between it and REFERENCES. */
function endsName(token: Token): boolean {
  return isSymbol(token, ',') || (token.kind === 'name' && !token.quoted && constraintWords.has(token.value.toLowerCase()))
}

const constraintWords = new Set([
  'check',
  'references',
  'unique',
  'primary',
  'not',
  'null',
  'default',
  'collate',
  'generated',
  'as',
])

function parenthesized(sql: string, tokens: readonly Token[], from: number): string {
  let depth = 0
  const parts: string[] = []
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (isSymbol(token, ')') && --depth === 0) break
    if (depth > 0) {
      const apart = parts.length > 0 && (tokens[index - 1]?.end ?? 0) < token.start
      parts.push(`${apart ? ' ' : ''}${sql.slice(token.start, token.end)}`)
    }
    if (isSymbol(token, '(')) depth++
  }
  return parts.join('')
}

function nameChecks(checks: readonly { name: string | null; expression: string }[]): ConstraintText['checks'] {
  const taken = new Set(checks.map(({ name }) => name))
  let next = 1
  return checks.map(({ name, expression }) => {
    if (name !== null) return { name, expression }
    while (taken.has(`check_${next}`)) next++
    return { name: `check_${next++}`, expression }
  })
}
