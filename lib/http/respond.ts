import type { FaucetResponse } from './types.js'

/**
 * What a body has: the contract's whole rows, or what `fields` chose. The parameter means nothing to JSON itself; it is what the
 * OpenAPI document tells the two apart by.
 */
export type Shape = 'rows' | 'fields'

const types: Record<Shape, string> = {
  rows: 'application/json; charset=utf-8',
  fields: 'application/json; shape=fields; charset=utf-8',
}

/** A JSON answer from text that is already JSON. */
export function jsonText(status: number, body: string, shape: Shape = 'rows'): FaucetResponse {
  return { kind: 'text', status, headers: { 'content-type': types[shape] }, body }
}

export function json(status: number, body: unknown): FaucetResponse {
  return jsonText(status, JSON.stringify(body))
}

/** Lists are `{"resource": [...], "meta": {...}}`; rows come as JSON text. */
export function listText(status: number, rows: readonly string[], meta: object, shape?: Shape): FaucetResponse {
  // Added up, not joined: the engine then copies the text only once, when it is sent.
  let text = '{"resource":['
  for (let index = 0; index < rows.length; index++) text += index === 0 ? rows[index] : `,${rows[index]}`
  return jsonText(status, `${text}],"meta":${JSON.stringify(meta)}}`, shape)
}

/** Milliseconds since `start` (of `performance.now()`), for `meta.took_ms`. */
export function tookSince(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10
}
