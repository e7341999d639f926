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
  const record = value as Readonly<Record<string, unknown>>
  let text = ''
  // Own keys only, so a key `__proto__` is looked up as the property it is.
  for (const key of Object.keys(record).sort()) {
    if (record[key] !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonicalJson(record[key])}`
  }
  return `{${text}}`
}

/** SHA-256 of the tables' canonical JSON, lower-case hex. Their order does not matter. */
export function digestOf(tables: readonly Table[]): string {
  const sorted = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return createHash('sha256').update(canonicalJson(sorted)).digest('hex')
}
