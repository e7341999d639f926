import { fail, type ProblemCode } from '../errors.js'
import { shortened } from './characters.js'

/** Where a consumer's value stands, for the problem it may have. Names are the contract's. */
export interface Spot {
  readonly table: string
  readonly column: string
  /** Index in a batch. */
  readonly row?: number | undefined
  /** Inside an array: `[2]`; '' outside. */
  readonly path: string
  /** Length limits hold for what is stored (`body`), not for what is looked for. */
  readonly source: 'body' | 'filter' | 'key'
  /** The one code for every problem here; without it each problem has its own. */
  readonly code?: ProblemCode | undefined
}

/**
 * Refuses a value: «"orders.total" in row 2: "12x" is not a decimal number». `reason` goes on after the value.
 * The code is the spot's, else the one given, else `invalid-value`.
 */
export function refuse(
  spot: Spot,
  value: unknown,
  reason: string,
  options: { readonly hint?: string | undefined; readonly code?: ProblemCode } = {},
): never {
  const { table, column, row, path } = spot
  const where = row === undefined ? '' : ` in row ${row}`
  return fail(spot.code ?? options.code ?? 'invalid-value', {
    detail: `"${table}.${column}${path}"${where}: ${shown(value)} ${reason}`,
    hint: options.hint,
    context: row === undefined ? { table, column } : { table, column, row },
  })
}

/** Refuses a JSON number that a parser may already have rounded. */
export function refuseInexact(spot: Spot, value: number): never {
  return refuse(spot, value, 'cannot be kept exactly as a JSON number', {
    hint: 'send it as a string',
    code: 'number-not-exact',
  })
}

/** True for numbers that JSON readers round: beyond the safe integers, or beyond all numbers. */
export function isInexact(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value)
}
