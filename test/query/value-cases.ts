import { expect } from 'chai'
import type { Literal } from '../../lib/query/ast.js'
import { fromJson, fromLiteral, fromText } from '../../lib/query/values.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import type { Column } from '../../lib/schema/table.js'
import { problemOf } from './problem.js'

/** Short ways to write columns, literals and the three readers in tests. */
export const columnOf = (type: ColumnType, nullable = false, name = 'c'): Column => ({
  id: null,
  name,
  type,
  nativeType: '',
  nullable,
  default: null,
  identity: 'none',
  generated: false,
})
export const body = (value: unknown, type: ColumnType) => fromJson(value, columnOf(type), { table: 't' })
export const literal = (value: Literal, type: ColumnType) => fromLiteral(value, columnOf(type), 't')
export const key = (text: string, type: ColumnType) => fromText(text, columnOf(type), 't', 'invalid-id')
export const num = (text: string): Literal => ({ kind: 'number', text })
export const str = (text: string): Literal => ({ kind: 'string', text })
export const bool = (value: boolean): Literal => ({ kind: 'boolean', value })

export const integer = (bits: 8 | 16 | 24 | 32 | 53, unsigned = false): ColumnType => ({ name: 'integer', bits, unsigned })
export const bigint = (unsigned = false): ColumnType => ({ name: 'bigint', unsigned })
export const decimal = (precision: number | null, scale: number | null, unsigned = false): ColumnType => ({
  name: 'decimal',
  precision,
  scale,
  unsigned,
})
export const float = (bits: 32 | 64 = 64): ColumnType => ({ name: 'float', bits })
export const string = (length: number | null = null, fixed = false): ColumnType => ({ name: 'string', length, fixed })
export const choice: ColumnType = { name: 'enum', values: ['new', 'paid', 'sent', '__proto__'] }
export const set: ColumnType = { name: 'set', values: ['a', 'b', 'c'] }
export const time = (zone = false): ColumnType => ({ name: 'time', fraction: 6, zone })
export const timestamp = (zone = false): ColumnType => ({ name: 'timestamp', fraction: 6, zone })
export const binary = (length: number | null = null): ColumnType => ({ name: 'binary', length })
export const plain = (name: 'boolean' | 'date' | 'interval' | 'uuid' | 'json' | 'any'): ColumnType => ({ name })
export const other: ColumnType = { name: 'other', native: 'inet' }
export const arrayOf = (items: ColumnType): ColumnType => ({ name: 'array', items })

export const deepJson = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

/** One test per value a body may send: it becomes the parameter. */
export function accepts(type: ColumnType, cases: readonly (readonly [value: unknown, parameter: unknown])[]) {
  for (const [value, parameter] of cases) {
    it(`takes ${show(value)}`, () => expect(body(value, type)).to.deep.equal(parameter))
  }
}

/** One test per value a body may not send. */
export function refuses(type: ColumnType, values: readonly unknown[], code = 'invalid-value') {
  for (const value of values)
    it(`refuses ${show(value)}: ${code}`, () => expect(problemOf(() => body(value, type)).code).to.equal(code))
}

export const show = (value: unknown) => `${typeof value} ${String(JSON.stringify(value)).slice(0, 60)}`
