import { type RawBuilder, sql } from 'kysely'
import type { ColumnBinding } from '../contract/bind.js'
import type { Change, Hold } from '../contract/types.js'
import { type Comparable, type Encoder, type Parameter, type SqlDialect, ValueMismatch } from '../database.js'
import { canonicalJson } from '../schema/canonical.js'
import { asFarAsKnown, type ColumnType } from '../schema/column-type.js'
import type { Column, LiveSchema } from '../schema/table.js'
import { type Conversion, conversionOf, keeping } from './conversion.js'
import { relabelled } from './relabel.js'
import { type Sure, sureOf } from './sure.js'
import { type Ruled, ruledOther, ruledText } from './text-rules.js'

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
  /**
   * What equality, groups and tests for NULL go by: `ref`, with an operator's value in place of NULLs, and by the promised rules for
   * text where the database's are others.
   */
  readonly value: Sql | null
  /** Whether `value` has an operator's value in place of NULLs. */
  readonly isFilled: boolean
  /** What equality goes by where it is not that of the live type; null: it is. */
  readonly ruled: Ruled | null
  /** What ranges, orders, patterns and aggregates go by; null where they cannot be as promised. */
  readonly comparable: Comparable | null
  /** Whether the live type is another one than promised, if only in its bounds. */
  readonly isOther: boolean
  /** A checked value, not NULL, as the live column takes it. Throws {@link ValueMismatch} for one that it cannot keep exactly. */
  readonly toLive: (value: Parameter) => Parameter
  /** What to select, and how its raw value becomes JSON text. */
  readonly read: Sql
  /** Whether `read` is the bare column, and a result tells that it is still the one that was planned on. */
  readonly isTold: boolean
  /** How it is read where every row must have an answer; null: one may have none. */
  readonly sure: Sure | null
  /** What to select of a group that is made by `value`. */
  readonly readGroup: Sql
  readonly encode: Encoder
  /** JSON text of a NULL; null where the contract promises a value, so that there is no answer. */
  readonly nullText: string | null
  /** JSON text of an operator's value; null without one. */
  readonly standIn: string | null
}

export interface PlanSettings {
  readonly dialect: SqlDialect
  readonly bigints: 'string' | 'number'
  readonly live: LiveSchema
}

/**
 * @param changes breaking ones of the table that have a hold
 * @param standIns an operator's values by column
 */
export function planColumn(
  { contract: column, live, labels }: ColumnBinding,
  changes: readonly Change[],
  standIns: ReadonlyMap<string, unknown>,
  settings: PlanSettings,
): ColumnPlan {
  const { dialect, bigints, live: reading } = settings
  const hold = strongest(changes.filter((change) => change.column === column.name))
  const standIn = standIns.has(column.name) ? canonicalJson(standIns.get(column.name)) : null
  const nullText = hold === 'stand-in' || !column.nullable ? standIn : 'null'
  const parts = { column, nullText, standIn }
  const convert = (type: ColumnType, by: SqlDialect) =>
    conversionOf(asFarAsKnown(type, column.type), shownType(column), by, bigints === 'number')
  const conversion = live === null ? null : relabelled(live, labels, dialect, convert)
  if (live === null || conversion === null || hold === 'null' || hold === 'unservable' || hold === 'stand-in') {
    const sure = nullText === null ? null : { read: sql`null`, fits: null }
    return { ...parts, ...nothingLive(hold ?? 'unservable', dialect.encoder(column.type)), sure }
  }
  const ref = sql.id(live.name)
  const isFilled = standIn !== null && !column.nullable && live.nullable
  const castTo = reading.operandTypes?.[live.id ?? '']
  const operand = castTo === undefined ? ref : (dialect.operand?.(ref, castTo) ?? ref)
  const stored = isFilled ? orStandIn(operand, standIn, live, conversion, dialect) : operand
  const read = dialect.read(ref, live.type)
  const compared = comparing(stored, live, column, conversion, dialect)
  return {
    ...parts,
    ...{ hold, ref, liveName: live.name, live, isFilled },
    ...compared,
    isOther: conversion.isOther,
    toLive: keeping(conversion.toLive, live, column, dialect),
    read,
    isTold: read === ref && dialect.tells?.isTold(live, reading) === true,
    sure: nullText === null && live.nullable ? null : sureOf(live, column, { ...conversion, ...compared }, settings),
    encode: conversion.encode,
  }
}

/** What a column with `stored` in it is compared by. */
function comparing(stored: Sql, live: Column, column: Column, conversion: Conversion, dialect: SqlDialect) {
  const own = ruledText(stored, live, column, dialect)
  const value = own?.comparable?.value ?? stored
  const found = own ?? ruledOther(conversion.comparable(stored), conversion.isOther, live, column, dialect)
  return { value, readGroup: dialect.read(value, live.type), ...found }
}

function nothingLive(hold: Hold, encode: Encoder) {
  const toLive = (value: Parameter) => value
  return {
    hold,
    ref: null,
    liveName: null,
    live: null,
    value: null,
    isFilled: false,
    ruled: null,
    comparable: null,
    isOther: false,
    toLive,
    ...{ read: sql`null`, readGroup: sql`null`, sure: null, isTold: false },
    encode,
  }
}

/** The promised type with the digits that are shown. */
export function shownType({ type, shownScale }: Pick<Column, 'type' | 'shownScale'>): ColumnType {
  if (shownScale === undefined) return type
  if (type.name === 'array') return { ...type, items: shownType({ type: type.items, shownScale }) }
  return type.name === 'decimal' ? { ...type, scale: shownScale } : type
}

const strength: Record<Hold, number> = { mapped: 1, converted: 2, null: 3, 'stand-in': 4, unservable: 5 }

function strongest(changes: readonly Change[]): Hold | null {
  return changes.reduce<Hold | null>((most, { hold }) => {
    if (hold === null) return most
    return most === null || strength[hold] > strength[most] ? hold : most
  }, null)
}

/** NULLs count as the value that they are answered as; one that the live column cannot hold equals nothing there. */
function orStandIn(ref: Sql, standIn: string, { type }: Column, { toLive }: Conversion, dialect: SqlDialect): Sql {
  const value: unknown = JSON.parse(standIn)
  try {
    const found = toLive(typeof value === 'object' ? standIn : (value as Parameter))
    return sql`coalesce(${ref}, ${dialect.constant?.(found) ?? dialect.bind(found, type)})`
  } catch (error) {
    if (error instanceof ValueMismatch) return ref
    throw error
  }
}
