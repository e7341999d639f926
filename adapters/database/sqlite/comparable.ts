import { type RawBuilder, sql } from 'kysely'
import type { Comparable } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { anyText, boundsOf, isNumber, isWhole, type NumberType, type WholeType } from '../shared/number-types.js'

type Sql = RawBuilder<unknown>
type Decimal = Extract<NumberType, { name: 'decimal' }>

/**
 * See {@link SqlDialect.comparable}. A column holds any storage class, so `fits` asks for it first. Casts never raise here;
 * one that did not change the value is seen by casting back. Decimals of more digits than a float keeps do not fit.
 */
export function comparable(source: Sql, live: ColumnType, contract: ColumnType): Comparable | null {
  if (isNumber(contract) && (isNumber(live) || live.name === 'any')) return asNumber(source, live, contract)
  if (live.name === 'string') return overText(source, contract)
  if (contract.name === 'string') return asText(source, live)
  if (contract.name === 'boolean' && (isWhole(live) || live.name === 'any')) return flag(source, contract)
  if (isWhole(contract) && live.name === 'boolean') return flag(source, contract)
  return null
}

function flag(source: Sql, type: ColumnType): Comparable {
  return { value: source, type, fits: sql`(${isInteger(source)} and ${source} in (0, 1))` }
}

function isInteger(source: Sql): Sql {
  return sql`typeof(${source}) = 'integer'`
}

function isReal(source: Sql): Sql {
  return sql`typeof(${source}) = 'real' and ${source} between -1.7976931348623157e308 and 1.7976931348623157e308`
}

function number(digits: bigint): Sql {
  // Negated, the digits of the least integer would be read as a REAL.
  return digits === -(2n ** 63n) ? sql`(-9223372036854775807 - 1)` : sql.raw(String(digits))
}

/** 64 bits are all there is, signed. */
function between(source: Sql, type: WholeType): Sql {
  const [low, high] = boundsOf(type.name === 'bigint' ? { name: 'bigint', unsigned: false } : type)
  return sql`${source} between ${type.unsigned ? sql.raw('0') : number(low)} and ${number(high)}`
}

function asNumber(source: Sql, live: ColumnType, contract: NumberType): Comparable {
  if (contract.name === 'float') {
    const fits = sql`((${stored(source, live)}) and (typeof(${source}) = 'real' or ${source} = cast(${source} as real)))`
    return {
      // What is no number keeps its place behind all numbers.
      value: sql`(case when typeof(${source}) = 'integer' then cast(${source} as real) else ${source} end)`,
      type: contract,
      fits,
    }
  }
  if (contract.name === 'decimal') return asDecimal(source, live, contract)
  const whole = sql`cast(${source} as integer)`
  const fits = sql`((${stored(source, live)}) and ${source} = ${whole} and ${between(source, contract)})`
  return {
    value: sql`(case when typeof(${source}) = 'real' and ${source} = ${whole} then ${whole} else ${source} end)`,
    type: contract,
    fits,
  }
}

/** Whether the value is one that the live type itself can be served from. */
function stored(source: Sql, live: ColumnType): Sql {
  return isWhole(live) ? sql`${isInteger(source)} and ${between(source, live)}` : sql`${isInteger(source)} or ${isReal(source)}`
}

/** What has more places than promised is left out: SUM rounds to the promised ones, to be rid of the noise of floats. */
function asDecimal(source: Sql, live: ColumnType, { scale, unsigned }: Decimal): Comparable {
  const places =
    scale === null ? sql`` : sql`and (typeof(${source}) = 'integer' or round(${source}, ${sql.raw(String(scale))}) = ${source})`
  const fits = sql`((${stored(source, live)}) ${places} ${unsigned ? sql`and ${source} >= 0` : sql``})`
  return { value: source, type: { name: 'decimal', precision: null, scale, unsigned }, fits }
}

function overText(source: Sql, contract: ColumnType): Comparable | null {
  // A column's own collation would follow its casts.
  const text = sql`(cast(${source} as text) collate binary)`
  if (isWhole(contract)) {
    const whole = sql`cast(${source} as integer)`
    const fits = sql`(typeof(${source}) in ('text', 'integer') and cast(${whole} as text) = ${text} and ${between(whole, contract)})`
    return { value: sql`(case when ${fits} then ${whole} end)`, type: contract, fits }
  }
  if (contract.name === 'decimal') return decimalOverText(source, text, contract)
  return null
}

function decimalOverText(source: Sql, text: Sql, { precision, scale, unsigned }: Decimal): Comparable {
  const value = sql`cast(${source} as numeric)`
  const shown =
    scale === null || scale === 0 ? sql`cast(${value} as text)` : sql`printf('%.${sql.raw(String(scale))}f', ${value})`
  const sign = sql`(${value} > 0 or ${text} not glob '-*') ${unsigned ? sql`and ${value} >= 0` : sql`or ${value} < 0`}`
  const most = sql.raw(`1e${(precision ?? 0) - (scale ?? 0)}`)
  const size = precision === null ? sql`` : sql`and ${value} > -${most} and ${value} < ${most}`
  const digits = sql`${text} not glob '*[^-.0-9]*'`
  // A column of days or times keeps numbers as numbers.
  const fits = sql`(typeof(${source}) in ('integer', 'real') or (typeof(${source}) = 'text' and ${shown} = ${text} and ${digits} and (${sign}) ${size}))`
  return { value: sql`(case when ${fits} then ${value} end)`, type: { name: 'decimal', precision: null, scale, unsigned }, fits }
}

/** The text that the encoder prints. */
function asText(source: Sql, live: ColumnType): Comparable | null {
  if (live.name === 'any') return { value: source, type: anyText, fits: sql`(typeof(${source}) = 'text')` }
  const text = sql`cast(${source} as text)`
  if (isWhole(live)) return { value: text, type: anyText, fits: sql`(${isInteger(source)} and ${between(source, live)})` }
  if (live.name !== 'decimal') return null
  const { scale } = live
  const shown = scale === null || scale === 0 ? text : sql`printf('%.${sql.raw(String(scale))}f', ${source})`
  const integer = scale === null || scale === 0 ? text : sql`(${text} || ${`.${'0'.repeat(scale)}`})`
  const value = sql`(case typeof(${source}) when 'integer' then ${integer} when 'real' then ${shown} else ${source} end)`
  const fits = sql`(${isInteger(source)} or (${isReal(source)} and cast(${shown} as real) = ${source} and ${shown} not glob '*e*'))`
  return { value, type: anyText, fits }
}
