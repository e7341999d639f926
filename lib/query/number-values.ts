import type { Parameter } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { formatDecimal, magnitude, parseDecimal, significantDigits, withinScale } from './plain-decimal.js'
import { isInexact, refuse, refuseInexact, type Spot } from './refusal.js'

export type NumberType = Extract<ColumnType, { name: 'integer' | 'bigint' | 'decimal' | 'float' }>

/** Not numbers, but values of `float` and of a `decimal` without limits. */
const specials: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity'])

/** The largest finite 32-bit float, and what still rounds to it. */
const maxFloat32 = 3.4028235677973366e38

/** A JSON number for a numeric column. Refuses with `number-not-exact` what a JSON reader may have rounded. */
export function numberFromJson(value: number, type: NumberType, spot: Spot): Parameter {
  // A float column holds just what a JSON number does, so what was read from one can be written back.
  if (type.name === 'float') return Number.isFinite(value) ? within32(value, type.bits, spot) : refuseInexact(spot, value)
  if (isInexact(value)) refuseInexact(spot, value)
  if (type.name === 'decimal') {
    if (significantDigits(value) > 15) refuseInexact(spot, value)
    return decimalFromText(String(value), type, spot)
  }
  if (!Number.isInteger(value)) refuse(spot, value, 'is not a whole number')
  return integerFromText(String(value), type, spot)
}

/** The text of a number for a numeric column: integers as a number, `bigint` and `decimal` as plain canonical digits. */
export function numberFromText(text: string, type: NumberType, spot: Spot): Parameter {
  if (type.name === 'decimal') return decimalFromText(text, type, spot)
  if (type.name === 'float') return floatFromText(text, type.bits, spot)
  return integerFromText(text, type, spot)
}

function integerFromText(text: string, type: Extract<NumberType, { name: 'integer' | 'bigint' }>, spot: Spot): Parameter {
  if (!/^-?[0-9]+$/.test(text)) return refuse(spot, text, 'is not a whole number', { hint: 'write digits only, such as 42' })
  const plain = text.replace('-', '').replace(/^0+(?=[0-9])/, '')
  const digits = text.startsWith('-') && plain !== '0' ? `-${plain}` : plain
  if (type.name === 'integer' && digits.length <= exactDigits && isWithin(Number(digits), type)) return Number(digits)
  const [low, high] = rangeOf(type)
  // 20 characters hold every 64-bit integer; longer ones are not worth converting.
  const fits = digits.length <= 20 && BigInt(digits) >= low && BigInt(digits) <= high
  if (!fits) refuse(spot, text, 'is out of range', { hint: `the column holds ${low} to ${high}` })
  return type.name === 'bigint' ? digits : Number(digits)
}

/** Characters of a whole number that a JSON number keeps for certain. */
const exactDigits = 15

function isWithin(value: number, { bits, unsigned }: Extract<NumberType, { name: 'integer' }>): boolean {
  if (bits === 53) return !unsigned || value >= 0
  return unsigned ? value >= 0 && value < 2 ** bits : value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1)
}

function rangeOf(type: Extract<NumberType, { name: 'integer' | 'bigint' }>): readonly [bigint, bigint] {
  if (type.name === 'integer' && type.bits === 53) {
    const safe = BigInt(Number.MAX_SAFE_INTEGER)
    return [type.unsigned ? 0n : -safe, safe]
  }
  const bits = BigInt(type.name === 'bigint' ? 64 : type.bits)
  return type.unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

function decimalFromText(text: string, type: Extract<NumberType, { name: 'decimal' }>, spot: Spot): Parameter {
  const { precision, scale, unsigned } = type
  const isNegative = text.startsWith('-')
  if (specials.has(text) && precision === null && !(unsigned && isNegative)) return text
  const decimal = parseDecimal(text)
  if (decimal === undefined) return refuse(spot, text, 'is not a decimal number', { hint: 'write it like -12.50' })
  if (unsigned && decimal.negative) refuse(spot, text, 'is negative', { hint: 'the column holds 0 and above' })
  const wholeDigits = precision === null ? null : precision - (scale ?? 0)
  if (wholeDigits !== null && magnitude(decimal) > wholeDigits) {
    refuse(spot, text, 'is out of range', { hint: `the column holds ${precision} digits, ${scale ?? 0} of them after the point` })
  }
  const exact = scale === null ? decimal : withinScale(decimal, scale)
  if (exact !== undefined) return formatDecimal(exact)
  return refuse(spot, text, 'would be rounded', {
    hint: `the column keeps ${scale} digits after the point`,
    code: 'number-not-exact',
  })
}

function floatFromText(text: string, bits: 32 | 64, spot: Spot): Parameter {
  if (specials.has(text)) return text
  if (!/^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    return refuse(spot, text, 'is not a number', { hint: 'write it like -0.5 or 6.02e23' })
  }
  return within32(Number(text), bits, spot, text)
}

function within32(value: number, bits: 32 | 64, spot: Spot, text?: string): number {
  const isWithin = Number.isFinite(value) && (bits === 64 || Math.abs(value) < maxFloat32)
  return isWithin ? value : refuse(spot, text ?? value, 'is out of range', { hint: `the column holds ${bits}-bit floats` })
}
