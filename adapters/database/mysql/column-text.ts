import { literalBody, unescapeLiteral } from './literal.js'

/** One column of what SHOW CREATE TABLE answers. */
export interface ColumnText {
  /** All but the comment, as the server wrote it: `` `id` int NOT NULL ``. */
  readonly before: string
  readonly comment: string
  /** What stands behind the comment: on MariaDB the column's own CHECK. */
  readonly after: string
}

/** Strings and quoted names as wholes, any other character alone. */
const token = new RegExp(`'${literalBody}'|\`(?:[^\`]|\`\`)*\`|[^'\`]`, 'gs')
const name = /^\s*`((?:[^`]|``)*)` /
const comment = new RegExp(`^ COMMENT '(${literalBody})'`, 's')

/**
 * The columns of a table by name, from SHOW CREATE TABLE in a session whose SQL mode is empty. Keys and constraints, which stand behind
 * them, are left out.
 */
export function columnTexts(statement: string): ReadonlyMap<string, ColumnText> {
  const found = new Map<string, ColumnText>()
  for (const part of partsOf(statement)) {
    const own = name.exec(part)?.[1]
    if (own !== undefined) found.set(own.replaceAll('``', '`'), columnText(part.trim()))
  }
  return found
}

/** What stands in the outermost parentheses, cut at its commas. */
function partsOf(statement: string): string[] {
  const parts = ['']
  let depth = 0
  for (const [text] of statement.matchAll(token)) {
    if (text === ')') depth -= 1
    if (depth === 1 && text === ',') parts.push('')
    else if (depth > 0) parts[parts.length - 1] += text
    if (text === '(') depth += 1
    if (depth === 0 && text === ')') break
  }
  return parts
}

/** A comment, and where there is none the place for one: before the column's own CHECK, else at the end. */
function columnText(part: string): ColumnText {
  let [at, depth] = [0, 0]
  for (const [text] of part.matchAll(token)) {
    if (depth === 0 && text === ' ') {
      const rest = part.slice(at)
      const written = comment.exec(rest)
      if (written !== null) {
        const [whole, body = ''] = written
        return { before: part.slice(0, at), comment: unescapeLiteral(body), after: rest.slice(whole.length) }
      }
      if (rest.startsWith(' CHECK (')) return { before: part.slice(0, at), comment: '', after: rest }
    }
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    at += text.length
  }
  return { before: part, comment: '', after: '' }
}

/** The column with another comment. */
export function withComment({ before, after }: ColumnText, text: string): string {
  return `${before} COMMENT '${text.replace(/['\\]/g, '$&$&')}'${after}`
}
