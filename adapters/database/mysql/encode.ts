import { type Encoder, ValueMismatch } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'

const integerText = /^-?\d+$/
const decimalText = /^-?\d+(?:\.\d+)?$/
const floatText = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i
const dateText = /^\d{4}-(?!00)\d\d-(?!00)\d\d$/
const timeText = /^-?\d{2,3}:\d\d:\d\d(?:\.\d{1,6})?$/
const timestampText = /^(\d{4}-(?!00)\d\d-(?!00)\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)$/

/** See {@link SqlDialect.encoder}. Takes text, Buffers and the numbers a host's pool may give for small integers. */
export function encoderOf(type: ColumnType): Encoder {
  switch (type.name) {
    case 'boolean':
      return (raw) => toBoolean(textOf(raw))
    case 'integer':
      return (raw) => toInteger(matching(textOf(raw), integerText))
    case 'bigint':
      return (raw) => `"${unpadded(matching(textOf(raw), integerText))}"`
    case 'decimal':
      return (raw) => `"${unpadded(matching(textOf(raw), decimalText))}"`
    case 'float':
      return type.bits === 32 ? (raw) => shortestFloat(textOf(raw)) : (raw) => unpadded(matching(textOf(raw), floatText))
    case 'date':
      return (raw) => `"${matching(textOf(raw), dateText)}"`
    case 'time':
      return (raw) => `"${matching(textOf(raw), timeText)}"`
    case 'timestamp':
      return (raw) => toTimestamp(textOf(raw), type.zone)
    case 'binary':
      return toBase64
    case 'json':
      return (raw) => toJson(textOf(raw))
    case 'string':
      return type.fixed ? (raw) => JSON.stringify(textOf(raw).replace(/ +$/, '')) : (raw) => JSON.stringify(textOf(raw))
    default:
      return (raw) => JSON.stringify(textOf(raw))
  }
}

function textOf(raw: unknown): string {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number' && (!Number.isInteger(raw) || Number.isSafeInteger(raw))) return String(raw)
  if (typeof raw === 'bigint') return String(raw)
  if (typeof raw === 'boolean') return raw ? '1' : '0'
  if (Buffer.isBuffer(raw)) return raw.toString('utf8')
  throw new ValueMismatch(`unexpected ${typeof raw} from the driver`)
}

function matching(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new ValueMismatch('the value is not of the type of its column')
  return text
}

/** ZEROFILL columns print leading zeros, which JSON numbers may not have. */
function unpadded(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, '$1')
}

/** `tinyint(1)` is only a spelling: it holds -128 to 127. */
function toBoolean(text: string): string {
  if (text === '1' || text === '\u0001') return 'true'
  if (text === '0' || text === '\u0000') return 'false'
  throw new ValueMismatch('a boolean is neither 0 nor 1')
}

function toInteger(text: string): string {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new ValueMismatch('an integer is beyond the safe range')
  return String(value)
}

/** The fewest digits that name this single-precision value; the server itself would print six and round the rest away. */
function shortestFloat(text: string): string {
  const value = Number(matching(text, floatText))
  for (let digits = 1; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === Math.fround(value)) return String(shorter)
  }
  return String(Number(value.toPrecision(9)))
}

function toTimestamp(text: string, zone: boolean): string {
  const [, date, time] = timestampText.exec(text) ?? []
  if (date === undefined) throw new ValueMismatch('a timestamp is not a calendar date')
  return `"${date}T${time}${zone ? 'Z' : ''}"`
}

function toBase64(raw: unknown): string {
  if (!Buffer.isBuffer(raw)) throw new ValueMismatch(`unexpected ${typeof raw} from the driver for a binary column`)
  return `"${raw.toString('base64')}"`
}

/**
 * The text itself, so that digits and key order stay. Checked, because one bad value would spoil the whole answer
 * (the check of a JSON column can be switched off), and on one line: the server keeps the line ends of the writer.
 */
function toJson(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    throw new ValueMismatch('a JSON column holds something else')
  }
  return text.replace(/[\r\n]+/g, ' ')
}
