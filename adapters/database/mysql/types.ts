import type { ColumnType } from '../../../lib/schema/column-type.js'
import { literalBody, unescapeLiteral } from './literal.js'

/** `information_schema.columns.column_type`, taken apart: `decimal(10,2) unsigned` is base `decimal`, numbers `[10, 2]`. */
interface NativeType {
  readonly base: string
  readonly numbers: readonly number[]
  readonly unsigned: boolean
  /** Members of an enum or set. */
  readonly values: readonly string[]
}

const integerBits: ReadonlyMap<string, 8 | 16 | 24 | 32> = new Map([
  ['tinyint', 8],
  ['smallint', 16],
  ['mediumint', 24],
  ['int', 32],
])

const unlimited: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ...['tinytext', 'text', 'mediumtext', 'longtext'].map((name): [string, ColumnType] => [
    name,
    { name: 'string', length: null, fixed: false },
  ]),
  ...['tinyblob', 'blob', 'mediumblob', 'longblob'].map((name): [string, ColumnType] => [
    name,
    { name: 'binary', length: null, fixed: false },
  ]),
  ['date', { name: 'date' }],
  ['uuid', { name: 'uuid' }],
  ['json', { name: 'json' }],
  // 1901 to 2155, and 0.
  ['year', { name: 'integer', bits: 16, unsigned: true, year: true }],
])

/** The neutral type of a column; `json` when the catalog says so by other means than the type's name. */
export function neutralType(columnType: string, json: boolean): ColumnType {
  if (json) return { name: 'json' }
  const native = parseNative(columnType)
  return (
    unlimited.get(native.base) ?? integerType(native) ?? sizedType(native) ?? { name: 'other', native: otherName(columnType) }
  )
}

/** Display widths mean nothing, except that `tinyint(1)` is how BOOLEAN is spelled. */
function integerType({ base, numbers, unsigned }: NativeType): ColumnType | undefined {
  if (base === 'bigint') return { name: 'bigint', unsigned }
  const bits = integerBits.get(base)
  if (bits === undefined) return undefined
  if (bits === 8 && numbers[0] === 1 && !unsigned) return { name: 'boolean' }
  return { name: 'integer', bits, unsigned, ...(bits === 16 && unsigned ? { year: false } : {}) }
}

function sizedType({ base, numbers, unsigned, values }: NativeType): ColumnType | undefined {
  const [size] = numbers
  switch (base) {
    case 'float':
    case 'double':
      return { name: 'float', bits: base === 'float' ? 32 : 64, places: numbers[1] ?? null }
    case 'decimal':
      return { name: 'decimal', precision: size ?? 10, scale: numbers[1] ?? 0, unsigned }
    case 'char':
    case 'varchar':
      return { name: 'string', length: size ?? 1, fixed: base === 'char' }
    case 'binary':
    case 'varbinary':
      return { name: 'binary', length: size ?? 1, fixed: base === 'binary' }
    case 'bit':
      return size === undefined || size === 1 ? { name: 'boolean' } : undefined
    case 'datetime':
    case 'timestamp':
      return { name: 'timestamp', fraction: size ?? 0, zone: base === 'timestamp' }
    case 'time':
      return { name: 'time', fraction: size ?? 0, zone: false }
    case 'enum':
    case 'set':
      return { name: base, values }
    default:
      return undefined
  }
}

function parseNative(columnType: string): NativeType {
  const [, base = '', rest = ''] = /^([a-z0-9_]+)(.*)$/is.exec(columnType) ?? []
  if (/^(enum|set)$/i.test(base)) return { base: base.toLowerCase(), numbers: [], unsigned: false, values: members(rest) }
  const args = /^\(([\d, ]*)\)/.exec(rest)?.[1] ?? ''
  return {
    base: base.toLowerCase(),
    numbers: args === '' ? [] : args.split(',').map(Number),
    unsigned: /\bunsigned\b/i.test(rest),
    values: [],
  }
}

/** `('a','b''c')`, escaped like literals. */
function members(list: string): string[] {
  return [...list.matchAll(new RegExp(`'(${literalBody})'`, 'gs'))].map(([, body = '']) => unescapeLiteral(body))
}

/** Comments follow some types: `varchar(9) / *M!100301 COMPRESSED* /`. */
function otherName(columnType: string): string {
  return columnType.replace(/\s*\/\*.*$/s, '').toLowerCase()
}

/** The spelling for people: display widths are noise, and a JSON column is not its disguise. */
export function nativeSpelling(columnType: string, json: boolean): string {
  if (json) return 'json'
  return columnType.replace(/^(tinyint|smallint|mediumint|int|bigint|year)\(\d+\)/i, (all, base: string) =>
    all.toLowerCase() === 'tinyint(1)' ? all : base,
  )
}
