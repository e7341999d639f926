import type { ColumnType } from '../../lib/schema/column-type.js'

/** Short names for types in tests. */
export const boolean: ColumnType = { name: 'boolean' }
export const int8: ColumnType = { name: 'integer', bits: 8, unsigned: false }
export const uint8: ColumnType = { name: 'integer', bits: 8, unsigned: true }
export const int32: ColumnType = { name: 'integer', bits: 32, unsigned: false }
export const safe: ColumnType = { name: 'integer', bits: 53, unsigned: false }
export const bigint: ColumnType = { name: 'bigint', unsigned: false }
export const ubigint: ColumnType = { name: 'bigint', unsigned: true }
export const float32: ColumnType = { name: 'float', bits: 32 }
export const float64: ColumnType = { name: 'float', bits: 64 }
export const number: ColumnType = { name: 'decimal', precision: null, scale: null, unsigned: false }
export const text: ColumnType = { name: 'string', length: null, fixed: false }
export const date: ColumnType = { name: 'date' }
export const uuid: ColumnType = { name: 'uuid' }
export const interval: ColumnType = { name: 'interval' }
export const json: ColumnType = { name: 'json' }
export const any: ColumnType = { name: 'any' }
export const binary: ColumnType = { name: 'binary', length: null }
export const inet: ColumnType = { name: 'other', native: 'inet' }

export const decimal = (precision: number, scale: number, unsigned = false): ColumnType => ({
  name: 'decimal',
  precision,
  scale,
  unsigned,
})
export const varchar = (length: number): ColumnType => ({ name: 'string', length, fixed: false })
export const char = (length: number): ColumnType => ({ name: 'string', length, fixed: true })
export const labels = (...values: string[]): ColumnType => ({ name: 'enum', values })
export const set = (...values: string[]): ColumnType => ({ name: 'set', values })
export const time = (fraction: number, zone = false): ColumnType => ({ name: 'time', fraction, zone })
export const timestamp = (fraction: number, zone = false): ColumnType => ({ name: 'timestamp', fraction, zone })
export const array = (items: ColumnType): ColumnType => ({ name: 'array', items })
