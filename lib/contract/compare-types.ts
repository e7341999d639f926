import { asFarAsKnown, type ColumnType } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'

/**
 * What became of a type, seen from the contract:
 *
 * - `same`: the same promise, however it is spelled;
 * - `widened`: writers may send more, readers were never promised the old bound;
 * - `narrowed`: every value still fits the promise, and the database refuses what no longer fits it;
 * - `became-enum`, `value-added`, `value-removed`, `value-renamed`: the values of an enum or set;
 * - `changed`: anything else, also where the database would change a value silently (a smaller scale rounds).
 */
export type TypeComparison =
  | 'same'
  | 'widened'
  | 'narrowed'
  | 'became-enum'
  | 'value-added'
  | 'value-removed'
  | 'value-renamed'
  | 'changed'

/** Compares the contract's type with the live one. Only the promise counts, never the engine's spelling. */
export function compareTypes(before: ColumnType, live: ColumnType): TypeComparison {
  const after = asFarAsKnown(live, before)
  if (alters(before) !== alters(after)) return 'changed'
  if (before.name === 'integer' && after.name === 'integer') return compareIntegers(before, after)
  // Unsigned values go beyond the promised int64, signed ones below the promised zero.
  if (before.name === 'bigint' && after.name === 'bigint') return before.unsigned === after.unsigned ? 'same' : 'changed'
  if (before.name === 'decimal' && after.name === 'decimal') return compareDecimals(before, after)
  if (before.name === 'string' && after.name === 'string') return compareBounds(before.length, after.length)
  if (before.name === 'binary' && after.name === 'binary') return compareBounds(before.length, after.length)
  if (before.name === 'string' && after.name === 'enum') return 'became-enum'
  if (isListed(before) && isListed(after) && before.name === after.name) return compareValues(before.values, after.values)
  if (before.name === 'array' && after.name === 'array') return compareTypes(before.items, after.items)
  return samePromise(before, after) ? 'same' : 'changed'
}

/** What a type makes of values that it takes: it rounds them, fills them up, or takes them for others. */
function alters(type: ColumnType): string {
  if (type.name === 'float') return String(type.places ?? null)
  if (type.name === 'binary') return String(type.fixed ?? false)
  return String(type.name === 'integer' && (type.year ?? false))
}

/** Types without bounds: the name, and what of the details a consumer can see. */
function samePromise(before: ColumnType, after: ColumnType): boolean {
  if (before.name === 'float' && after.name === 'float') return before.bits === after.bits
  if (before.name === 'time' && after.name === 'time') return before.zone === after.zone
  if (before.name === 'timestamp' && after.name === 'timestamp') return before.zone === after.zone
  if (before.name === 'other' && after.name === 'other') return unqualified(before.native) === unqualified(after.native)
  return before.name === after.name
}

/** A type's spelling without its schema: a copy of a database may stand in another one. */
function unqualified(native: string): string {
  return native.replace(/^(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)\./u, '')
}

/** Whether both are known to compare text, and do it by other rules. */
export function hasOtherCollation(before: Pick<Column, 'collation'>, after: Pick<Column, 'collation'>): boolean {
  const [one, other] = [before.collation, after.collation]
  return one !== undefined && other !== undefined && unqualified(one) !== unqualified(other)
}

type Integer = Extract<ColumnType, { name: 'integer' }>
type Decimal = Extract<ColumnType, { name: 'decimal' }>
type Listed = Extract<ColumnType, { values: readonly string[] }>

function compareIntegers(before: Integer, after: Integer): TypeComparison {
  const [low, high] = rangeOf(before)
  const [newLow, newHigh] = rangeOf(after)
  if (newLow === low && newHigh === high) return 'same'
  // Readers are promised a sign and a format, which is int32 unless the column needs more, but not the exact bounds.
  const breaksReaders = (newLow < 0 && low >= 0) || (newHigh > high && newHigh > int32 && high <= int32)
  if (breaksReaders) return 'changed'
  return newLow <= low && newHigh >= high ? 'widened' : 'narrowed'
}

const int32 = 2 ** 31 - 1

function rangeOf({ bits, unsigned }: Integer): readonly [low: number, high: number] {
  if (bits === 53) return [unsigned ? 0 : Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  return unsigned ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
}

/** Losing the sign refuses negatives and leaves readers a part of what they had; gaining it shows them negatives. */
function compareDecimals(before: Decimal, after: Decimal): TypeComparison {
  const sign = before.unsigned === after.unsigned ? 'same' : after.unsigned ? 'narrowed' : 'changed'
  const [digits, scale] = [integerDigits(before), before.scale ?? Number.POSITIVE_INFINITY]
  const [newDigits, newScale] = [integerDigits(after), after.scale ?? Number.POSITIVE_INFINITY]
  if (sign === 'changed' || newScale < scale) return 'changed'
  if (sign === 'narrowed' || newDigits < digits) return 'narrowed'
  return newDigits === digits && newScale === scale ? 'same' : 'widened'
}

function integerDigits({ precision, scale }: Decimal): number {
  return precision === null ? Number.POSITIVE_INFINITY : precision - (scale ?? 0)
}

function compareBounds(before: number | null, after: number | null): TypeComparison {
  if (before === after) return 'same'
  return after === null || (before !== null && after > before) ? 'widened' : 'narrowed'
}

function isListed(type: ColumnType): type is Listed {
  return type.name === 'enum' || type.name === 'set'
}

function compareValues(before: readonly string[], after: readonly string[]): TypeComparison {
  const { added, removed } = valueChanges(before, after)
  if (added.length === 0 && removed.length === 0) return 'same'
  if (removed.length === 0) return 'value-added'
  if (added.length === 0) return 'value-removed'
  return isRenamedValue(before, after) ? 'value-renamed' : 'changed'
}

/** One value is another one at the same place, and nothing else moved: what renaming a label leaves behind. */
function isRenamedValue(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.filter((value, index) => value !== after[index]).length === 1
}

/** The values that only one side has, each in its own order. */
export function valueChanges(before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } {
  const [known, present] = [new Set(before), new Set(after)]
  return { added: after.filter((value) => !known.has(value)), removed: before.filter((value) => !present.has(value)) }
}

/** A neutral type for people: `string(50)`, `decimal(10,2)`, `integer 32 bit`, `timestamp with time zone`. */
export function describeType(type: ColumnType): string {
  switch (type.name) {
    case 'integer':
      return type.year === true ? 'year' : `${type.unsigned ? 'unsigned ' : ''}integer ${type.bits} bit`
    case 'bigint':
      return type.unsigned ? 'unsigned bigint' : 'bigint'
    case 'decimal':
      return `${type.unsigned ? 'unsigned ' : ''}decimal${sizeOf(type.precision, type.scale)}`
    case 'float':
      return `float ${type.bits} bit${type.places == null ? '' : ` of ${type.places} places`}`
    case 'string':
    case 'binary':
      return `${type.name === 'binary' && type.fixed === true ? 'fixed ' : ''}${type.name}${sizeOf(type.length, null)}`
    case 'enum':
    case 'set':
      return `${type.name}(${type.values.join(', ')})`
    case 'time':
    case 'timestamp':
      return type.zone ? `${type.name} with time zone` : type.name
    case 'array':
      return `array of ${describeType(type.items)}`
    case 'other':
      return type.native
    default:
      return type.name
  }
}

function sizeOf(first: number | null, second: number | null): string {
  if (first === null) return ''
  return second === null ? `(${first})` : `(${first},${second})`
}
