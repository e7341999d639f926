import { ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'

export type TimeType = Extract<ColumnType, { name: 'date' | 'time' | 'timestamp' }>

/** How the engine prints fractions of a second: all declared digits (`12:00:00.500`), or no zeros at the end (`12:00:00.5`). */
export interface FractionStyle {
  readonly padFractions: boolean
}

const clockPattern = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d'

/** Whether a text is exactly what a column of the type prints, of the years 0001 to 9999 and within one day. */
export function isCanonicalTime(text: string, type: TimeType, style: FractionStyle): boolean {
  if (type.name === 'time') return patternOf(type, style).test(text) && !text.endsWith('-00:00')
  return patternOf(type, style).test(text) && isDay(text.slice(0, 10))
}

/** The same moment with the fraction as the type prints it; digits that count are all kept. */
export function withFraction(text: string, type: TimeType, style: FractionStyle): string {
  if (type.name === 'date') return text
  return text.replace(/(:\d\d:\d\d)(?:\.(\d+))?/, (_, clock: string, digits = '') => {
    const shown = String(digits)
      .replace(/0+$/, '')
      .padEnd(style.padFractions ? type.fraction : 0, '0')
    return shown === '' ? clock : `${clock}.${shown}`
  })
}

/** How many digits of the fraction count. */
export function fractionDigits(text: string): number {
  return (/\.(\d*[1-9])/.exec(text)?.[1] ?? '').length
}

/** The day of a midnight: `2024-02-29` of `2024-02-29T00:00:00.000`. Throws {@link ValueMismatch} for any other time of day. */
export function dayOfMidnight(text: string): string {
  if (/^-?infinity$/.test(text)) return text
  const [, day, era = ''] = /^(\d{4,}-\d\d-\d\d)T00:00:00(?:\.0+)?( BC)?$/.exec(text) ?? []
  if (day === undefined) throw new ValueMismatch('not a midnight')
  return day + era
}

/** The midnight a day begins with, as the timestamp type prints it. */
export function midnightOf(text: string, type: TimeType, style: FractionStyle): string {
  if (/^-?infinity$/.test(text)) return text
  const [day, era] = text.split(' ')
  return withFraction(`${day}T00:00:00`, type, style) + (era === undefined ? '' : ` ${era}`)
}

function patternOf(type: TimeType, { padFractions }: FractionStyle): RegExp {
  if (type.name === 'date') return /^\d{4}-\d\d-\d\d$/
  const { fraction, zone, name } = type
  const digits = padFractions ? `\\.\\d{${fraction}}` : `(?:\\.\\d{0,${fraction - 1}}[1-9])?`
  const time = clockPattern + (fraction === 0 ? '' : digits)
  if (name === 'time') return new RegExp(`^${time}${zone ? '[-+](?:0\\d|1[0-5]):[0-5]\\d' : ''}$`)
  return new RegExp(`^\\d{4}-\\d\\d-\\d\\dT${time}${zone ? 'Z' : ''}$`)
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  // JavaScript's dates roll over: the 30th of February is in March.
  return !day.startsWith('0000') && !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
