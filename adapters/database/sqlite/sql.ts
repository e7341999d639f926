import { type RawBuilder, SqliteAdapter, SqliteQueryCompiler, sql } from 'kysely'
import type { Aggregate, Parameter, SqlDialect } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { createCompiler } from '../shared/compiler.js'
import { comparable } from './comparable.js'
import { asText, bends, isFiner } from './comparable-text.js'
import { parseDecimal, significantDigits, wholeValue } from './decimal-text.js'
import { encoderOf } from './types.js'

/** See {@link SqlDialect}. Columns are read as they are: our own connections give every integer exactly. */
export const dialect: SqlDialect = {
  compile: createCompiler(
    () => new SqliteQueryCompiler(),
    () => new SqliteAdapter(),
  ),
  // With `main`: a temporary table of the same name would come first.
  table: (_schema, name) => sql.id('main', name),
  read: (source) => source,
  encoder: encoderOf,
  bind,
  like: (column, pattern, escapedBy) => sql`${column} like ${pattern}${escapedBy === null ? sql`` : sql` escape ${escapedBy}`}`,
  // The connection checks `schema_version` around the statement: SQL could not fail here.
  guard: () => null,
  padFractions: false,
  comparable,
  asText,
  isFiner,
  storesAnything: true,
  bends,
  aggregateType,
  aggregate: aggregateOf,
}

/** BigInt for INTEGER, number for REAL. */
function bind(value: Parameter, type: ColumnType): unknown {
  if (value === null) return null
  switch (type.name) {
    case 'integer':
    case 'bigint':
      return integerParameter(value)
    case 'decimal':
      return decimalParameter(value)
    case 'float':
      return floatParameter(value)
    case 'boolean':
      return typeof value === 'boolean' ? (value ? 1n : 0n) : value
    default:
      return value
  }
}

const largest = 2n ** 63n - 1n

function integerParameter(value: Parameter): unknown {
  const whole =
    typeof value === 'number' && Number.isSafeInteger(value)
      ? BigInt(value)
      : typeof value === 'string' && /^-?\d+$/.test(value)
        ? BigInt(value)
        : null
  if (whole === null) return value
  if (whole >= -largest - 1n && whole <= largest) return whole
  return fail('invalid-value', {
    detail: `${value} is beyond the integers this database holds`,
    hint: `the largest is ${largest}`,
  })
}

/** At most 15 digits, which every REAL keeps. */
const shortDecimal = /^-?\d{1,9}(?:\.\d{1,6})?$/

/** A column of decimals holds INTEGER or REAL whatever is bound, so a value that neither keeps is refused, not rounded. */
function decimalParameter(value: Parameter): unknown {
  if (typeof value === 'string' && shortDecimal.test(value)) {
    const number = Number(value)
    return Number.isInteger(number) ? BigInt(number) : number
  }
  const decimal = typeof value === 'string' || typeof value === 'number' ? parseDecimal(String(value)) : null
  if (decimal === null) return value
  const whole = wholeValue(decimal)
  if (whole !== null && whole >= -largest - 1n && whole <= largest) return whole
  const number = Number(String(value))
  if (significantDigits(decimal).length <= 15 && Number.isFinite(number) && Math.abs(number) > 1e-290) return number
  return fail('number-not-exact', {
    detail: `this database keeps decimals as 64-bit floats, and "${String(value).slice(0, 60)}" needs more digits than they have`,
    hint: 'use at most 15 significant digits, or make the column TEXT',
  })
}

/** NaN would be stored as NULL. */
function floatParameter(value: Parameter): unknown {
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isNaN(number)) return number
  return fail('invalid-value', { detail: 'this database has no NaN', hint: 'use null where the column takes it' })
}

const count: ColumnType = { name: 'integer', bits: 53, unsigned: false }
const float: ColumnType = { name: 'float', bits: 64 }

function aggregateType(fn: Aggregate, type: ColumnType): ColumnType {
  if (fn === 'count') return count
  if (fn === 'avg') return float
  if (fn === 'min' || fn === 'max') return type
  if (type.name === 'integer') return { name: 'bigint', unsigned: false }
  return type.name === 'decimal' ? { ...type, precision: null } : type
}

/** Decimals are floats inside, so their sum has noise behind the last place that the column declares. */
function aggregateOf(fn: Aggregate, column: RawBuilder<unknown>, type: ColumnType): RawBuilder<unknown> {
  if (fn === 'sum' && type.name === 'decimal' && type.scale !== null) {
    return sql`case typeof(sum(${column})) when 'integer' then sum(${column}) else round(sum(${column}), ${BigInt(type.scale)}) end`
  }
  return functions[fn](column)
}

const functions: Record<Aggregate, (column: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  count: (column) => sql`count(${column})`,
  sum: (column) => sql`sum(${column})`,
  avg: (column) => sql`avg(${column})`,
  min: (column) => sql`min(${column})`,
  max: (column) => sql`max(${column})`,
}
