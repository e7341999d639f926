import type { ColumnType } from '../../../lib/schema/column-type.js'

export type WholeType = Extract<ColumnType, { name: 'integer' | 'bigint' }>
export type NumberType = WholeType | Extract<ColumnType, { name: 'decimal' | 'float' }>

export function isWhole(type: ColumnType): type is WholeType {
  return type.name === 'integer' || type.name === 'bigint'
}

export function isNumber(type: ColumnType): type is NumberType {
  return isWhole(type) || type.name === 'decimal' || type.name === 'float'
}

/** The least and the greatest value, as digits for a statement. */
export function boundsOf(type: WholeType): readonly [low: bigint, high: bigint] {
  const bits = BigInt(type.name === 'bigint' ? 64 : type.bits)
  if (bits === 53n) return [type.unsigned ? 0n : 1n - 2n ** bits, 2n ** bits - 1n]
  return type.unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

/** Whether every value of `live` is one of `contract`. */
export function isWithin(live: WholeType, contract: WholeType): boolean {
  const [low, high] = boundsOf(live)
  const [lowest, highest] = boundsOf(contract)
  return low >= lowest && high <= highest
}

/** A decimal of any size. */
export const anyDecimal: ColumnType = { name: 'decimal', precision: null, scale: null, unsigned: false }
export const anyText: ColumnType = { name: 'string', length: null, fixed: false }
export const double: ColumnType = { name: 'float', bits: 64 }
