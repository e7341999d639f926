import type { ColumnType } from '../../../lib/schema/column-type.js'

const integer: ColumnType = { name: 'integer', bits: 53, unsigned: false }
const bigint: ColumnType = { name: 'bigint', unsigned: false }
const boolean: ColumnType = { name: 'boolean' }
const float: ColumnType = { name: 'float', bits: 64 }
const text: ColumnType = { name: 'string', length: null, fixed: false }
const binary: ColumnType = { name: 'binary', length: null }
const json: ColumnType = { name: 'json' }
const any: ColumnType = { name: 'any' }

const spellings: readonly (readonly [ColumnType, readonly string[]])[] = [
  [integer, ['INTEGER', 'INT', 'TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT2', 'INT4']],
  [bigint, ['BIGINT', 'INT8', 'INT64', 'BIG INT', 'BIG INTEGER']],
  [boolean, ['BOOLEAN', 'BOOL']],
  [float, ['REAL', 'DOUBLE', 'DOUBLE PRECISION', 'FLOAT', 'FLOAT4', 'FLOAT8']],
  // Lengths, widths and dates are not enforced, so they are no promise: dates are served as the text that is stored.
  [text, ['DATE', 'DATETIME', 'TIMESTAMP', 'TIMESTAMPTZ', 'TIME', 'UUID', 'GUID', 'STRING']],
  [binary, ['BLOB', 'BINARY', 'VARBINARY']],
  [json, ['JSON']],
]
const named: ReadonlyMap<string, ColumnType> = new Map(
  spellings.flatMap(([type, names]) => names.map((name): [string, ColumnType] => [name, type])),
)

/** The neutral type of a declared one; what is not known, and no type at all, is `any`. `view`: of a view's column. */
export function neutralType(declared: string, view = false): ColumnType {
  const name = declared
    .replace(/\(.*\)/s, ' ')
    .replace(/\b(?:UNSIGNED|SIGNED|ZEROFILL)\b/gi, ' ')
    .trim()
    .replace(/\s+/g, ' ')
    .toUpperCase()
  // A view names a column without a type BLOB, too.
  if (view && name === 'BLOB') return any
  if (/^(?:DECIMAL|NUMERIC|DEC|NUMBER|MONEY)$/.test(name)) return decimal(declared)
  const known = named.get(name)
  if (known !== undefined) return known
  return /CHAR|CLOB|TEXT/.test(name) ? text : any
}

function decimal(declared: string): ColumnType {
  const [, precision, scale] = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(declared) ?? []
  return {
    name: 'decimal',
    precision: precision === undefined ? null : Number(precision),
    scale: scale === undefined ? null : Number(scale),
    unsigned: false,
  }
}
