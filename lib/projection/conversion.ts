import type { RawBuilder } from 'kysely'
import { compareTypes, hasOtherCollation } from '../contract/compare-types.js'
import { converterOf, parameterConverterOf } from '../conversion/convert.js'
import { asNumber } from '../conversion/numbers.js'
import { type Comparable, type Encoder, type Parameter, type SqlDialect, ValueMismatch } from '../database.js'
import { canonicalJson } from '../schema/canonical.js'
import { type ColumnType, isText } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'

type Sql = RawBuilder<unknown>

/** Both ways between a live column and the promised one. */
export interface Conversion {
  readonly isOther: boolean
  readonly encode: Encoder
  readonly toLive: (value: Parameter) => Parameter
  readonly comparable: (value: Sql) => Comparable | null
}

/** Both ways between the live type and the promised one; null where values of the one are none of the other. */
export function conversionOf(live: ColumnType, promised: ColumnType, dialect: SqlDialect, numbers: boolean): Conversion | null {
  const encodeLive = live.name === 'any' && promised.name !== 'any' ? withoutBytes(dialect.encoder(live)) : dialect.encoder(live)
  const asItIs = (value: Sql): Comparable => ({ value, type: isText(live) ? live : promised, fits: null })
  if (canonicalJson(live) === canonicalJson(promised)) {
    return { isOther: false, encode: encodeLive, toLive: (value) => value, comparable: asItIs }
  }
  const convert = converterOf(live, promised, dialect)
  const fromLive: typeof convert =
    convert !== null && numbers && promised.name === 'bigint' ? (json) => asNumber(convert(json)) : convert
  const encode: Encoder = fromLive === null ? encodeLive : asPromised(live, promised, dialect, (raw) => fromLive(encodeLive(raw)))
  if (isOfOneKind(live, promised)) {
    // What is too long or too large now, the database refuses by itself.
    const comparable = (value: Sql) => dialect.comparable(value, live, promised) ?? asItIs(value)
    return { isOther: true, encode, toLive: (value) => withinText(value, live), comparable }
  }
  const toLive = parameterConverterOf(promised, live, dialect)
  if (fromLive === null || toLive === null) return null
  const alike = comparesAlike(live, promised) ? asItIs : () => null
  return { isOther: true, encode, toLive, comparable: (value) => dialect.comparable(value, live, promised) ?? alike(value) }
}

/** With what the live column would take for something else refused, unless the promised one takes it for that, too. */
export function keeping(toLive: Conversion['toLive'], live: Column, column: Column, { bends }: SqlDialect): Conversion['toLive'] {
  if (bends === undefined || !hasOtherCollation(column, live)) return toLive
  return (value) => {
    const found = toLive(value)
    if (bends(found, live)) throw new ValueMismatch('the column would keep another value')
    return found
  }
}

/** Blanks at the end are what databases cut off without a word; any other text that is too long they refuse. */
function withinText(value: Parameter, live: ColumnType): Parameter {
  if (live.name !== 'string' || live.length === null || typeof value !== 'string' || value.length <= live.length) return value
  const rest = [...value].slice(live.length)
  if (rest.length > 0 && rest.every((character) => character === ' ')) throw new ValueMismatch('blanks at the end would go')
  return value
}

/** Types that only differ in what they keep of a value, and compare those they have as the other does. */
function comparesAlike(live: ColumnType, promised: ColumnType): boolean {
  const isTime = live.name === 'time' || live.name === 'timestamp'
  if (isTime && (promised.name === 'time' || promised.name === 'timestamp') && live.zone !== promised.zone) return false
  return live.name === promised.name && (isTime || live.name === 'string' || live.name === 'binary')
}

/** A column without a type showed what is stored, whatever it is. */
function asPromised(live: ColumnType, promised: ColumnType, dialect: SqlDialect, convert: Encoder): Encoder {
  const isStored = dialect.storesAnything === true && promised.name === 'any' && live.name !== 'binary'
  return isStored ? dialect.encoder(promised) : convert
}

/** A column without a type shows bytes as text, which nobody could tell from a text that was stored. */
function withoutBytes(encode: Encoder): Encoder {
  return (raw) => {
    if (Buffer.isBuffer(raw)) throw new ValueMismatch('bytes')
    return encode(raw)
  }
}

/** Only bounds are others, beyond which the database refuses a value: it never stores one that is not what was sent. */
function isOfOneKind(live: ColumnType, promised: ColumnType): boolean {
  const unbounded = (type: ColumnType) =>
    canonicalJson({ ...type, ...(type.name === 'set' ? {} : withoutBounds), ...plain(type) })
  return unbounded(live) === unbounded(promised) && !['changed', 'value-renamed'].includes(compareTypes(promised, live))
}

/** A detail that is not there says the same as one that is not known. */
function plain(type: ColumnType) {
  return type.name === 'integer' && type.year === false ? { year: undefined } : {}
}

const withoutBounds = { length: null, bits: null, precision: null, scale: null, values: null, unsigned: null }
