import type { ColumnType } from '../../../lib/schema/column-type.js'

type Decimal = Extract<ColumnType, { name: 'decimal' }>

/**
 * Regular expressions, without anchors, for the only text that a value has (what `lib/conversion/text.ts` accepts).
 * They mean the same to PostgreSQL, PCRE and ICU, and have no backslash, which some servers take out of literals. A text that
 * matches can be cast: no server has a reason to raise.
 */
export const wholeText = '(?:0|-?[1-9][0-9]{0,19})'

/** Years 0001 to 9999, real days only. */
export const dateText = ((): string => {
  const leapYear = '(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'
  const months = [
    '[0-9]{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
    '[0-9]{4}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
    '[0-9]{4}-02-(?:0[1-9]|1[0-9]|2[0-8])',
    `${leapYear}-02-29`,
  ]
  return `(?!0000)(?:${months.join('|')})`
})()

export const uuidText = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** Within one day, without a zone. `fraction`: a pattern for what follows the seconds. */
export function timeText(fraction: string): string {
  return `(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]${fraction}`
}

/** `fraction`: as for {@link timeText}. */
export function timestampText(fraction: string, zone: boolean): string {
  return `${dateText}T${timeText(fraction)}${zone ? 'Z' : ''}`
}

/** null: a scale that has no plain text, or more digits than patterns count. */
export function decimalText({ precision, scale, unsigned }: Decimal): string | null {
  const whole = precision === null ? 250 : precision - (scale ?? 0)
  if (whole < 0 || whole > 250 || (scale !== null && (scale < 0 || scale > 250))) return null
  const before = whole === 0 ? '0' : `(?:0|${unsigned ? '' : '-?'}[1-9][0-9]{0,${whole - 1}})`
  const negative = (rest: string) => (unsigned ? '' : `|-0[.](?=[0-9]*[1-9])${rest}`)
  if (scale === null) return `(?:${before}(?:[.][0-9]{0,250}[1-9])?${negative('[0-9]{0,250}[1-9]')})`
  return scale === 0 ? before : `(?:${before}[.][0-9]{${scale}}${negative(`[0-9]{${scale}}`)})`
}
