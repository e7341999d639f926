import type { ColumnType } from './column-type.js'

/** How a service shows 64-bit integers. */
export type Bigints = 'string' | 'number'

/** What values of a type are on the wire. */
export interface JsonType {
  /** null: anything. */
  readonly type: string | null
  readonly format: string | null
}

/** The JSON type and format of a column's values. */
export function jsonType(type: ColumnType, bigints: Bigints): JsonType {
  switch (type.name) {
    case 'boolean':
      return { type: 'boolean', format: null }
    case 'integer':
      return { type: 'integer', format: type.bits === 53 || (type.unsigned && type.bits === 32) ? 'int53' : 'int32' }
    case 'bigint':
      if (bigints === 'number') return { type: 'integer', format: 'int53' }
      return { type: 'string', format: type.unsigned ? 'uint64' : 'int64' }
    case 'float':
      return { type: 'number', format: type.bits === 32 ? 'float' : 'double' }
    case 'timestamp':
      return { type: 'string', format: type.zone ? 'date-time' : 'date-time-local' }
    case 'time':
      return { type: 'string', format: type.zone ? 'time' : 'time-local' }
    case 'interval':
      return { type: 'string', format: 'duration' }
    case 'binary':
      return { type: 'string', format: 'byte' }
    case 'date':
    case 'decimal':
    case 'uuid':
      return { type: 'string', format: type.name }
    case 'array':
      return { type: 'array', format: null }
    case 'json':
    case 'any':
      return { type: null, format: null }
    case 'string':
    case 'enum':
    case 'set':
    case 'other':
      return { type: 'string', format: null }
  }
}
