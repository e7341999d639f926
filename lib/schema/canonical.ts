import { createHash } from 'node:crypto'
import type { Table } from './table.js'

/**
 * JSON text that is the same for equal plain data, whatever order its keys were written in: keys sorted by code unit,
 * no whitespace, arrays in their order. Keys whose value is `undefined` are left out, as JSON does.
 *
 * @throws TypeError for a bigint, as `JSON.stringify` does
 * @example canonicalJson({ b: [1, 2], a: null }) // '{"a":null,"b":[1,2]}'
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  // Entries, not lookups: a key can be called `__proto__`.
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/** SHA-256 of the tables' canonical JSON, lower-case hex. Their order does not matter. */
export function digestOf(tables: readonly Table[]): string {
  const sorted = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return createHash('sha256').update(canonicalJson(sorted)).digest('hex')
}
