import type { Parameter } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import { isInexact, refuse, refuseInexact, type Spot } from './refusal.js'

/** Most levels of objects and arrays inside each other in a json value. */
const maxJsonDepth = 200

/** The most dimensions an engine with arrays has. */
const maxDimensions = 6

/** Any JSON value as its JSON text. Refuses numbers a JSON reader may have rounded, and more than 200 levels. */
export function jsonText(value: unknown, spot: Spot): string {
  checkJson(value, spot, maxJsonDepth)
  return JSON.stringify(value)
}

/**
 * A JSON array, each item read by `readItem`. An item that is an array itself is one more dimension, of the same items;
 * null items stay null.
 */
export function arrayFromJson(
  value: unknown,
  items: ColumnType,
  spot: Spot,
  readItem: (value: unknown, type: ColumnType, spot: Spot) => Parameter,
  dimensions = maxDimensions,
): readonly Parameter[] {
  if (!Array.isArray(value)) return refuse(spot, value, 'is not an array', { hint: 'send a JSON array' })
  if (dimensions === 0)
    return refuse(spot, value, 'is nested too deep', { hint: `arrays have up to ${maxDimensions} dimensions` })
  return value.map((item: unknown, index) => {
    const at = { ...spot, path: `${spot.path}[${index}]` }
    if (item === null) return null
    const isDimension = Array.isArray(item) && items.name !== 'array' && items.name !== 'json'
    return isDimension ? arrayFromJson(item, items, at, readItem, dimensions - 1) : readItem(item, items, at)
  })
}

/** For a column without a type: null, booleans (as 0 and 1, for the databases that have no other), numbers and strings. */
export function anyFromJson(value: unknown, spot: Spot): Parameter {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'number')
    return refuse(spot, value, 'is not a single value', { hint: 'send null, a boolean, a number or a string' })
  return isInexact(value) ? refuseInexact(spot, value) : value
}

function checkJson(value: unknown, spot: Spot, levels: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (isInexact(value)) refuseInexact(spot, value)
    return
  }
  if (typeof value !== 'object') refuse(spot, value, 'is not JSON')
  if (levels === 0) refuse(spot, value, `is nested deeper than ${maxJsonDepth} levels`)
  for (const item of Object.values(value)) checkJson(item, spot, levels - 1)
}
