import { type Parameter, ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { digitsOf, fitsNumber, isNumberType, kept, numberJson, scaled, shortestFloat, trimmed, withPlaces } from './numbers.js'
import { type FractionStyle, fractionDigits, withFraction } from './times.js'

/** The JSON of a non-null parameter as a column of its type shows it. Throws {@link ValueMismatch} for digits it would not keep. */
export function shownAs(value: Parameter, type: ColumnType, style: FractionStyle): string {
  if (type.name === 'array' && Array.isArray(value))
    return `[${value.map((item) => itemShownAs(item, type.items, style)).join(',')}]`
  if (type.name === 'json') return String(value)
  if (type.name === 'float') return numberJson(withPlaces(shortestFloat(kept(Number(value), type), type.bits), type), type)
  if (type.name === 'integer' && type.year === true) return String(yearOf(Number(value)))
  if (type.name === 'decimal')
    return numberJson(hasDigits(String(value)) ? scaled(String(value), type.scale) : String(value), type)
  if (type.name === 'integer' || type.name === 'bigint') return numberJson(String(value), type)
  return Buffer.isBuffer(value)
    ? `"${filled(value, type).toString('base64')}"`
    : JSON.stringify(typeof value === 'string' ? textShownAs(value, type, style) : value)
}

/** What a column of years makes of the last two digits of one. */
function yearOf(value: number): number {
  if (value < 1 || value > 99) return value
  return value + (value < 70 ? 2000 : 1900)
}

function filled(value: Buffer, type: ColumnType): Buffer {
  const isFixed = type.name === 'binary' && type.fixed === true && type.length !== null
  return isFixed ? Buffer.concat([value, Buffer.alloc(Math.max(0, (type.length ?? 0) - value.length))]) : value
}

/** Not `NaN` and no infinity. */
function hasDigits(text: string): boolean {
  return /\d/.test(text)
}

/** Dimensions of an array are arrays of the same items. */
function itemShownAs(item: Parameter, items: ColumnType, style: FractionStyle): string {
  if (item === null) return 'null'
  const isDimension = Array.isArray(item) && items.name !== 'array'
  return shownAs(item, isDimension ? { name: 'array', items } : items, style)
}

function textShownAs(value: string, type: ColumnType, style: FractionStyle): string {
  if (type.name === 'string') return type.fixed ? value.replace(/ +$/, '') : value
  if (type.name !== 'time' && type.name !== 'timestamp') return value
  if (fractionDigits(value) > type.fraction) throw new ValueMismatch('more digits of a second than the type has')
  const shown = withFraction(value, type, style)
  return type.name === 'time' && type.zone ? shown.replace(/(?:Z|-00:00)$/, '+00:00') : shown
}

/** The parameter that a column of the type shows as this JSON. */
export function parameterOf(json: string, type: ColumnType): Parameter {
  switch (type.name) {
    case 'json':
      return json
    case 'bigint':
    case 'decimal':
      return digitsOf(json)
    case 'binary':
      return Buffer.from(digitsOf(json), 'base64')
    case 'array': {
      const itemOf = (item: unknown): Parameter => {
        if (item === null) return null
        return Array.isArray(item) ? item.map(itemOf) : parameterOf(JSON.stringify(item), type.items)
      }
      return (JSON.parse(json) as unknown[]).map(itemOf)
    }
    default:
      return JSON.parse(json) as Parameter
  }
}

/** Throws {@link ValueMismatch} for a parameter that is too long, too large or too precise for the column. */
export function requireFit(value: Parameter, type: ColumnType): void {
  if (type.name === 'array' && Array.isArray(value)) {
    for (const item of value) if (item !== null) requireFit(item, Array.isArray(item) ? type : type.items)
  } else if (!fits(value, type)) throw new ValueMismatch(`does not fit the column's ${type.name}`)
}

function fits(value: Parameter, type: ColumnType): boolean {
  if (isNumberType(type)) return fitsNumber(String(value), type)
  if (type.name === 'string') return type.length === null || [...String(value)].length <= type.length
  if (type.name === 'binary') return type.length === null || Buffer.byteLength(value as Buffer) <= type.length
  if (type.name === 'time' || type.name === 'timestamp') return fractionDigits(String(value)) <= type.fraction
  return true
}

/**
 * What the database keeps is not always what it shows: a column without a type would keep the text of a number, and a JSON
 * column keeps values, so that blanks, key order and spellings of the promised text would be lost.
 */
export function requireKept(value: Parameter, from: ColumnType, to: ColumnType): void {
  const isText = isNumberType(from) && to.name === 'any' && typeof value === 'string'
  const isSpelling = (from.name === 'string' || from.name === 'any') && to.name === 'json' && !isPlainJson(String(value))
  if (isText || isSpelling) throw new ValueMismatch('the column would keep it in another form')
}

function isPlainJson(json: string): boolean {
  const value: unknown = JSON.parse(json)
  const isSimple = typeof value !== 'object' || value === null || json === '[]' || json === '{}'
  return isSimple && JSON.stringify(value) === json && (typeof value !== 'number' || Number.isSafeInteger(value))
}

/** Decimals without a scale and floats are equal as numbers, whatever zeros or exponents they are written with. */
export function isSame(one: string, other: string, type: ColumnType): boolean {
  if (one === other) return true
  if (type.name === 'float') return Number(digitsOf(one)) === Number(digitsOf(other))
  if (type.name === 'decimal' && hasDigits(digitsOf(one)) && hasDigits(digitsOf(other)))
    return trimmed(digitsOf(one)) === trimmed(digitsOf(other))
  return false
}
