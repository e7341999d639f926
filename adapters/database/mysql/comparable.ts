import { type RawBuilder, sql } from 'kysely'
import type { Comparable } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { dateText, decimalText, timestampText, timeText, uuidText, wholeText } from '../shared/canonical-text.js'
import { anyDecimal, anyText, boundsOf, isNumber, isWhole, type WholeType } from '../shared/number-types.js'
import { numberOverNumber } from './comparable-numbers.js'

type Sql = RawBuilder<unknown>

/**
 * See {@link SqlDialect.comparable}. A cast of a text that is none only warns in SELECT, but raises in UPDATE and DELETE, so it
 * stands inside CASE behind a pattern that lets only good text pass.
 */
export function comparable(column: Sql, live: ColumnType, contract: ColumnType): Comparable | null {
  // Beside a column of years, 24 would be taken for 2024.
  const source = live.name === 'integer' && live.year === true ? sql`(${column} + 0)` : column
  if (isNumber(live) && isNumber(contract)) return numberOverNumber(source, live, contract)
  if (live.name === 'string') return overText(source, contract)
  if (contract.name === 'string') return asText(source, live)
  // `tinyint(1)` holds more than 0 and 1, and BIT is no number before it is added to one.
  const flag = sql`(${source} + 0)`
  if (contract.name === 'boolean' && isWhole(live)) return { value: flag, type: contract, fits: sql`(${flag} in (0, 1))` }
  if (isWhole(contract) && live.name === 'boolean') return { value: flag, type: anyDecimal, fits: sql`(${flag} in (0, 1))` }
  if (contract.name === 'date' && live.name === 'timestamp' && !live.zone) {
    const day = guarded(isCalendarDay(source), sql`cast(${source} as date)`)
    return { value: day, type: contract, fits: sql`(${isCalendarDay(source)} and ${source} = ${day})` }
  }
  if (contract.name === 'timestamp' && !contract.zone && live.name === 'date') {
    return { value: asMidnight(source, contract.fraction), type: contract, fits: isCalendarDay(source) }
  }
  return null
}

/** Not one of the days that servers keep although no calendar has them: `0000-00-00`, `2024-02-00`. */
function isCalendarDay(source: Sql): Sql {
  return sql`(month(${source}) > 0 and dayofmonth(${source}) > 0)`
}

function asMidnight(source: Sql, fraction: number): Sql {
  return guarded(isCalendarDay(source), sql`cast(${source} as datetime(${sql.raw(String(fraction))}))`)
}

function guarded(condition: Sql, value: Sql): Sql {
  return sql`(case when ${condition} then ${value} end)`
}

function overText(source: Sql, contract: ColumnType): Comparable | null {
  switch (contract.name) {
    case 'integer':
    case 'bigint': {
      const number = sql`cast(${source} as decimal(65, 0))`
      const fits = sql`(case when ${matches(source, wholeText)} then ${between(number, contract)} else 0 end)`
      return { value: guarded(matches(source, wholeText), number), type: anyDecimal, fits }
    }
    case 'decimal': {
      const pattern = decimalText(contract)
      const { precision, scale } = contract
      if (pattern === null || precision === null) return null
      return matching(source, pattern, sql`cast(${source} as decimal(${sql.raw(`${precision}, ${scale ?? 0}`)}))`, anyDecimal)
    }
    case 'date':
      return matching(source, dateText, sql`cast(${source} as date)`, contract)
    case 'time': {
      const cast = sql`cast(${source} as time(${sql.raw(String(contract.fraction))}))`
      return matching(source, timeText(fractionText(contract.fraction)), cast, contract)
    }
    case 'timestamp': {
      const local = sql`replace(replace(${source}, 'T', ' '), 'Z', '')`
      const cast = sql`cast(${local} as datetime(${sql.raw(String(contract.fraction))}))`
      return matching(source, timestampText(fractionText(contract.fraction), contract.zone), cast, contract)
    }
    case 'uuid':
      return matching(source, uuidText, sql`cast(${source} as uuid)`, contract)
    case 'enum':
      return contract.values.length === 0
        ? null
        : { value: source, type: anyText, fits: isLabel(source, contract.values), sorts: false }
    default:
      return null
  }
}

/** Byte for byte: collations find other spellings equal, too, and some of them blanks at the end. */
function isLabel(source: Sql, labels: readonly string[]): Sql {
  const bytes = (text: unknown) => sql`cast(convert(${text} using utf8mb4) as binary)`
  return sql`(${bytes(source)} in (${sql.join(labels.map(bytes))}))`
}

/** All digits are printed. */
function fractionText(digits: number): string {
  return digits === 0 ? '' : `[.][0-9]{${digits}}`
}

function matching(source: Sql, pattern: string, cast: Sql, type: ColumnType): Comparable {
  return { value: guarded(matches(source, pattern), cast), type, fits: matches(source, pattern) }
}

/** Also of a column whose collation sees no case; `$` alone would let a line's end pass. */
function matches(source: Sql, pattern: string): Sql {
  return sql`(${source} regexp ${sql.lit(`(?-i)^(?:${pattern})$(?![[:space:]])`)})`
}

function between(number: Sql, type: WholeType): Sql {
  const [low, high] = boundsOf(type)
  return sql`(${number} between ${sql.raw(String(low))} and ${sql.raw(String(high))})`
}

/** The text that the encoder prints. */
function asText(source: Sql, live: ColumnType): Comparable | null {
  switch (live.name) {
    case 'integer':
    case 'bigint':
    case 'decimal':
      // Without the zeros of ZEROFILL.
      return { value: sql`cast(${source} + 0 as char)`, type: anyText, fits: null }
    case 'date':
      return { value: sql`cast(${source} as char)`, type: anyText, fits: isRealDay(source) }
    case 'timestamp': {
      const text = sql`replace(cast(${source} as char), ' ', 'T')`
      return { value: live.zone ? sql`concat(${text}, 'Z')` : text, type: anyText, fits: isRealDay(source) }
    }
    case 'uuid':
      return { value: sql`cast(${source} as char)`, type: anyText, fits: null }
    case 'enum':
      // Place 0 is what a server without strict mode made of a wrong label.
      return { value: sql`cast(${source} as char)`, type: anyText, fits: sql`(${source} + 0 > 0)` }
    default:
      return null
  }
}

function isRealDay(source: Sql): Sql {
  return sql`(year(${source}) > 0 and ${isCalendarDay(source)})`
}
