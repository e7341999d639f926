import { ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'

export type NumberType = Extract<ColumnType, { name: 'integer' | 'bigint' | 'decimal' | 'float' }>
type Whole = Extract<NumberType, { name: 'integer' | 'bigint' }>
type Decimal = Extract<NumberType, { name: 'decimal' }>

const special = /^(?:NaN|-?Infinity)$/

export function isNumberType(type: ColumnType): type is NumberType {
  return type.name === 'integer' || type.name === 'bigint' || type.name === 'decimal' || type.name === 'float'
}

/** The digits inside the JSON of a number of any type: `"19.90"` and `42` without the quotes. */
export function digitsOf(json: string): string {
  return json.startsWith('"') ? json.slice(1, -1) : json
}

/** The JSON of digits, quoted where the type is a string on the wire. */
export function numberJson(digits: string, type: NumberType): string {
  const isNumber = type.name === 'integer' || (type.name === 'float' && !special.test(digits))
  return isNumber ? digits : `"${digits}"`
}

/**
 * Digits of a value of `from` → the digits that `to` promises. Throws {@link ValueMismatch} for a value `to` has not got.
 *
 * A float is its binary value where the other type is whole or a float, and its shortest text, which names it without
 * doubt, where the other type is decimal: 0.1 is the decimal 0.1.
 */
export function convertNumber(from: NumberType, to: NumberType): (digits: string) => string {
  return (digits) => {
    if (special.test(digits)) return specialFor(digits, to)
    if (from.name !== 'float') return fromExact(digits, from, to)
    return from.bits === 32 ? fromFloat(Math.fround(Number(digits)), 32, to) : fromFloat(Number(digits), 64, to)
  }
}

/** Whether digits fit a column of the type as they are: range, places before and after the point, sign. */
export function fitsNumber(digits: string, type: NumberType): boolean {
  if (type.name === 'float') return true
  if (type.name !== 'decimal') return isWhole(digits) && isWithin(BigInt(digits), type)
  return special.test(digits) ? type.precision === null : fitsDecimal(trimmed(digits), type)
}

/** Digits in plain notation without zeros that carry nothing: `-0.50` and `-5e-1` are both `-0.5`. */
export function trimmed(digits: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i.exec(digits)
  if (parts === null) throw new ValueMismatch('not a number')
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  const point = whole.length + Number(exponent)
  const all = point <= 0 ? '0'.repeat(1 - point) + whole + fraction : (whole + fraction).padEnd(point, '0')
  const at = Math.max(point, 1)
  const [before, after] = [all.slice(0, at).replace(/^0+(?=\d)/, ''), all.slice(at).replace(/0+$/, '')]
  const plain = after === '' ? before : `${before}.${after}`
  return plain === '0' ? plain : `${sign}${plain}`
}

/** {@link trimmed}, with at least `scale` places; null asks for none. */
export function scaled(digits: string, scale: number | null): string {
  const [whole, fraction = ''] = trimmed(digits).split('.')
  const padded = fraction.padEnd(scale ?? 0, '0')
  return padded === '' ? `${whole}` : `${whole}.${padded}`
}

/** The fewest digits that name a float of the size. */
export function shortestFloat(value: number, bits: 32 | 64): string {
  const rounded = bits === 32 ? Math.fround(value) : value
  if (bits === 64 || !Number.isFinite(rounded)) return String(rounded)
  for (let digits = 1; digits < 9; digits += 1) {
    const shorter = Number(rounded.toPrecision(digits))
    if (Math.fround(shorter) === rounded) return String(shorter)
  }
  return String(Number(rounded.toPrecision(9)))
}

type Float = Extract<NumberType, { name: 'float' }>

/** What a column that rounds to some places makes of a number: it keeps the whole part, and rounds halves to even behind it. */
export function kept(value: number, { bits, places }: Float): number {
  const sent = bits === 32 ? Math.fround(value) : value
  if (places == null || !Number.isFinite(sent)) return sent
  const [whole, power] = [Math.floor(sent), 10 ** places]
  const scaledUp = (sent - whole) * power
  const rounded = Math.round(scaledUp)
  const even = rounded - scaledUp === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
  return bits === 32 ? Math.fround(whole + even / power) : whole + even / power
}

/** The digits of a float as its column prints them: one of 64 bits that rounds to some places shows them all. */
export function withPlaces(digits: string, { bits, places }: Float): string {
  return places == null || bits === 32 || !/^-?\d+(?:\.\d+)?$/.test(digits) ? digits : scaled(digits, places)
}

function specialFor(digits: string, to: NumberType): string {
  if (to.name === 'float') return digits
  if (to.name === 'decimal' && to.precision === null && !(to.unsigned && digits.startsWith('-'))) return digits
  throw new ValueMismatch('not a finite number')
}

function fromFloat(value: number, bits: 32 | 64, to: NumberType): string {
  if (to.name === 'decimal') return decimalFor(trimmed(shortestFloat(value, bits)), to)
  if (to.name === 'float') {
    if (to.bits === 32 && Math.fround(value) !== value) throw new ValueMismatch('not a 32-bit float')
    return shortestFloat(value, to.bits)
  }
  if (!Number.isInteger(value)) throw new ValueMismatch('not a whole number')
  return wholeFor(BigInt(value), to)
}

function fromExact(digits: string, from: Whole | Decimal, to: NumberType): string {
  if (to.name === 'decimal') return decimalFor(digits, to)
  if (to.name === 'float') return floatFor(digits, from, to.bits)
  const plain = trimmed(digits)
  if (plain.includes('.')) throw new ValueMismatch('not a whole number')
  return wholeFor(BigInt(plain), to)
}

function floatFor(digits: string, from: Whole | Decimal, bits: 32 | 64): string {
  const text = shortestFloat(Number(digits), bits)
  const value = bits === 32 ? Math.fround(Number(digits)) : Number(digits)
  const isSame =
    Number.isFinite(value) && (from.name === 'decimal' ? trimmed(text) === trimmed(digits) : BigInt(value) === BigInt(digits))
  if (!isSame) throw new ValueMismatch(`more digits than a ${bits}-bit float keeps`)
  return text
}

function wholeFor(value: bigint, to: Whole): string {
  if (!isWithin(value, to)) throw new ValueMismatch('out of the promised range')
  return String(value)
}

/** More places than promised are shown where they count: a reader is promised a scale, never fewer digits than there are. */
function decimalFor(digits: string, to: Decimal): string {
  if (to.unsigned && trimmed(digits).startsWith('-')) throw new ValueMismatch('negative')
  return to.scale === null ? digits : scaled(digits, to.scale)
}

function isWhole(digits: string): boolean {
  return /^-?\d+$/.test(digits)
}

function isWithin(value: bigint, type: Whole): boolean {
  const [low, high] = rangeOf(type)
  return value >= low && value <= high
}

/** The least and the greatest value. */
export function rangeOf(type: Whole): readonly [bigint, bigint] {
  const bits = BigInt(type.name === 'bigint' ? 64 : type.bits)
  // 53 bits are what JSON numbers keep, on both sides of zero.
  if (bits === 53n) return [type.unsigned ? 0n : 1n - 2n ** bits, 2n ** bits - 1n]
  return type.unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

function fitsDecimal(plain: string, { precision, scale, unsigned }: Decimal): boolean {
  if (unsigned && plain.startsWith('-')) return false
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  if (scale !== null && fraction.length > Math.max(0, scale)) return false
  if (scale !== null && scale < 0 && /[1-9]/.test(whole.slice(scale))) return false
  const magnitude = whole !== '0' ? whole.length : -fraction.search(/[1-9]|$/)
  return plain === '0' || precision === null || magnitude <= precision - (scale ?? 0)
}

/** The JSON of a 64-bit integer as a number. Throws {@link ValueMismatch} for one that a JSON number does not keep. */
export function asNumber(json: string): string {
  const digits = digitsOf(json)
  if (!Number.isSafeInteger(Number(digits))) throw new ValueMismatch(`${digits} is beyond what a JSON number keeps`)
  return digits
}
