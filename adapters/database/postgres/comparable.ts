import { type RawBuilder, sql } from 'kysely'
import type { Comparable } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { dateText, decimalText, timestampText, timeText, uuidText, wholeText } from '../shared/canonical-text.js'
import { anyDecimal, anyText, boundsOf, isNumber, isWhole, type WholeType } from '../shared/number-types.js'
import { numberOverNumber } from './comparable-numbers.js'

type Sql = RawBuilder<unknown>

/**
 * See {@link SqlDialect.comparable}. Casts that could raise stand inside CASE behind a pattern that lets only good text pass:
 * it is the one place where the server promises the order of evaluation. Every value is cast to the type that its literals
 * have, so that a bare parameter beside it is taken as one.
 */
export function comparable(source: Sql, live: ColumnType, contract: ColumnType): Comparable | null {
  if (isNumber(live) && isNumber(contract)) return numberOverNumber(source, live, contract)
  if (live.name === 'string') return overText(sql`((${source})::text collate "C")`, contract)
  if (contract.name === 'string') return asText(source, live)
  if (contract.name === 'boolean' && isWhole(live)) {
    return { value: sql`(${source} <> 0)`, type: contract, fits: sql`(${source} in (0, 1))` }
  }
  if (isWhole(contract) && live.name === 'boolean') {
    return { value: sql`(${source})::integer::bigint`, type: { name: 'bigint', unsigned: false }, fits: null }
  }
  if (contract.name === 'date' && live.name === 'timestamp' && !live.zone) {
    return { value: sql`(${source})::date`, type: contract, fits: sql`(${source} = date_trunc('day', ${source}))` }
  }
  if (contract.name === 'timestamp' && !contract.zone && live.name === 'date') {
    // Dates go on for five million years after the last timestamp.
    const fits = sql`(${source} < date '294277-01-01' or not isfinite(${source}))`
    return { value: sql`(case when ${fits} then (${source})::timestamp end)`, type: contract, fits }
  }
  return null
}

function overText(text: Sql, contract: ColumnType): Comparable | null {
  switch (contract.name) {
    case 'integer':
    case 'bigint':
      return { value: guarded(text, wholeText, 'numeric'), type: anyDecimal, fits: wholeInRange(text, contract) }
    case 'decimal': {
      const pattern = decimalText(contract)
      return pattern === null ? null : matching(text, pattern, 'numeric', anyDecimal)
    }
    case 'date':
      return matching(text, dateText, 'date', contract)
    case 'time':
      // A time with a zone is ordered by the moment and then by the zone, in which one text is one value.
      return contract.zone ? null : matching(text, timeText(fractionText(contract.fraction)), 'time', contract)
    case 'timestamp': {
      const pattern = timestampText(fractionText(contract.fraction), contract.zone)
      return matching(text, pattern, contract.zone ? 'timestamptz' : 'timestamp', contract)
    }
    case 'uuid':
      return matching(text, uuidText, 'uuid', contract)
    case 'enum':
      return contract.values.length === 0
        ? null
        : {
            ...{ value: text, type: anyText, fits: sql`(${text} in (${sql.join(contract.values)}))` },
            ...(inOrder(contract.values) ? {} : { sorts: false }),
          }
    default:
      return null
  }
}

/** Labels sort by their place; text does the same only where they stand in its order. */
function inOrder(values: readonly string[]): boolean {
  return (
    values.length > 0 &&
    values.every((value, at) => at === 0 || Buffer.compare(Buffer.from(values[at - 1] ?? ''), Buffer.from(value)) < 0)
  )
}

/** No zeros are printed at the end. */
function fractionText(digits: number): string {
  return digits === 0 ? '' : `(?:[.][0-9]{0,${digits - 1}}[1-9])?`
}

function matching(text: Sql, pattern: string, cast: string, type: ColumnType): Comparable {
  return { value: guarded(text, pattern, cast), type, fits: matches(text, pattern) }
}

function matches(text: Sql, pattern: string): Sql {
  return sql`(${text} ~ ${sql.lit(`^(?:${pattern})$`)})`
}

function guarded(text: Sql, pattern: string, cast: string): Sql {
  return sql`(case when ${matches(text, pattern)} then ${text}::${sql.raw(cast)} end)`
}

function wholeInRange(text: Sql, type: WholeType): Sql {
  const [low, high] = boundsOf(type)
  const isWithin = sql`${text}::numeric between ${sql.raw(String(low))} and ${sql.raw(String(high))}`
  return sql`(case when ${matches(text, wholeText)} then ${isWithin} else false end)`
}

/** The text that the encoder prints. */
function asText(source: Sql, live: ColumnType): Comparable | null {
  const text = sql`(${source})::text`
  switch (live.name) {
    case 'integer':
    case 'bigint':
    case 'uuid':
    case 'enum':
      return { value: text, type: anyText, fits: null }
    case 'decimal': {
      const digits = sql`${text} ~ '^-?[0-9]'`
      // Without a scale 7.5 and 7.50 are one number, and only one of them its text.
      const fits = live.scale === null ? sql`(${digits} and scale(${source}) = min_scale(${source}))` : sql`(${digits})`
      return { value: text, type: anyText, fits }
    }
    case 'date':
    case 'timestamp': {
      // JSON's dates are ISO 8601 whatever `DateStyle` says.
      const local = live.name === 'timestamp' && live.zone ? sql`(${source}) at time zone 'UTC'` : source
      const iso = sql`btrim(to_json(${local})::text, '"')`
      const shown = live.name === 'timestamp' && live.zone ? sql`(${iso} || 'Z')` : iso
      return { value: shown, type: anyText, fits: sql`(${iso} ~ '^[0-9]{4}-.*[0-9]$')` }
    }
    default:
      return null
  }
}
