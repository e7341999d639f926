import type { Json } from './document.js'

/** The `x-sunset` of something deprecated, as written; null without one. */
export function sunsetOf(part: Json): string | null {
  const found = part['x-sunset']
  return typeof found === 'string' ? found : null
}

/** `2026-01-31`, with or without a time. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(text) && !Number.isNaN(Date.parse(text))
}

export function isAhead(text: string): boolean {
  return isDate(text) && Date.parse(text) > Date.now()
}
