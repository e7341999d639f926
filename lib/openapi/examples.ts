import type { ColumnType } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { ShapeOptions } from './types.js'

/** An object with a value for each column. */
export function exampleOf(columns: readonly Column[], options: ShapeOptions): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, exampleValue(type, options)]))
}

/** A value of the type, as answers have it. */
export function exampleValue(type: ColumnType, options: ShapeOptions): unknown {
  switch (type.name) {
    case 'boolean':
      return true
    case 'integer':
      return 1
    case 'bigint':
      return options.bigints === 'number' ? 1 : '1'
    case 'float':
      return 0.5
    case 'decimal':
      return decimalOf(type.scale)
    case 'enum':
      return type.values[0] ?? ''
    case 'set':
      return type.values[0] ?? ''
    case 'string':
      return 'text'.slice(0, type.length ?? undefined)
    case 'array':
      return [exampleValue(type.items, { ...options, bigints: 'string' })]
    case 'json':
      return {}
    case 'any':
    case 'other':
      return 'text'
    case 'time':
      return type.zone ? '12:00:00+01:00' : '12:00:00'
    case 'timestamp':
      return type.zone ? '2024-02-29T12:00:00Z' : '2024-02-29T12:00:00'
    default:
      return texts[type.name]
  }
}

const texts = {
  'date': '2024-02-29',
  'interval': 'P1DT2H',
  'uuid': '01890a5d-ac96-774b-bcce-b302099a8057',
  'binary': 'AQID',
} as const

function decimalOf(scale: number | null): string {
  return scale === null || scale <= 0 ? '1' : `1.${'0'.repeat(scale - 1)}5`
}
