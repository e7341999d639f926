import type { Parameter } from '../database.js'
import type { ProblemCode } from '../errors.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { Literal } from './ast.js'
import { shortened } from './characters.js'
import { spellText } from './lexer.js'
import { anyFromJson, arrayFromJson, jsonText } from './nested-values.js'
import { type NumberType, numberFromJson, numberFromText } from './number-values.js'
import { formatDecimal, parseDecimal } from './plain-decimal.js'
import { isInexact, refuse, type Spot } from './refusal.js'
import {
  binaryFromText,
  enumFromText,
  intervalFromText,
  otherFromText,
  setFromText,
  stringFromText,
  uuidFromText,
} from './text-values.js'
import { dateFromText, timeFromText, timestampFromText } from './time-values.js'

/**
 * A value of a request body as a parameter of its column. `where.row` is the index in a batch.
 *
 * Fails with `missing-value` for null where the column takes none, `number-not-exact` for a number that JSON or the
 * column would round, `invalid-value` for anything else that does not fit.
 *
 * @example fromJson('19.90', total, { table: 'orders' }) // '19.90'
 */
export function fromJson(
  value: unknown,
  column: Column,
  where: { readonly table: string; readonly row?: number | undefined },
): Parameter {
  const spot: Spot = { table: where.table, column: column.name, row: where.row, path: '', source: 'body' }
  if (value !== null) return readJson(value, column.type, spot)
  if (column.nullable) return null
  return refuse(spot, value, 'is no value for a required column', { hint: 'send a value', code: 'missing-value' })
}

/**
 * A literal of a filter as a parameter of its column. Values longer than the column are fine: nothing equals them.
 *
 * Fails with `invalid-filter` where the column's type cannot be compared with values (`json`, `array`), with
 * `invalid-value` or `number-not-exact` for a value of another type.
 */
export function fromLiteral(literal: Literal, column: Column, table: string): Parameter {
  const spot: Spot = { table, column: column.name, path: '', source: 'filter' }
  const { type } = column
  const value = literal.kind === 'boolean' ? literal.value : literal.text
  if (type.name === 'json' || type.name === 'array') {
    const hint = `only IS NULL and IS NOT NULL apply to a column of type ${type.name}`
    return refuse(spot, value, 'cannot be compared with it', { hint, code: 'invalid-filter' })
  }
  if (literal.kind === 'string') return type.name === 'boolean' ? refuseBoolean(value, spot) : readText(literal.text, type, spot)
  if (literal.kind === 'number') return readNumberLiteral(literal.text, type, spot)
  if (type.name === 'boolean') return literal.value
  if (type.name === 'any') return literal.value ? 1 : 0
  return refuse(spot, value, 'is a boolean, the column is not', {
    hint: isNumber(type) ? 'write 1 or 0' : quoteIt(String(value)),
  })
}

/**
 * The text of a key, id or cursor value as a parameter of its column. Every problem is a `code`, e.g. `invalid-id`.
 * Blanks around numbers, dates and the like are ignored; in text they count.
 */
export function fromText(text: string, column: Column, table: string, code: ProblemCode): Parameter {
  const spot: Spot = { table, column: column.name, path: '', source: 'key', code }
  return readText(keepsBlanks.has(column.type.name) ? text : text.trim(), column.type, spot)
}

const keepsBlanks: ReadonlySet<string> = new Set(['string', 'enum', 'set', 'interval', 'any', 'other'])

function isNumber(type: ColumnType): type is NumberType {
  return type.name === 'integer' || type.name === 'bigint' || type.name === 'decimal' || type.name === 'float'
}

/** Anything but null. */
function readJson(value: unknown, type: ColumnType, spot: Spot): Parameter {
  if (type.name === 'json') return jsonText(value, spot)
  if (type.name === 'array') return arrayFromJson(value, type.items, spot, readJson)
  if (type.name === 'any') return anyFromJson(value, spot)
  if (type.name === 'boolean') return typeof value === 'boolean' ? value : refuseBoolean(value, spot)
  if (isNumber(type) && typeof value === 'number') return numberFromJson(value, type, spot)
  if (typeof value === 'string') return readText(value, type, spot)
  return refuse(spot, value, `is not ${isNumber(type) ? 'a number' : 'a string'}`, {
    hint: isNumber(type) ? undefined : 'send a string',
  })
}

function readText(text: string, type: ColumnType, spot: Spot): Parameter {
  switch (type.name) {
    case 'boolean':
      return ['true', 'false', '1', '0'].includes(text) ? text === 'true' || text === '1' : refuseBoolean(text, spot)
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'float':
      return numberFromText(text, type, spot)
    case 'string':
      return stringFromText(text, type.length, type.fixed, spot)
    case 'enum':
      return enumFromText(text, type.values, spot)
    case 'set':
      return setFromText(text, type.values, spot)
    case 'date':
      return dateFromText(text, spot)
    case 'time':
      return timeFromText(text, type.zone, spot)
    case 'timestamp':
      return timestampFromText(text, type.zone, spot)
    case 'interval':
      return intervalFromText(text, spot)
    case 'uuid':
      return uuidFromText(text, spot)
    case 'binary':
      return binaryFromText(text, type.length, spot)
    case 'json':
    case 'array':
      return refuse(spot, text, `cannot stand for a value of type ${type.name}`)
    case 'any':
    case 'other':
      return otherFromText(text, spot)
  }
}

function readNumberLiteral(text: string, type: ColumnType, spot: Spot): Parameter {
  if (type.name === 'boolean') return text === '1' || text === '0' ? text === '1' : refuseBoolean(text, spot)
  if (type.name === 'integer' || type.name === 'bigint') return numberFromText(wholeText(text), type, spot)
  if (isNumber(type)) return numberFromText(text, type, spot)
  if (type.name !== 'any') return refuse(spot, text, 'is a number, the column is not', { hint: quoteIt(text) })
  const value = Number(text)
  return isInexact(value) ? refuse(spot, text, 'cannot be compared exactly', { code: 'number-not-exact' }) : value
}

/** `5.0` and `1e3` are whole numbers too when a filter says so; anything else stays as it is, to be refused. */
function wholeText(text: string): string {
  const decimal = parseDecimal(text)
  return decimal !== undefined && /^0*$/.test(decimal.fraction) ? formatDecimal({ ...decimal, fraction: '' }) : text
}

function quoteIt(text: string): string {
  return `quote it: ${spellText(shortened(text))}`
}

function refuseBoolean(value: unknown, spot: Spot): never {
  const hint = spot.source === 'body' ? 'send true or false, without quotes' : 'write true or false'
  return refuse(spot, value, 'is not a boolean', { hint })
}
