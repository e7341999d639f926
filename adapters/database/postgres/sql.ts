import { PostgresAdapter, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely'
import { type Aggregate, type Parameter, type SqlDialect, ValueMismatch } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { compilerFor } from '../shared/compiler.js'
import { comparable } from './comparable.js'
import { asText, isFiner } from './comparable-text.js'
import { estimate } from './estimate.js'
import { guard } from './guard.js'
import { createEncoder } from './types.js'

type Sql = RawBuilder<unknown>

/**
 * Every expression is exact under any session settings and any type parsers of a host's driver: what either of them
 * could change is turned into text by the statement itself.
 */
export const dialect: SqlDialect = {
  compile: compilerFor({
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }),
  table: (schema, name) => (schema === null ? sql.id(name) : sql.id(schema, name)),
  read,
  encoder: createEncoder,
  // No function: an index on the column still serves.
  operand: (column, type) => sql`(${column})::${sql.id(...type)}`,
  bind: (value) => (Array.isArray(value) ? arrayText(value) : value),
  constant,
  // Without ESCAPE a backslash would be one.
  // A blank-padded column would never end with what it ends with.
  like: (column, pattern, character, type) =>
    sql`${type.name === 'string' && type.fixed ? sql`${column}::text` : column} like ${pattern} escape ${character ?? ''}`,
  guard,
  estimate,
  padFractions: false,
  comparable,
  asText,
  isFiner,
  aggregateType,
  aggregate,
}

function read(source: Sql, type: ColumnType): Sql {
  switch (type.name) {
    case 'integer':
      return source
    case 'date':
      return isoText(source)
    case 'timestamp':
      return isoText(type.zone ? sql`(${source}) at time zone 'UTC'` : source)
    case 'interval':
      return intervalText(source)
    case 'binary':
      return sql`translate(encode(${source}, 'base64'), chr(10), '')`
    case 'array':
      return settingsMatter.has(type.items.name) ? itemsText(source, type.items) : sql`(${source})::text`
    case 'other':
      // Its cast adds the `/32` that its own text leaves out.
      return type.native === 'inet' ? sql`case when ${source} is not null then concat(${source}) end` : sql`(${source})::text`
    default:
      return sql`(${source})::text`
  }
}

/** Types whose text depends on `DateStyle`, `TimeZone`, `IntervalStyle` or `bytea_output`. */
const settingsMatter = new Set(['date', 'timestamp', 'interval', 'binary'])

/** JSON's dates are ISO 8601 whatever `DateStyle` says. */
function isoText(source: Sql): Sql {
  return sql`btrim(to_json(${source})::text, '"')`
}

/** As `IntervalStyle = iso_8601` prints it: every unit has its own sign, units of zero are left out. */
function intervalText(source: Sql): Sql {
  const unit = (field: Sql, letter: string) =>
    sql`nullif(trim_scale(extract(${field} from ${source})::numeric), 0)::text || ${sql.lit(letter)}`
  const parts = sql.join([
    ...[unit(sql`year`, 'Y'), unit(sql`month`, 'M'), unit(sql`day`, 'D')],
    sql`'T'`,
    ...[unit(sql`hour`, 'H'), unit(sql`minute`, 'M'), unit(sql`second`, 'S')],
  ])
  const text = sql`coalesce(nullif(rtrim(concat('P', ${parts}), 'T'), 'P'), 'PT0S')`
  return sql`case when isfinite(${source}) then ${text} else (${source})::text end`
}

/** The array's bounds, then its items one after the other, each as {@link read} makes it; the encoder nests them again. */
function itemsText(source: Sql, items: ColumnType): Sql {
  const item = read(sql.id('faucet', 'item'), items)
  const list = sql`array(select ${item} from unnest(${source}) with ordinality as faucet(item, place) order by place)`
  return sql`case when ${source} is not null then coalesce(array_dims(${source}), '') || '=' || ${list}::text end`
}

/**
 * An array literal. Bound as one parameter and, like every other value, without a cast: the server gives a bare
 * parameter the column's own type, which keeps indexes usable and the operators of `citext`, `char(n)` or an enum.
 */
function arrayText(items: readonly Parameter[]): string {
  return `{${items.map(itemText).join(',')}}`
}

function itemText(item: Parameter): string {
  if (item === null) return 'NULL'
  if (Buffer.isBuffer(item)) return `"\\\\x${item.toString('hex')}"`
  if (Array.isArray(item)) return arrayText(item)
  return typeof item === 'string' ? `"${item.replace(/["\\]/g, '\\$&')}"` : String(item)
}

/** A literal without a type of its own, like a bare parameter, and the same whatever `standard_conforming_strings` says. */
function constant(value: Parameter): Sql {
  const plain = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : Array.isArray(value) ? arrayText(value) : String(value)
  if (plain.includes('\0')) throw new ValueMismatch('a text with a NUL')
  return sql.raw(`E'${plain.replace(/['\\]/g, '\\$&')}'`)
}

const decimal: ColumnType = { name: 'decimal', precision: null, scale: null, unsigned: false }

function aggregateType(fn: Aggregate, type: ColumnType): ColumnType {
  if (fn === 'count') return { name: 'integer', bits: 53, unsigned: false }
  if (fn === 'min' || fn === 'max') return type
  if (type.name === 'float') return fn === 'avg' ? { name: 'float', bits: 64 } : type
  return fn === 'sum' && type.name === 'integer' && type.bits < 53 ? { name: 'bigint', unsigned: false } : decimal
}

function aggregate(fn: Aggregate, column: Sql, type: ColumnType): Sql {
  if (fn === 'min' || fn === 'max') return extreme(fn, column, type)
  return sql`${functions[fn]}(${column})`
}

const functions = { count: sql`count`, sum: sql`sum`, avg: sql`avg`, min: sql`min`, max: sql`max` } as const

/** MIN and MAX exist for neither boolean nor, before version 18, uuid and bytea; their text sorts the same way. */
function extreme(fn: 'min' | 'max', column: Sql, type: ColumnType): Sql {
  if (type.name === 'boolean') return fn === 'min' ? sql`bool_and(${column})` : sql`bool_or(${column})`
  if (type.name === 'uuid') return sql`${functions[fn]}(${column}::text collate "C")::uuid`
  if (type.name === 'binary') return sql`${functions[fn]}(${column}::text collate "C")::bytea`
  return sql`${functions[fn]}(${column})`
}
