import { type Encoder, ValueMismatch } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { formatDecimal, parseDecimal } from './decimal-text.js'

/**
 * A whole number beyond 2^53 from a driver that reads integers as JavaScript numbers: it may be an integer that lost its
 * last digits, or a REAL. Only a `float` may be served from it.
 */
export class UncertainNumber {
  constructor(readonly value: number) {}
}

/** A value of the host's driver: numbers that may have been rounded are marked. */
export function markUncertain(value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? new UncertainNumber(value) : value
}

/**
 * See {@link SqlDialect.encoder}. Any column can hold any storage class here, so every encoder looks at the value:
 * BigInt or a safe number for INTEGER, number for REAL, string for TEXT, Buffer for BLOB.
 */
export function encoderOf(type: ColumnType): Encoder {
  switch (type.name) {
    case 'boolean':
      return encodeBoolean
    case 'integer':
      return encodeInteger
    case 'bigint':
      return (raw) => `"${integerText(raw)}"`
    case 'decimal':
      return (raw) => `"${decimalText(raw, type.scale ?? 0)}"`
    case 'float':
      return encodeFloat
    case 'binary':
      return encodeBinary
    case 'json':
      return encodeJson
    case 'any':
      return encodeAny
    default:
      return (raw) => textJson(textOf(raw))
  }
}

function mismatch(expected: string, raw: unknown): never {
  throw new ValueMismatch(`expected ${expected}, found ${storageClass(raw)}`)
}

function storageClass(raw: unknown): string {
  if (raw instanceof UncertainNumber) return 'a number that the driver may have rounded'
  if (Buffer.isBuffer(raw)) return 'BLOB'
  if (typeof raw === 'bigint') return 'INTEGER'
  return typeof raw === 'number' ? 'REAL' : 'TEXT'
}

function encodeBoolean(raw: unknown): string {
  if (raw === 0n || raw === 0) return 'false'
  return raw === 1n || raw === 1 ? 'true' : mismatch('0 or 1', raw)
}

function integerText(raw: unknown): string {
  return typeof raw === 'bigint' || Number.isSafeInteger(raw) ? String(raw) : mismatch('INTEGER', raw)
}

function encodeInteger(raw: unknown): string {
  if (typeof raw === 'bigint' && !isSafe(raw)) return mismatch('an integer within 2^53', raw)
  return integerText(raw)
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

function decimalText(raw: unknown, scale: number): string {
  if (typeof raw === 'number') {
    const plain = plainText(raw, scale)
    if (plain !== null) return plain
  }
  const number = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'bigint' ? parseDecimal(String(raw)) : null
  // Bounds the zeros written out: a REAL ends at 1e308.
  if (number === null || Math.abs(number.scale) > 1100) return mismatch('a number', raw)
  return formatDecimal(number, scale)
}

/** What needs no more than zeros at the end: nearly every number. null: it does. */
function plainText(raw: number, scale: number): string | null {
  const text = String(raw)
  if (!Number.isFinite(raw) || text.includes('e')) return null
  const point = text.indexOf('.')
  const missing = scale - (point === -1 ? 0 : text.length - point - 1)
  if (missing <= 0) return text
  return `${text}${point === -1 ? '.' : ''}${'0'.repeat(missing)}`
}

function encodeFloat(raw: unknown): string {
  if (typeof raw === 'bigint') return BigInt(Number(raw)) === raw ? String(raw) : mismatch('a number that a float holds', raw)
  const value = raw instanceof UncertainNumber ? raw.value : raw
  if (typeof value !== 'number') return mismatch('REAL', raw)
  return numberText(value)
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

function encodeBinary(raw: unknown): string {
  if (Buffer.isBuffer(raw)) return `"${raw.toString('base64')}"`
  return typeof raw === 'string' ? `"${Buffer.from(raw).toString('base64')}"` : mismatch('BLOB', raw)
}

/** The stored text itself, so that digits, key order and repeated keys survive; on one line, as NDJSON needs it. */
function encodeJson(raw: unknown): string {
  if (typeof raw === 'bigint') return String(raw)
  if (typeof raw === 'number' && Number.isFinite(raw)) return String(raw)
  if (typeof raw !== 'string') return mismatch('JSON text', raw)
  try {
    JSON.parse(raw)
  } catch {
    return mismatch('JSON', raw)
  }
  return raw.trim().replace(/[\r\n]+/g, ' ')
}

function textJson(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** What JSON has otherwise. Half a surrogate pair, which is not written either, cannot come from UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const escaped = /["\\\u0000-\u001f]/

function textOf(raw: unknown): string {
  if (typeof raw === 'string') return raw
  return typeof raw === 'bigint' || typeof raw === 'number' ? String(raw) : mismatch('TEXT', raw)
}

function encodeAny(raw: unknown): string {
  if (typeof raw === 'bigint') return isSafe(raw) ? String(raw) : `"${raw}"`
  if (typeof raw === 'number') return numberText(raw)
  if (Buffer.isBuffer(raw)) return encodeBinary(raw)
  return typeof raw === 'string' ? textJson(raw) : mismatch('a value', raw)
}
