/** Milliseconds, or a text such as `'500ms'`, `'10s'`, `'5m'`, `'1h'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`

/** Bytes, or a text such as `'64kb'` or `'1mb'`. A kb is 1024 bytes. */
export type Size = number | `${number}${'b' | 'kb' | 'mb'}`

/** Node's timers fire at once beyond this: about 24.8 days. */
export const longestDuration = 2 ** 31 - 1

const milliseconds: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const bytes: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1024],
  ['mb', 1024 ** 2],
])

/** Whole milliseconds, or `undefined` for what is not a {@link Duration}. */
export function parseDuration(value: unknown): number | undefined {
  return parse(value, milliseconds)
}

/** Whole bytes, or `undefined` for what is not a {@link Size}. */
export function parseSize(value: unknown): number | undefined {
  return parse(value, bytes)
}

function parse(value: unknown, units: ReadonlyMap<string, number>): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(value) ?? []
  const factor = units.get(unit)
  if (digits === undefined || factor === undefined) return undefined
  const whole = Math.round(Number(digits) * factor)
  return Number.isSafeInteger(whole) ? whole : undefined
}
