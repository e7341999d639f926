import { type RawBuilder, sql } from 'kysely'
import { type Comparable, type Parameter, type TextRules, ValueMismatch } from '../../../lib/database.js'

type Sql = RawBuilder<unknown>

/** What columns have that say nothing. */
const plainCollation = 'binary'

/**
 * How a column of text compares, as `Column.collation` spells it: `binary`, `nocase`. `numeric binary` is one whose declared type
 * (`DATE`) has numeric affinity: text that looks like a number becomes one there, in stored values and in what they are compared with.
 *
 * @param declared the declared type
 * @param collation null where the column names none
 */
export function collationText(declared: string, type: TextRules['type'], collation: string | null): string {
  const isNumeric = type.name === 'string' && !/char|clob|text/i.test(declared)
  return `${isNumeric ? 'numeric ' : ''}${collation ?? plainCollation}`
}

function rulesOf(text: string | undefined): { readonly isNumeric: boolean; readonly name: string } {
  const [, numeric, name = plainCollation] = /^(numeric )?(.*)$/s.exec(text ?? plainCollation) ?? []
  return { isNumeric: numeric !== undefined, name }
}

/** See {@link SqlDialect.asText}. */
export function asText(source: Sql, live: TextRules, contract: TextRules): Comparable {
  const [now, promised] = [rulesOf(live.collation), rulesOf(contract.collation)]
  const { type } = contract
  const isBare = now.isNumeric && !promised.isNumeric
  const bare = sql`(case when typeof(${source}) in ('integer', 'real') then cast(${source} as text) else ${source} end)`
  const value = sql`(${isBare ? bare : source} collate ${sql.id(promised.name)})`
  if (now.isNumeric === promised.isNumeric || isBare) return { value, type, fits: null }
  return { value, type, fits: isNoNumber(source), bound: requireText }
}

/** Surely: nothing that begins like one, but for days, times and UUIDs. */
function isNoNumber(source: Sql): Sql {
  const texts = ['[^-+. 0-9]*', '[0-9]*-*-*', '[0-9][0-9]:*', '']
  const isText = sql.join(
    texts.map((pattern) => sql`${source} glob ${sql.lit(pattern)}`),
    sql` or `,
  )
  return sql`(typeof(${source}) = 'text' and (${isText}))`
}

const numberText = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i

function requireText(literal: Parameter): Parameter {
  if (typeof literal === 'string' && numberText.test(literal))
    throw new ValueMismatch('the promised column takes it for a number')
  return literal
}

/** See {@link SqlDialect.bends}. */
export function bends(value: Parameter, live: TextRules): boolean {
  if (typeof value !== 'string' || !rulesOf(live.collation).isNumeric) return false
  return numberText.test(value) && !/^(?:0|-?[1-9]\d{0,17})$/.test(value)
}

/** See {@link SqlDialect.isFiner}. */
export function isFiner(contract: TextRules, live: TextRules): boolean {
  return contract.collation === live.collation || contract.collation === plainCollation
}
