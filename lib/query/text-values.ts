import { nearest } from '../nearest.js'
import { hasLoneSurrogate, isLongerThan, shortened } from './characters.js'
import { refuse, type Spot } from './refusal.js'

/** Text as it is. In a body at most `length` characters; blanks at the end of a `fixed` one do not count. */
export function stringFromText(text: string, length: number | null, fixed: boolean, spot: Spot): string {
  requireUnicode(text, spot)
  if (spot.source !== 'body' || length === null || text.length <= length) return text
  if (isLongerThan(fixed ? text.replace(/(?<! ) +$/, '') : text, length)) {
    refuse(spot, text, 'is too long', { hint: `the column holds ${length} characters` })
  }
  return text
}

/** One of `values`, exactly. */
export function enumFromText(text: string, values: readonly string[], spot: Spot): string {
  if (values.includes(text)) return text
  return refuse(spot, text, 'is not one of its values', { hint: hintForValues(text, values) })
}

/** Some of `values`, comma-joined; the answer has each once, in the order of `values`, as databases keep it. */
export function setFromText(text: string, values: readonly string[], spot: Spot): string {
  const chosen = new Set(text === '' ? [] : text.split(','))
  const known = new Set(values)
  for (const value of chosen) {
    if (!known.has(value)) refuse(spot, value, 'is not one of its values', { hint: hintForValues(value, values) })
  }
  return values.filter((value) => chosen.has(value)).join(',')
}

/** A UUID in lower case. */
export function uuidFromText(text: string, spot: Spot): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase()
  return refuse(spot, text, 'is not a UUID', { hint: 'write it like 01890a5d-ac96-774b-bcce-b302099a8057' })
}

/** Base64 of either alphabet, padded or not. In a body at most `length` bytes. */
export function binaryFromText(text: string, length: number | null, spot: Spot): Buffer {
  const match = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(text)
  const isWhole = match !== null && (match[2] === '' ? text.length % 4 !== 1 : text.length % 4 === 0)
  if (!isWhole) {
    refuse(spot, text, 'is not base64', { hint: spot.source === 'body' ? undefined : 'in a URL, use - and _ instead of + and /' })
  }
  const bytes = Buffer.from(text, 'base64')
  if (spot.source === 'body' && length !== null && bytes.length > length) {
    refuse(spot, text, 'is too long', { hint: `the column holds ${length} bytes` })
  }
  return bytes
}

/** An ISO 8601 duration or whatever else the database understands, up to 100 characters. */
export function intervalFromText(text: string, spot: Spot): string {
  if (isLongerThan(text, 100)) refuse(spot, text, 'is not an interval', { hint: 'write it like P1DT2H' })
  return requireUnicode(text, spot)
}

/** Text of a type only the database understands, as it is. */
export function otherFromText(text: string, spot: Spot): string {
  return requireUnicode(text, spot)
}

function requireUnicode(text: string, spot: Spot): string {
  if (hasLoneSurrogate(text)) refuse(spot, text, 'is no Unicode text: it has half a surrogate pair')
  return text
}

function hintForValues(text: string, values: readonly string[]): string {
  const listed = values.slice(0, 10).map((value) => `"${shortened(value)}"`)
  const more = values.length > listed.length ? ` and ${values.length - listed.length} more` : ''
  const guess = nearest(text, values)
  const list = `the values are ${listed.join(', ')}${more}`
  return guess === undefined ? list : `did you mean "${shortened(guess)}"? ${list}`
}
