import { type RawBuilder, sql } from 'kysely'
import type { Comparable, TextRules } from '../../../lib/database.js'
import { isBlankPadded } from '../shared/text-rules.js'

type Sql = RawBuilder<unknown>

/** The parts of a collation as {@link collationText} spells it. */
interface Rules {
  /** `citext`, by its qualified name; null for types that compare as their collation says. */
  readonly type: readonly string[] | null
  readonly collation: readonly string[]
  /** Whether only the same text is equal. */
  readonly isDeterministic: boolean
}

/** `"C"`, `"public"."ci" nondeterministic`, `"public"."citext" "default"`. Built-in names stand without their schema. */
export function collationText({ type, collation, isDeterministic }: Rules): string {
  const names = type === null ? quoted(collation) : `${quoted(type)} ${quoted(collation)}`
  return isDeterministic ? names : `${names} nondeterministic`
}

function quoted(name: readonly string[]): string {
  return name.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}

const identifier = '"(?:[^"]|"")*"'
const spelling = new RegExp(
  `^(?:(${identifier}(?:\\.${identifier})*) )?(${identifier}(?:\\.${identifier})*)( nondeterministic)?$`,
  's',
)

function rulesOf(text: string | undefined): Rules | null {
  const [, type, collation, mark] = spelling.exec(text ?? '') ?? []
  if (collation === undefined) return null
  return { type: type === undefined ? null : parts(type), collation: parts(collation), isDeterministic: mark === undefined }
}

function parts(name: string): readonly string[] {
  return Array.from(name.matchAll(new RegExp(identifier, 'gs')), ([part]) => part.slice(1, -1).replaceAll('""', '"'))
}

/**
 * See {@link SqlDialect.asText}. Explicit collations win over those of columns. Always behind a cast: a select list is not recognised as
 * grouped by a collated `varchar`.
 */
export function asText(source: Sql, live: TextRules, contract: TextRules): Comparable {
  const promised = rulesOf(contract.collation)
  const base = isBlankPadded(contract) ? sql.raw('bpchar') : sql.raw('text')
  const value = sql`(${source})::${promised?.type == null ? base : sql.id(...promised.type)}`
  if (promised === null || live.collation === contract.collation)
    return { value: sql`(${value})`, type: contract.type, fits: null }
  return { value: sql`(${value} collate ${sql.id(...promised.collation)})`, type: contract.type, fits: null }
}

/** See {@link SqlDialect.isFiner}. */
export function isFiner(contract: TextRules, live: TextRules): boolean {
  if (isBlankPadded(contract) && !isBlankPadded(live)) return false
  const rules = rulesOf(contract.collation)
  return contract.collation === live.collation || (rules !== null && rules.type === null && rules.isDeterministic)
}
