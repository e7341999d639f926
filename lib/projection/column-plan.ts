import { type RawBuilder, sql } from 'kysely'
import type { ColumnBinding } from '../contract/bind.js'
import { compareTypes } from '../contract/compare-types.js'
import type { Change, Hold } from '../contract/types.js'
import { converterOf, parameterConverterOf } from '../conversion/convert.js'
import { asNumber } from '../conversion/numbers.js'
import { type Comparable, type Encoder, type Parameter, type SqlDialect, ValueMismatch } from '../database.js'
import { canonicalJson } from '../schema/canonical.js'
import { type ColumnType, isText } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import { relabelled } from './relabel.js'

type Sql = RawBuilder<unknown>

/** One promised column and what stands behind it. */
export interface ColumnPlan {
  readonly column: Column
  /** null: nothing to hold, the live column is as promised. */
  readonly hold: Hold | null
  /** The live column as SQL: what is assigned to. null where nothing live stands behind the promise. */
  readonly ref: Sql | null
  /** What the live schema calls it, to read the database's errors; null where there is none. */
  readonly liveName: string | null
  /** What the live schema has behind `ref`; null where there is none. */
  readonly live: Column | null
  /** What equality, groups and tests for NULL go by: `ref`, with an operator's value in place of NULLs. */
  readonly value: Sql | null
  /** What ranges, orders, patterns and aggregates go by; null where they cannot be as promised. */
  readonly comparable: Comparable | null
  /** Whether the live type is another one than promised, if only in its bounds. */
  readonly isOther: boolean
  /** A checked value, not NULL, as the live column takes it. Throws {@link ValueMismatch} for one that it cannot keep exactly. */
  readonly toLive: (value: Parameter) => Parameter
  /** What to select, and how its raw value becomes JSON text. */
  readonly read: Sql
  readonly encode: Encoder
  /** JSON text of a NULL; null where the contract promises a value, so that there is no answer. */
  readonly nullText: string | null
  /** JSON text of an operator's value; null without one. */
  readonly standIn: string | null
}

/**
 * @param changes breaking ones of the table that have a hold
 * @param standIns an operator's values by column
 */
export function planColumn(
  { contract: column, live, labels }: ColumnBinding,
  changes: readonly Change[],
  standIns: ReadonlyMap<string, unknown>,
  { dialect, bigints }: { readonly dialect: SqlDialect; readonly bigints: 'string' | 'number' },
): ColumnPlan {
  const hold = strongest(changes.filter((change) => change.column === column.name))
  const standIn = standIns.has(column.name) ? canonicalJson(standIns.get(column.name)) : null
  const nullText = hold === 'stand-in' || !column.nullable ? standIn : 'null'
  const parts = { column, nullText, standIn }
  const convert = (type: ColumnType, by: SqlDialect) => conversionOf(type, shownType(column), by, bigints === 'number')
  const conversion = live === null ? null : relabelled(live, labels, dialect, convert)
  if (live === null || conversion === null || hold === 'null' || hold === 'unservable' || hold === 'stand-in') {
    return { ...parts, ...nothingLive(hold ?? 'unservable', dialect.encoder(column.type)) }
  }
  const ref = sql.id(live.name)
  const value = standIn === null || column.nullable || !live.nullable ? ref : orStandIn(ref, standIn, live, conversion, dialect)
  return {
    ...parts,
    ...{ hold, ref, liveName: live.name, live, value },
    comparable: conversion.comparable(value),
    isOther: conversion.isOther,
    toLive: conversion.toLive,
    read: dialect.read(ref, live.type),
    encode: conversion.encode,
  }
}

function nothingLive(hold: Hold, encode: Encoder) {
  const toLive = (value: Parameter) => value
  return {
    hold,
    ref: null,
    liveName: null,
    live: null,
    value: null,
    comparable: null,
    isOther: false,
    toLive,
    read: sql`null`,
    encode,
  }
}

/** The promised type with the digits that are shown. */
export function shownType({ type, shownScale }: Column): ColumnType {
  return type.name === 'decimal' && shownScale !== undefined ? { ...type, scale: shownScale } : type
}

const strength: Record<Hold, number> = { mapped: 1, converted: 2, null: 3, 'stand-in': 4, unservable: 5 }

function strongest(changes: readonly Change[]): Hold | null {
  return changes.reduce<Hold | null>((most, { hold }) => {
    if (hold === null) return most
    return most === null || strength[hold] > strength[most] ? hold : most
  }, null)
}

/** Both ways between a live column and the promised one. */
export interface Conversion {
  readonly isOther: boolean
  readonly encode: Encoder
  readonly toLive: (value: Parameter) => Parameter
  readonly comparable: (value: Sql) => Comparable | null
}

/** Both ways between the live type and the promised one; null where values of the one are none of the other. */
function conversionOf(live: ColumnType, promised: ColumnType, dialect: SqlDialect, numbers: boolean): Conversion | null {
  const encodeLive = dialect.encoder(live)
  const asItIs = (value: Sql): Comparable => ({ value, type: isText(live) ? live : promised, fits: null })
  if (canonicalJson(live) === canonicalJson(promised)) {
    return { isOther: false, encode: encodeLive, toLive: (value) => value, comparable: asItIs }
  }
  const convert = converterOf(live, promised, dialect)
  const fromLive: typeof convert =
    convert !== null && numbers && promised.name === 'bigint' ? (json) => asNumber(convert(json)) : convert
  const encode: Encoder = fromLive === null ? encodeLive : (raw) => fromLive(encodeLive(raw))
  if (isOfOneKind(live, promised)) {
    // What is too long or too large now, the database refuses by itself.
    const comparable = (value: Sql) => dialect.comparable(value, live, promised) ?? asItIs(value)
    return { isOther: true, encode, toLive: (value) => value, comparable }
  }
  const toLive = parameterConverterOf(promised, live, dialect)
  if (fromLive === null || toLive === null) return null
  return { isOther: true, encode, toLive, comparable: (value) => dialect.comparable(value, live, promised) }
}

/** Only bounds are others, beyond which the database refuses a value: it never stores one that is not what was sent. */
function isOfOneKind(live: ColumnType, promised: ColumnType): boolean {
  const unbounded = (type: ColumnType) => canonicalJson({ ...type, ...(type.name === 'set' ? {} : withoutBounds) })
  return unbounded(live) === unbounded(promised) && !['changed', 'value-renamed'].includes(compareTypes(promised, live))
}

const withoutBounds = { length: null, bits: null, precision: null, scale: null, values: null, unsigned: null }

/** NULLs count as the value that they are answered as; one that the live column cannot hold equals nothing there. */
function orStandIn(ref: Sql, standIn: string, { type }: Column, { toLive }: Conversion, dialect: SqlDialect): Sql {
  const value: unknown = JSON.parse(standIn)
  try {
    return sql`coalesce(${ref}, ${dialect.bind(toLive(typeof value === 'object' ? standIn : (value as Parameter)), type)})`
  } catch (error) {
    if (error instanceof ValueMismatch) return ref
    throw error
  }
}
