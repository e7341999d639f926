/**
 * Neutral types: what the API promises about a column's values, whatever the engine calls it.
 * Two native types that make the same promise are the same neutral type, so renaming `int4` to `integer` is no drift.
 *
 * On the wire (product rule: what JSON holds exactly is a JSON value, the rest is a string with a `format`):
 *
 * | name           | JSON            | example                                   |
 * |----------------|-----------------|-------------------------------------------|
 * | `boolean`      | boolean         | `true`                                    |
 * | `integer`      | number          | `42`, within `bits` and the safe range    |
 * | `bigint`       | string          | `"9223372036854775807"`                   |
 * | `decimal`      | string          | `"19.90"`, scale kept                     |
 * | `float`        | number          | `0.1`; `"NaN"`, `"Infinity"` as strings   |
 * | `string`       | string          | `char(n)` padding trimmed                 |
 * | `enum`, `set`  | string          | one of `values`; a set comma-joined       |
 * | `date`         | string          | `"2024-02-29"`                            |
 * | `time`         | string          | `"23:59:59.5"`, `zone`: `"23:59:59+01:00"`|
 * | `timestamp`    | string          | `"2024-02-29T12:00:00"`, `zone`: `…Z`     |
 * | `interval`     | string          | `"P1DT2H"`                                |
 * | `uuid`         | string          |                                           |
 * | `binary`       | string          | base64                                    |
 * | `json`         | any             | embedded as the database holds it         |
 * | `array`        | array           | of `items`, nested as stored              |
 * | `any`          | any             | a column that declares no type (SQLite)   |
 * | `other`        | string          | the engine's text (`inet`, `tsvector`)    |
 */
export type ColumnType =
  | { readonly name: 'boolean' }
  /** `year`: 1 to 99 are kept as 2001 to 1999. Absent: no engine with such a type, or not known. */
  | { readonly name: 'integer'; readonly bits: 8 | 16 | 24 | 32 | 53; readonly unsigned: boolean; readonly year?: boolean }
  | { readonly name: 'bigint'; readonly unsigned: boolean }
  /** `precision` null: unlimited (PostgreSQL) or unenforced (SQLite); `scale` null: any. */
  | { readonly name: 'decimal'; readonly precision: number | null; readonly scale: number | null; readonly unsigned: boolean }
  /** `places` kept after the point, what is beyond is rounded off; null: all. Absent: no engine with such types, or not known. */
  | { readonly name: 'float'; readonly bits: 32 | 64; readonly places?: number | null }
  /** `length` in characters, null for no limit. `fixed`: blank-padded `char(n)`. */
  | { readonly name: 'string'; readonly length: number | null; readonly fixed: boolean }
  | { readonly name: 'enum'; readonly values: readonly string[] }
  | { readonly name: 'set'; readonly values: readonly string[] }
  | { readonly name: 'date' }
  /** `fraction`: digits kept of a second, 0 to 9. */
  | { readonly name: 'time'; readonly fraction: number; readonly zone: boolean }
  | { readonly name: 'timestamp'; readonly fraction: number; readonly zone: boolean }
  | { readonly name: 'interval' }
  | { readonly name: 'uuid' }
  /** `length` in bytes, null for no limit. `fixed`: filled up with zeros. Absent: no engine with such a type, or not known. */
  | { readonly name: 'binary'; readonly length: number | null; readonly fixed?: boolean }
  | { readonly name: 'json' }
  | { readonly name: 'array'; readonly items: ColumnType }
  | { readonly name: 'any' }
  /** A type only this engine has, served as its text; `native` takes part in comparison. */
  | { readonly name: 'other'; readonly native: string }

/** A live type without the details that were not read yet when the promised one was: they are not known to have changed. */
export function asFarAsKnown(live: ColumnType, promised: ColumnType): ColumnType {
  if (live.name === 'float' && promised.name === 'float' && promised.places === undefined) return without(live, 'places')
  if (live.name === 'binary' && promised.name === 'binary' && promised.fixed === undefined) return without(live, 'fixed')
  const isSameSize =
    live.name === 'integer' && promised.name === 'integer' && live.bits === promised.bits && live.unsigned === promised.unsigned
  return isSameSize && promised.year === undefined ? without(live, 'year') : live
}

function without<T extends ColumnType>(type: T, detail: 'places' | 'fixed' | 'year'): T {
  return { ...type, [detail]: undefined }
}

/** Can be compared with `<` and sorted, so may stand in `order`, ranges, MIN and MAX. */
export function isOrdered(type: ColumnType): boolean {
  return !['json', 'array', 'any', 'other', 'set', 'interval'].includes(type.name)
}

/** Holds text, so LIKE, CONTAINS, STARTS WITH and ENDS WITH apply. */
export function isText(type: ColumnType): boolean {
  return type.name === 'string'
}

/** Can be added up, so SUM and AVG apply. */
export function isNumeric(type: ColumnType): boolean {
  return type.name === 'integer' || type.name === 'bigint' || type.name === 'decimal' || type.name === 'float'
}
