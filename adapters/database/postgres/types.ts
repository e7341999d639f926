import { parse } from 'postgres-array'
import { type Encoder, ValueMismatch } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'

/** JSON text of one value as the dialect's `read` selects it: the server's text, or what a driver parsed from it. */
export function createEncoder(type: ColumnType): Encoder {
  switch (type.name) {
    case 'boolean':
      return boolean
    case 'integer':
      return type.bits <= 32 ? smallInteger : integer
    case 'bigint':
      return matching(/^-?\d+$/, 'an integer', quoted)
    case 'decimal':
      return matching(/^(-?\d+(\.\d+)?|NaN|-?Infinity)$/, 'a decimal', quoted)
    case 'float':
      return float
    case 'string':
      return type.fixed ? (raw) => JSON.stringify(textOf(raw).replace(/ +$/, '')) : string
    case 'date':
      return matching(/^\d{4,}-\d\d-\d\d( BC)?$|^-?infinity$/, 'a date', quoted)
    case 'time':
      return type.zone ? (raw) => quoted(zonedTime(textOf(raw))) : matching(time, 'a time', quoted)
    case 'timestamp':
      return type.zone ? (raw) => quoted(instant(textOf(raw))) : (raw) => quoted(localTimestamp(textOf(raw)))
    case 'interval':
      return matching(/^P[-\dYMDTHS.]+$|^-?infinity$/, 'an interval', quoted)
    case 'binary':
      return (raw) => quoted(base64(raw))
    case 'json':
      return json
    case 'array':
      return array(createEncoder(type.items))
    default:
      return string
  }
}

/** For text known to need no escape. */
function quoted(text: string): string {
  return `"${text}"`
}

function string(raw: unknown): string {
  const text = textOf(raw)
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** What JSON has otherwise; half a surrogate pair cannot come from UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const escaped = /["\\\u0000-\u001f]/

function textOf(raw: unknown): string {
  return typeof raw === 'string' ? raw : String(raw)
}

function matching(pattern: RegExp, what: string, encode: (text: string) => string): Encoder {
  return (raw) => {
    const text = textOf(raw)
    if (!pattern.test(text)) throw new ValueMismatch(`not ${what}`)
    return encode(text)
  }
}

function boolean(raw: unknown): string {
  if (raw === true || raw === 't' || raw === 'true') return 'true'
  if (raw === false || raw === 'f' || raw === 'false') return 'false'
  throw new ValueMismatch('not a boolean')
}

/** What the server prints of one is JSON, and every statement makes sure that it is one. */
function smallInteger(raw: unknown): string {
  return typeof raw === 'string' ? raw : integer(raw)
}

function integer(raw: unknown): string {
  const text = textOf(raw)
  if (!/^-?\d+$/.test(text)) throw new ValueMismatch('not an integer')
  if (!Number.isSafeInteger(Number(text))) throw new ValueMismatch('beyond what a JSON number keeps')
  return text
}

function float(raw: unknown): string {
  const text = textOf(raw)
  if (/^(NaN|-?Infinity)$/.test(text)) return quoted(text)
  if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text)) throw new ValueMismatch('not a number')
  return text
}

/** `json` keeps the writer's line breaks, which must not end a line of a streamed answer. */
function json(raw: unknown): string {
  if (typeof raw !== 'string') return JSON.stringify(raw)
  return /[\r\n]/.test(raw) ? raw.replace(/[\r\n]+/g, ' ') : raw
}

/** What `read` selects is base64 already; an aggregate or a driver may answer with the server's hex or bytes. */
function base64(raw: unknown): string {
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64')
  const text = textOf(raw)
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex').toString('base64')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new ValueMismatch('not bytes')
  return text
}

const time = /^\d\d:\d\d:\d\d(\.\d+)?$/

/** `+01` becomes `+01:00`. */
function zonedTime(text: string): string {
  const parts = /^(\d\d:\d\d:\d\d(?:\.\d+)?)([-+]\d\d(?::\d\d){0,2}|Z)?$/.exec(text)
  if (parts === null) throw new ValueMismatch('not a time with zone')
  const zone = parts[2] ?? '+00'
  return `${parts[1]}${zone.length === 3 ? `${zone}:00` : zone}`
}

const timestamp = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[-+]\d\d(?::\d\d){0,2})?( BC)?$/

/** What nearly all look like; to be taken without taking it apart. */
const usualLocal = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/
const usualInUtc = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/

function localTimestamp(text: string): string {
  if (usualLocal.test(text)) return `${text.slice(0, 10)}T${text.slice(11)}`
  if (/^-?infinity$/.test(text)) return text
  const parts = timestamp.exec(text)
  if (parts === null || parts[3] !== undefined) throw new ValueMismatch('not a timestamp')
  return `${parts[1]}T${parts[2]}${parts[4] ?? ''}`
}

/** Text without a zone is UTC, as `read` selects it. Behind some poolers a session is not in the zone it was set to. */
function instant(text: string): string {
  if (usualInUtc.test(text)) return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`
  if (/^-?infinity$/.test(text)) return text
  const parts = timestamp.exec(text)
  if (parts === null) throw new ValueMismatch('not a timestamp')
  const [, date = '', time = '', zone = 'Z', era = ''] = parts
  return /^(Z|[-+]00(:00)*)$/.test(zone) ? `${date}T${time}Z${era}` : inUtc(date, time, zone, era)
}

function inUtc(date: string, time: string, zone: string, era: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = zone.slice(1).split(':').map(Number)
  const offset = (hours * 60 + minutes) * 60 + seconds
  const local = Date.parse(`${date}T${time.slice(0, 8)}Z`)
  // Years before Christ, and those of more than four digits, are none of what JavaScript reads.
  if (era !== '' || Number.isNaN(local)) throw new ValueMismatch('a timestamp in another zone than UTC')
  const utc = new Date(local - (zone.startsWith('-') ? -offset : offset) * 1_000)
  return `${utc.toISOString().slice(0, 19)}${time.slice(8)}Z`
}

type Nested = string | null | Nested[]

function array(encode: Encoder): Encoder {
  return (raw) => {
    const [, bounds, body] = /^((?:\[-?\d+:-?\d+\])*)=?(\{.*\})$/s.exec(textOf(raw)) ?? []
    if (bounds === undefined || body === undefined) throw new ValueMismatch('not an array')
    const items = parse<Nested>(body, encode)
    return arrayJson(items.some(Array.isArray) ? items : nest(items, lengths(bounds)))
  }
}

function arrayJson(items: readonly Nested[]): string {
  return `[${items.map((item) => (Array.isArray(item) ? arrayJson(item) : (item ?? 'null'))).join(',')}]`
}

function lengths(bounds: string): number[] {
  return Array.from(bounds.matchAll(/\[(-?\d+):(-?\d+)\]/g), ([, low, high]) => Number(high) - Number(low) + 1)
}

/** Items listed flat (see the dialect's `read`), put back into their dimensions. */
function nest(items: readonly Nested[], sizes: readonly number[]): readonly Nested[] {
  const [, ...inner] = sizes
  if (inner.length === 0) return items
  const size = inner.reduce((product, length) => product * length, 1)
  return Array.from({ length: items.length / size }, (_, index) => [
    ...nest(items.slice(index * size, (index + 1) * size), inner),
  ])
}
