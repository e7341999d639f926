import { type RawBuilder, sql } from 'kysely'
import type { Comparable } from '../../../lib/database.js'
import { anyDecimal, boundsOf, double, isWhole, isWithin, type NumberType, type WholeType } from '../shared/number-types.js'

type Sql = RawBuilder<unknown>
type Float = Extract<NumberType, { name: 'float' }>
type Decimal = Extract<NumberType, { name: 'decimal' }>

/** Numbers of one type as numbers of another. The order is kept for numbers that do not convert, too. */
export function numberOverNumber(source: Sql, live: NumberType, contract: NumberType): Comparable {
  if (contract.name === 'float') return asFloat(source, live, contract)
  if (contract.name === 'decimal') return asDecimal(source, live, contract)
  if (isWhole(live)) {
    const fits = isWithin(live, contract) ? null : between(source, contract)
    return { value: sql`(${source})::bigint`, type: { name: 'bigint', unsigned: false }, fits }
  }
  if (live.name === 'decimal') {
    const fits = sql`(${source} = trunc(${source}) and ${between(source, contract)})`
    return { value: sql`trim_scale(${source})`, type: anyDecimal, fits }
  }
  return wholeOverFloat(sql`(${source})::double precision`, source, contract)
}

function between(source: Sql, type: WholeType): Sql {
  const [low, high] = boundsOf(type)
  return sql`(${source} between ${sql.raw(String(low))} and ${sql.raw(String(high))})`
}

function wholeOverFloat(float: Sql, source: Sql, contract: WholeType): Comparable {
  const isInt64 = sql`${float} >= -9223372036854775808 and ${float} < 9223372036854775808 and ${float} = trunc(${float})`
  // Integers that JSON numbers keep are exact as floats, on either side of a comparison.
  if (contract.name === 'integer') return { value: float, type: double, fits: sql`(${isInt64} and ${between(float, contract)})` }
  // The text of a float is not the number it is beyond 2^53; infinity has no place among numerics before version 14.
  const finite = sql`case when ${isPlain(source)} then (${source})::text::numeric else 'NaN'::numeric end`
  const value = sql`(case when ${source} is null then null when ${isInt64} then ${float}::bigint::numeric else ${finite} end)`
  return { value, type: anyDecimal, fits: sql`(${isInt64})` }
}

/** Neither NaN nor infinite, of a float or a numeric. */
function isPlain(source: Sql): Sql {
  return sql`((${source})::text ~ '^-?[0-9]')`
}

/** With the promised scale, and more digits where they count. */
function scaled(number: Sql, { scale }: Decimal): Sql {
  return scale === null || scale < 0 ? number : sql`round(${number}, greatest(${sql.raw(String(scale))}, min_scale(${number})))`
}

function asDecimal(source: Sql, live: NumberType, contract: Decimal): Comparable {
  if (live.name !== 'float') {
    const fits = isWhole(live) || contract.precision === null ? null : isPlain(source)
    return { value: scaled(sql`(${source})::numeric`, contract), type: anyDecimal, fits }
  }
  // A direct cast would keep 15 digits.
  const number = sql`(${source})::text::numeric`
  const special = contract.precision === null ? sql`when ${source} = 'NaN' then 'NaN'::numeric` : sql``
  const fits = contract.precision === null ? sql`(${isPlain(source)} or ${source} = 'NaN')` : isPlain(source)
  return { value: sql`(case when ${isPlain(source)} then ${scaled(number, contract)} ${special} end)`, type: anyDecimal, fits }
}

function asFloat(source: Sql, live: NumberType, contract: Float): Comparable {
  if (live.name === 'float') return floatOverFloat(source, contract)
  const type = sql.raw(contract.bits === 32 ? 'real' : 'double precision')
  if (isWhole(live)) {
    // Beyond these the nearest float is 2^63, which no integer is.
    const most = sql.raw(contract.bits === 32 ? '9223371761976868863' : '9223372036854775295')
    const isSame = sql`(${source})::${type}::bigint = ${source}`
    const isExact = live.name === 'integer' && live.bits < (contract.bits === 32 ? 24 : 53)
    const fits = isExact ? null : sql`(case when ${source} <= ${most} then ${isSame} else false end)`
    return { value: sql`(${source})::${type}`, type: contract, fits }
  }
  const [least, most] = contract.bits === 32 ? ['1e-45', '3.4028235e38'] : ['4.9e-324', '1.7976931348623157e308']
  const inRange = sql`abs(${source}) <= ${sql.raw(most)} and abs(${source}) >= ${sql.raw(least)}`
  const isSame = sql`(${source})::${type}::text::numeric = ${source}`
  const fits = sql`(case when ${source} = 0 or not ${isPlain(source)} then true when ${inRange} then ${isSame} else false end)`
  return { value: sql`(${source})::numeric`, type: anyDecimal, fits }
}

/** A float of 64 bits that one of 32 cannot be has its place, but no value as promised. */
function floatOverFloat(source: Sql, contract: Float): Comparable {
  const wide = sql`(${source})::double precision`
  if (contract.bits === 64) return { value: wide, type: contract, fits: null }
  const special = sql`${wide} in ('NaN', 'Infinity', '-Infinity', 0)`
  const inRange = sql`abs(${wide}) between 1e-45 and 3.4028234663852886e38`
  const fits = sql`(case when ${special} then true when ${inRange} then ${wide}::real::double precision = ${wide} else false end)`
  return { value: sql`(case when ${fits} then ${wide}::real end)`, type: contract, fits }
}
