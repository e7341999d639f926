import { refuse, type Spot } from './refusal.js'

const datePart = '([0-9]{4})-([0-9]{2})-([0-9]{2})'
const timePart = '([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,9}))?)?'
const zonePart = '(?: ?(Z|[-+][0-9]{2}(?::?[0-9]{2})?))?'
const datePattern = new RegExp(`^${datePart}$`)
const timePattern = new RegExp(`^${timePart}${zonePart}$`, 'i')
const timestampPattern = new RegExp(`^${datePart}(?:[T ]${timePart}${zonePart})?$`, 'i')

/** A `+` in a query string arrives as a blank, so an offset that lost it is worth a hint of its own. */
const lostPlus = /:[0-9.]+ [0-9]{2}:?[0-9]{2}$/

type Day = readonly [year: number, month: number, day: number]

/** A real day of the years 0001 to 9999, `YYYY-MM-DD`, unchanged. */
export function dateFromText(text: string, spot: Spot): string {
  const match = datePattern.exec(text)
  if (match === null || !isDay(dayOf(match))) refuse(spot, text, 'is not a date', { hint: 'write it like 2024-02-29' })
  return text
}

/**
 * `HH:MM[:SS[.fraction]]` with seconds filled in and the fraction (up to 9 digits) kept. With `zone` the offset is kept
 * as `±HH:MM` or `Z`, and none means `Z`; without `zone` an offset is refused. 24:00 and second 60 are refused.
 */
export function timeFromText(text: string, zone: boolean, spot: Spot): string {
  const match = timePattern.exec(text)
  const [, hour = '', minute = '', second = '00', fraction, offset] = match ?? []
  if (match === null || !isTime(hour, minute, second)) {
    return refuse(spot, text, 'is not a time', { hint: lostPlus.test(text) ? plusHint : 'write it like 23:59:59' })
  }
  const time = `${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`
  const minutes = zoneMinutes(text, offset, zone, spot)
  return zone ? `${time}${offset === undefined || /z/i.test(offset) ? 'Z' : offsetText(minutes, offset.startsWith('-'))}` : time
}

/**
 * ISO 8601 with `T` or a blank, seconds and fraction (up to 9 digits, kept) optional; a date alone is its midnight.
 * With `zone` the answer is UTC, `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, and no zone means UTC; without `zone` one is refused.
 */
export function timestampFromText(text: string, zone: boolean, spot: Spot): string {
  const match = timestampPattern.exec(text)
  if (match === null) return refuseTimestamp(text, zone, spot)
  const [, , , , hour = '00', minute = '00', second = '00', fraction, offset] = match
  const day = dayOf(match)
  if (!isDay(day) || !isTime(hour, minute, second)) return refuseTimestamp(text, zone, spot)
  const shifted = Number(hour) * 60 + Number(minute) - zoneMinutes(text, offset, zone, spot)
  const utc = shifted < 0 ? dayBefore(day) : shifted >= 1440 ? dayAfter(day) : day
  if (!isDay(utc)) refuse(spot, text, 'leaves the years 0001 to 9999 in UTC')
  const clock = clockText((shifted + 1440) % 1440)
  return `${dayText(utc)}T${clock}:${second}${fraction === undefined ? '' : `.${fraction}`}${zone ? 'Z' : ''}`
}

const plusHint = 'in a URL, + is written %2B'

function refuseTimestamp(text: string, zone: boolean, spot: Spot): never {
  const hint = `write it like 2024-02-29T12:00:00${zone ? 'Z' : ''}`
  return refuse(spot, text, 'is not a timestamp', { hint: lostPlus.test(text) ? plusHint : hint })
}

/** The offset in minutes east of UTC; 0 without one. */
function zoneMinutes(text: string, offset: string | undefined, zone: boolean, spot: Spot): number {
  if (offset === undefined) return 0
  if (!zone) refuse(spot, text, 'has a zone', { hint: 'the column keeps no zone: leave it out' })
  if (/z/i.test(offset)) return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(3).replace(':', ''))
  if (hours > 15 || minutes > 59) refuse(spot, text, 'has no real zone', { hint: 'write Z or an offset like +01:00' })
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function offsetText(minutes: number, isWest: boolean): string {
  return `${isWest ? '-' : '+'}${clockText(Math.abs(minutes))}`
}

function clockText(minutes: number): string {
  return `${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}`
}

function dayOf(match: RegExpExecArray): Day {
  return [Number(match[1]), Number(match[2]), Number(match[3])]
}

function dayText([year, month, day]: Day): string {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
}

function isDay([year, month, day]: Day): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function isTime(hour: string, minute: string, second: string): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}

function dayBefore([year, month, day]: Day): Day {
  if (day > 1) return [year, month, day - 1]
  return month > 1 ? [year, month - 1, daysIn(year, month - 1)] : [year - 1, 12, 31]
}

function dayAfter([year, month, day]: Day): Day {
  if (day < daysIn(year, month)) return [year, month, day + 1]
  return month < 12 ? [year, month + 1, 1] : [year + 1, 1, 1]
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0')
}
