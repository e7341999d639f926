import { type RawBuilder, sql } from 'kysely'
import { type Comparable, type Parameter, type TextRules, ValueMismatch } from '../../../lib/database.js'
import { isBlankPadded } from '../shared/text-rules.js'

type Sql = RawBuilder<unknown>

/** The catalog's name of a collation as newer servers spell it: `utf8_bin` became `utf8mb3_bin`. */
export function collationName(name: string): string {
  return name.toLowerCase().replace(/^utf8_/, 'utf8mb3_')
}

function charsetOf(collation: string): string {
  return collation.split('_')[0] ?? collation
}

/** Whether blanks at the end make no other text. */
function isPadding(collation: string): boolean {
  return collation !== 'binary' && !/_0900_|nopad/.test(collation)
}

/**
 * See {@link SqlDialect.asText}. A collation is one of a character set, so text of another set is converted first; what the
 * promised one does not have takes no part, and a literal that it may not have cannot be compared.
 */
export function asText(source: Sql, live: TextRules, contract: TextRules): Comparable {
  const { type, collation } = contract
  const trimmed = isBlankPadded(contract) && !isBlankPadded(live) ? sql`trim(trailing ' ' from ${source})` : source
  if (collation === undefined || collation === live.collation) return { value: trimmed, type, fits: null }
  const charset = charsetOf(collation)
  if (charset === charsetOf(live.collation ?? '')) return { value: collated(trimmed, collation), type, fits: null }
  const converted = sql`convert(${trimmed} using ${sql.id(charset)})`
  const value = collated(converted, collation)
  // What another type prints is in every set.
  if (charset === 'utf8mb4' || live.collation === undefined) return { value, type, fits: null }
  const fits = sql`(convert(${converted} using utf8mb4) = ${collated(sql`convert(${trimmed} using utf8mb4)`, 'utf8mb4_bin')})`
  return { value, type, fits, bound: (literal) => representable(literal, charset) }
}

function collated(text: Sql, collation: string): Sql {
  return sql`(${text} collate ${sql.id(collation)})`
}

/** What is surely in the sets: servers differ in the rest. */
const certain: ReadonlyMap<string, RegExp> = new Map([
  ['latin1', /^[\p{ASCII}\xa0-\xff]*$/u],
  ['utf8mb3', /^[^\u{10000}-\u{10ffff}]*$/u],
])
const ascii = /^\p{ASCII}*$/u

function representable(literal: Parameter, charset: string): Parameter {
  if (typeof literal !== 'string' || (certain.get(charset) ?? ascii).test(literal)) return literal
  throw new ValueMismatch('perhaps not a text of the promised character set')
}

/** See {@link SqlDialect.isFiner}. */
export function isFiner(contract: TextRules, live: TextRules): boolean {
  const [one, other] = [contract.collation, live.collation]
  if (isBlankPadded(contract) && !isBlankPadded(live)) return false
  if (one === other) return true
  if (one === undefined || other === undefined) return false
  return /_bin$|^binary$/.test(one) && charsetOf(one) === charsetOf(other) && (!isPadding(one) || isPadding(other))
}
