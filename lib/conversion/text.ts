import { ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { digitsOf, fitsNumber, isNumberType, numberJson, scaled, shortestFloat } from './numbers.js'
import { type FractionStyle, isCanonicalTime } from './times.js'

/** Types whose values and their texts name each other without doubt. */
type Spelled = Exclude<ColumnType, { name: 'boolean' | 'string' | 'binary' | 'array' | 'any' | 'other' }>

export function isSpelled(type: ColumnType): type is Spelled {
  return !['boolean', 'string', 'binary', 'array', 'any', 'other'].includes(type.name)
}

/** JSON of a value → JSON of its text. Throws {@link ValueMismatch} where the text would not be read back as the value. */
export function toText(from: Spelled, style: FractionStyle): (json: string) => string {
  return (json) => {
    const text = textOf(json, from)
    requireCanonical(text, from, style)
    return JSON.stringify(text)
  }
}

/** JSON of a text → JSON of the value it spells: `"7"` is 7, and `"07"` throws {@link ValueMismatch}. */
export function fromText(to: Spelled, style: FractionStyle): (json: string) => string {
  return (json) => {
    const text = String(JSON.parse(json))
    requireCanonical(text, to, style)
    if (to.name === 'json') return text.replace(/[\r\n]+/g, ' ')
    return isNumberType(to) ? numberJson(text, to) : json
  }
}

/** Members of a set in the order of `values`; null when one is not among them. */
export function orderedMembers(text: string, values: readonly string[]): string | null {
  const members = new Set(text === '' ? [] : text.split(','))
  const known = values.filter((value) => members.has(value))
  return known.length === members.size ? known.join(',') : null
}

function textOf(json: string, from: Spelled): string {
  if (from.name === 'json') return json
  if (from.name === 'float') return shortestFloat(Number(digitsOf(json)), from.bits)
  return isNumberType(from) ? digitsOf(json) : String(JSON.parse(json))
}

/** Each value has one text only, so that an equal text is an equal value, in filters too. */
function requireCanonical(text: string, type: Spelled, style: FractionStyle): void {
  if (!isCanonical(text, type, style)) throw new ValueMismatch(`not the text of a value of type ${type.name}`)
}

function isCanonical(text: string, type: Spelled, style: FractionStyle): boolean {
  switch (type.name) {
    case 'integer':
    case 'bigint':
      return /^(?:0|-?[1-9]\d*)$/.test(text) && fitsNumber(text, type)
    case 'decimal':
      return /^-?\d+(?:\.\d+)?$/.test(text) && scaled(text, type.scale) === text && fitsNumber(text, type)
    case 'float':
      return Number.isFinite(Number(text)) && shortestFloat(Number(text), type.bits) === text
    case 'date':
    case 'time':
    case 'timestamp':
      return isCanonicalTime(text, type, style)
    case 'interval':
      return isCanonicalInterval(text)
    case 'uuid':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
    case 'enum':
      return type.values.includes(text)
    case 'set':
      return orderedMembers(text, type.values) === text
    case 'json':
      return isJson(text)
  }
}

const whole = '(-?[1-9]\\d{0,7})'
const sixty = '(-?(?:[1-9]|[1-5]\\d))'
const seconds = '(-?(?:(?:[1-9]|[1-5]\\d)(?:\\.\\d{0,5}[1-9])?|0\\.\\d{0,5}[1-9]))'
const interval = new RegExp(
  `^P(?=.)(?:${whole}Y)?(?:(-?(?:[1-9]|1[01]))M)?(?:${whole}D)?(?:T(?=.)(?:${whole}H)?(?:${sixty}M)?(?:${seconds}S)?)?$`,
)

/** Units of zero are left out, months are below 12, minutes and seconds below 60, and neighbours have one sign. */
function isCanonicalInterval(text: string): boolean {
  if (text === 'PT0S') return true
  const [, years, months, , hours, minutes, rest] = interval.exec(text) ?? []
  const agree = (parts: readonly (string | undefined)[]) =>
    new Set(parts.filter((part) => part !== undefined).map((part) => part.startsWith('-'))).size < 2
  return interval.test(text) && agree([years, months]) && agree([hours, minutes, rest])
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
