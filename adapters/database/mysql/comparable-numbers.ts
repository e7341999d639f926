import { type RawBuilder, sql } from 'kysely'
import type { Comparable } from '../../../lib/database.js'
import { anyDecimal, boundsOf, isWhole, isWithin, type NumberType, type WholeType } from '../shared/number-types.js'

type Sql = RawBuilder<unknown>
type Float = Extract<NumberType, { name: 'float' }>
type Decimal = Extract<NumberType, { name: 'decimal' }>

/**
 * Numbers of one type as numbers of another. null: decimals as floats of 32 bits and the other way round, because the server
 * knows no digits of those but six, and decimals of 65 digits as floats.
 */
export function numberOverNumber(source: Sql, live: NumberType, contract: NumberType): Comparable | null {
  if (contract.name === 'float') return asFloat(source, live, contract)
  if (contract.name === 'decimal') return asDecimal(source, live, contract)
  if (isWhole(live)) return { value: source, type: anyDecimal, fits: isWithin(live, contract) ? null : between(source, contract) }
  if (live.name === 'decimal') {
    const fits = sql`(${source} = truncate(${source}, 0) and ${between(source, contract)})`
    return { value: sql`truncate(${source}, 0)`, type: anyDecimal, fits }
  }
  return wholeOverFloat(source, contract)
}

function raw(value: bigint | number | string): Sql {
  return sql.raw(String(value))
}

function between(source: Sql, type: WholeType): Sql {
  const [low, high] = boundsOf(type)
  return sql`(${source} between ${raw(low)} and ${raw(high)})`
}

function wholeOverFloat(source: Sql, contract: WholeType): Comparable {
  const [low, high] = boundsOf(contract)
  // The next float after the greatest value; the greatest bigint is none itself.
  const fits = sql`(${source} >= ${raw(`${low}e0`)} and ${source} < ${raw(`${high + 1n}e0`)} and ${source} = floor(${source}))`
  return { value: sql`(case when ${fits} then ${exact(source)} end)`, type: anyDecimal, fits }
}

/** A whole float below 2^64 as a decimal. Casts go by its shortest text, which beyond 2^53 is another number, so by halves. */
function exact(float: Sql): Sql {
  const upper = sql`floor(${float} / 4294967296e0)`
  return sql`(${cast(upper, 20, 0)} * 4294967296 + ${cast(sql`(${float} - ${upper} * 4294967296e0)`, 20, 0)})`
}

function asDecimal(source: Sql, live: NumberType, contract: Decimal): Comparable | null {
  const scale = contract.scale ?? 0
  const isPositive = contract.unsigned ? sql`(${source} >= 0)` : null
  if (isWhole(live)) return { value: cast(source, 20 + scale, scale), type: anyDecimal, fits: isPositive }
  if (live.name === 'decimal') {
    const [places, precision] = [live.scale ?? 0, live.precision ?? 65]
    const wider = precision - places + scale
    const value = places < scale && wider <= 65 ? cast(source, wider, scale) : source
    return { value, type: anyDecimal, fits: isPositive }
  }
  if (live.bits === 32) return null
  const inRange = sql`(abs(${source}) < 1e35)`
  const number = cast(source, 65, 30)
  const isSame = sql`cast(${number} as double) = ${source}`
  const fits = sql`(case when ${inRange} then ${isSame} ${isPositive === null ? sql`` : sql`and ${isPositive}`} else 0 end)`
  return { value: sql`(case when ${inRange} then ${number} end)`, type: anyDecimal, fits }
}

function cast(source: Sql, precision: number, scale: number): Sql {
  return sql`cast(${source} as decimal(${raw(precision)}, ${raw(scale)}))`
}

function asFloat(source: Sql, live: NumberType, contract: Float): Comparable | null {
  if (live.name === 'float') return floatOverFloat(source, contract)
  if (isWhole(live)) return floatOverWhole(source, live, contract)
  const [scale, precision] = [live.scale ?? 0, live.precision ?? 65]
  if (contract.bits === 32 || precision > 64) return null
  return { value: source, type: anyDecimal, fits: sql`(${cast(sql`cast(${source} as double)`, 65, scale)} = ${source})` }
}

function floatOverWhole(source: Sql, live: WholeType, contract: Float): Comparable {
  const value = sql`cast(${source} as double)`
  if (live.name === 'integer' && live.bits <= (contract.bits === 32 ? 24 : 53)) return { value, type: contract, fits: null }
  const float = contract.bits === 32 ? sql`cast(cast(${source} as float) as double)` : value
  return { value, type: contract, fits: sql`(${exact(float)} = ${source})` }
}

/** Compared as 64 bits, which every float of 32 is; literals are rounded to 32 where the promise is. */
function floatOverFloat(source: Sql, contract: Float): Comparable {
  if (contract.bits === 64) return { value: sql`cast(${source} as double)`, type: contract, fits: null }
  const inRange = sql`(abs(${source}) <= 3.4028234663852886e38)`
  const fits = sql`(case when ${inRange} then cast(cast(${source} as float) as double) = ${source} else 0 end)`
  return { value: source, type: contract, fits }
}
