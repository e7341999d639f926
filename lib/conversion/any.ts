import { ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { convertNumber, digitsOf, isNumberType, numberJson, shortestFloat, trimmed } from './numbers.js'
import { fromText, isSpelled } from './text.js'
import type { FractionStyle } from './times.js'

const float = { name: 'float', bits: 64 } as const
const bigint = { name: 'bigint', unsigned: false } as const

/**
 * A column without a type → `to`. It shows numbers as JSON numbers, whole ones beyond 2^53 and infinities as strings, and
 * bytes as base64 that nobody can tell from text.
 */
export function fromAny(to: ColumnType, style: FractionStyle): ((json: string) => string) | null {
  if (isNumberType(to)) return (json) => numberJson(anyNumber(json, to), to)
  if (to.name === 'boolean') return (json) => (json === '1' ? 'true' : json === '0' ? 'false' : mismatch())
  if (to.name === 'string') return (json) => (json.startsWith('"') ? json : mismatch())
  if (!isSpelled(to)) return null
  const read = fromText(to, style)
  return (json) => (json.startsWith('"') ? read(json) : to.name === 'json' ? json : mismatch())
}

/** `from` → what a column without a type shows when it holds the value; null where its text and bytes would be mixed up. */
export function toAny(from: ColumnType): ((json: string) => string) | null {
  if (from.name === 'float') return same
  if (isNumberType(from)) return (json) => numberForAny(digitsOf(json))
  if (from.name === 'boolean') return (json) => (json === 'true' ? '1' : '0')
  if (from.name === 'json') return (json) => (/^-?\d/.test(json) ? json : JSON.stringify(json))
  return from.name === 'string' || isSpelled(from) ? same : null
}

const same = (json: string) => json

function mismatch(): never {
  throw new ValueMismatch('a column without a type holds something else')
}

type NumberType = Parameters<typeof convertNumber>[1]

function anyNumber(json: string, to: NumberType): string {
  const digits = digitsOf(json)
  if (digits === json || /^-?Infinity$/.test(digits)) return convertNumber(float, to)(digits)
  // Text that looks like a number is text; only numbers that a JSON number would round come as strings.
  const isBeyond = /^-?[1-9]\d{15,18}$/.test(digits) && !Number.isSafeInteger(Number(digits))
  return isBeyond ? convertNumber(bigint, to)(digits) : mismatch()
}

function numberForAny(digits: string): string {
  const plain = trimmed(digits)
  const text = shortestFloat(Number(plain), 64)
  if (plain.includes('.')) return trimmed(text) === plain ? text : mismatch()
  return Number.isSafeInteger(Number(plain)) ? plain : `"${convertNumber(bigint, bigint)(plain)}"`
}
