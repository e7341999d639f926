import { type Parameter, ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { fromAny, toAny } from './any.js'
import { convertNumber, digitsOf, isNumberType, numberJson, rangeOf, withPlaces } from './numbers.js'
import { isSame, parameterOf, requireFit, requireKept, shownAs } from './parameters.js'
import { fromText, isSpelled, orderedMembers, toText } from './text.js'
import { dayOfMidnight, type FractionStyle, midnightOf, withFraction } from './times.js'

/** JSON text of one non-null value → JSON text of the same value as another type. Throws {@link ValueMismatch}. */
export type Converter = (json: string) => string

/**
 * How a value of the type `from`, as the engine's encoder prints it, is served as the type `to`. null: the pair has no exact
 * conversion. A value converts exactly when it is what writing some value of `to` into a column of `from` would leave there;
 * any other throws {@link ValueMismatch}. Lengths of text and precisions are no promise to readers, so they are not checked.
 *
 * @example converterOf(bigint, integer)?.('"7"') // '7'
 */
export function converterOf(from: ColumnType, to: ColumnType, style: FractionStyle = trimmedFractions): Converter | null {
  if (isNumberType(from) && isNumberType(to)) return numbers(from, to)
  if (from.name === to.name) return within(from, to, style)
  if (from.name === 'any') return fromAny(to, style)
  if (to.name === 'any') return toAny(from)
  if (from.name === 'string') return isSpelled(to) ? fromText(to, style) : null
  if (to.name === 'string') return isSpelled(from) ? toText(from, style) : null
  return across(from, to, style)
}

/**
 * How a checked value of the type `from` (see {@link Parameter}) is bound for a column of the type `to`; null: the pair has no
 * exact conversion. Throws {@link ValueMismatch} for a value that `to` does not hold, or that would not be served again as
 * `from` shows it.
 *
 * @example parameterConverterOf(decimal, integer)?.('7.00') // 7
 */
export function parameterConverterOf(
  from: ColumnType,
  to: ColumnType,
  style: FractionStyle = trimmedFractions,
): ((value: Parameter) => Parameter) | null {
  const there = converterOf(from, to, style)
  const back = converterOf(to, from, style)
  if (there === null || back === null) return null
  return (value) => {
    if (value === null) return null
    const shown = shownAs(value, from, style)
    const parameter = parameterOf(there(shown), to)
    requireFit(parameter, to)
    requireKept(parameter, from, to)
    if (!isSame(back(shownAs(parameter, to, style)), shown, from)) throw new ValueMismatch('the column would keep another value')
    return parameter
  }
}

const trimmedFractions: FractionStyle = { padFractions: false }

type NumberType = Parameters<typeof convertNumber>[0]

function numbers(from: NumberType, to: NumberType): Converter {
  const convert = convertNumber(from, to)
  // The engine's own spelling of a float is kept: `1e-07`.
  const isSpelled = from.name === 'float' && to.name === 'float' && from.bits === to.bits
  if (isSpelled && (to.places === undefined || to.places === from.places)) return same
  if (isWhole(from) && isWhole(to)) return briefly(to, (json) => numberJson(convert(digitsOf(json)), to))
  if (to.name !== 'float') return (json) => numberJson(convert(digitsOf(json)), to)
  return (json) => numberJson(withPlaces(convert(digitsOf(json)), to), to)
}

/** Integers that a JavaScript number keeps need no arithmetic of any length. */
function briefly(to: Whole, convert: Converter): Converter {
  const [low, high] = rangeOf(to).map(Number) as [number, number]
  return (json) => {
    const digits = digitsOf(json)
    const value = Number(digits)
    const isPlain = Number.isSafeInteger(value) && value >= low && value <= high && String(value) === digits
    return isPlain ? numberJson(digits, to) : convert(json)
  }
}

const same: Converter = (json) => json

/** Types of one name, with other limits. */
function within(from: ColumnType, to: ColumnType, style: FractionStyle): Converter | null {
  if (from.name === 'string' && to.name === 'string') return to.fixed && !from.fixed ? trimEnd : same
  if (from.name === 'enum' && to.name === 'enum') return members((text) => (to.values.includes(text) ? text : null))
  if (from.name === 'set' && to.name === 'set') return members((text) => orderedMembers(text, to.values))
  if (from.name === 'array' && to.name === 'array') return items(from.items, to.items, style)
  if (from.name === 'other' && to.name === 'other') return from.native === to.native ? same : null
  if ((from.name === 'time' && to.name === 'time') || (from.name === 'timestamp' && to.name === 'timestamp')) {
    return from.zone === to.zone ? text((value) => withFraction(value, to, style)) : null
  }
  return same
}

/** Types of two names, neither of them text. */
function across(from: ColumnType, to: ColumnType, style: FractionStyle): Converter | null {
  if (from.name === 'boolean' && isWhole(to)) return (json) => numberJson(json === 'true' ? '1' : '0', to)
  if (isWhole(from) && to.name === 'boolean') return (json) => booleanOf(digitsOf(json))
  if (from.name === 'enum' && to.name === 'set') return members((one) => (isAlone(one) && to.values.includes(one) ? one : null))
  if (from.name === 'set' && to.name === 'enum') return members((one) => (isAlone(one) && to.values.includes(one) ? one : null))
  if (from.name === 'date' && to.name === 'timestamp') return to.zone ? null : text((day) => midnightOf(day, to, style))
  if (from.name === 'timestamp' && to.name === 'date') return from.zone ? null : text(dayOfMidnight)
  return null
}

/** One member of a set, neither none nor several. */
function isAlone(text: string): boolean {
  return text !== '' && !text.includes(',')
}

type Whole = Extract<ColumnType, { name: 'integer' | 'bigint' }>

function isWhole(type: ColumnType): type is Whole {
  return type.name === 'integer' || type.name === 'bigint'
}

function booleanOf(digits: string): string {
  if (digits !== '0' && digits !== '1') throw new ValueMismatch('neither 0 nor 1')
  return String(digits === '1')
}

function text(convert: (text: string) => string): Converter {
  return (json) => JSON.stringify(convert(String(JSON.parse(json))))
}

const trimEnd = text((value) => value.replace(/ +$/, ''))

function members(convert: (text: string) => string | null): Converter {
  return text((value) => {
    const converted = convert(value)
    if (converted === null) throw new ValueMismatch('not one of the promised values')
    return converted
  })
}

/** Items of `json` could be arrays themselves, which nobody can tell from one more dimension: those are not taken apart. */
function items(from: ColumnType, to: ColumnType, style: FractionStyle): Converter | null {
  const convert = converterOf(from, to, style)
  if (convert === null || convert === same) return convert
  if (from.name === 'json' || to.name === 'json') return null
  const itemOf = (item: unknown): string => {
    if (item === null) return 'null'
    return Array.isArray(item) ? `[${item.map(itemOf).join(',')}]` : convert(JSON.stringify(item))
  }
  return (json) => itemOf(JSON.parse(json))
}
