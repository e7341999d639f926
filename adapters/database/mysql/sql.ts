import { MysqlAdapter, MysqlQueryCompiler, type RawBuilder, sql } from 'kysely'
import type { Aggregate, Estimate, Parameter, SqlDialect } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import { createCompiler } from '../shared/compiler.js'
import { comparable } from './comparable.js'
import { asText, isFiner } from './comparable-text.js'
import { encoderOf } from './encode.js'

type Expression = RawBuilder<unknown>

const geometries = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
])

/** Where the servers differ. */
export interface Differences {
  /** What each calls the functions of its vector type. */
  readonly vectors: { readonly toText: string; readonly fromText: string }
  readonly estimate: Estimate
}

/** See {@link SqlDialect}. Every statement runs with the session's zone at UTC, so timestamps need no conversion here. */
export function createDialect({ vectors, estimate }: Differences): SqlDialect {
  return {
    compile: createCompiler(
      () => new MysqlQueryCompiler(),
      () => new MysqlAdapter(),
    ),
    table: (schema, name) => (schema === null ? sql.id(name) : sql.id(schema, name)),
    read: (source, type) => (isVector(type) ? sql`${sql.raw(vectors.toText)}(${source})` : read(source, type)),
    encoder: encoderOf,
    bind: (value, type) => (isVector(type) && value !== null ? sql`${sql.raw(vectors.fromText)}(${value})` : bind(value, type)),
    like,
    // Transactions check the catalog before they commit.
    guard: () => null,
    padFractions: true,
    comparable,
    asText,
    isFiner,
    // DEFAULT for an AUTO_INCREMENT column would be 0.
    emptyRow: sql`() values ()`,
    numbering: { isConsecutive, made },
    estimate,
    draft: {
      create: (name, source) => sql`create temporary table ${name} like ${source}`,
      drop: (name) => sql`drop temporary table ${name}`,
    },
    aggregateType,
    aggregate,
  }
}

/** InnoDB promises it for an INSERT that says how many rows it has, in every lock mode; and it can go back to a savepoint. */
function isConsecutive(table: string): Expression {
  return sql`select 1 as one from information_schema.tables
    where table_schema = database() and table_name = ${table} and engine = 'InnoDB'`
}

/** Servers that take turns (Galera, group replication) leave numbers to each other. */
function made(column: Expression, first: string, count: number): Expression {
  const from = bindInteger(first, true)
  const last = sql`${from} + ${count - 1} * @@auto_increment_increment`
  return sql`${column} between ${from} and ${last} and mod(${column} - ${from}, @@auto_increment_increment) = 0`
}

function isVector(type: ColumnType): boolean {
  return type.name === 'other' && type.native.startsWith('vector')
}

/**
 * Text wherever mysql2 would make a number, Date or object of the value with some option of a host's pool
 * (it also rounds doubles of 16 and 17 digits itself). What is left plain arrives exact with any option.
 */
function read(source: Expression, type: ColumnType): Expression {
  switch (type.name) {
    case 'integer':
    case 'string':
    case 'enum':
    case 'set':
    case 'binary':
      return source
    case 'boolean':
      // BIT(1) would be cast to the character U+0001.
      return sql`cast(${source} + 0 as char)`
    case 'float':
      // As FLOAT the server prints six digits only.
      return type.bits === 32 ? sql`cast(cast(${source} as double) as char)` : sql`cast(${source} as char)`
    case 'other':
      return readOther(source, type.native)
    default:
      return sql`cast(${source} as char)`
  }
}

function readOther(source: Expression, native: string): Expression {
  if (geometries.has(native)) return sql`st_astext(${source})`
  const bits = bitsOf(native)
  if (bits !== null) return sql`lpad(bin(${source} + 0), ${bits}, '0')`
  return sql`cast(${source} as char)`
}

function bitsOf(native: string): number | null {
  const size = /^bit\((\d+)\)$/.exec(native)?.[1]
  return size === undefined ? null : Number(size)
}

function bind(value: Parameter, type: ColumnType): unknown {
  if (value === null) return value
  switch (type.name) {
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : value
    case 'integer':
    case 'bigint':
      return bindInteger(value, type.unsigned)
    case 'decimal':
      return bindDecimal(String(value))
    case 'float':
      // 0.1 as a double is not the 0.1 of a FLOAT column.
      return type.bits === 32 ? sql`cast(${value} as float)` : value
    case 'timestamp':
      return String(value).replace('T', ' ').replace(/Z$/i, '')
    case 'other':
      return bindOther(value, type.native)
    default:
      return value
  }
}

/** There is no LIKE without an escape character: `escape ''` means the backslash. */
function like(column: Expression, pattern: string, mark: string | null): Expression {
  if (mark !== null) return sql`${column} like ${pattern} escape ${mark}`
  return sql`${column} like ${pattern.replaceAll('|', '||')} escape '|'`
}

/** Compared with a string parameter, numbers are compared as doubles: 9007199254740993 would equal its neighbours. */
function bindInteger(value: Parameter, unsigned: boolean): unknown {
  if (typeof value !== 'string') return value
  return unsigned && !value.startsWith('-') ? sql`cast(${value} as unsigned)` : sql`cast(${value} as signed)`
}

/** With the value's own scale, not the column's: rounding here would make `price = 19.999` find 20.00. */
function bindDecimal(value: string): Expression {
  const digits = /^[+-]?\d+(?:\.(\d+))?$/.exec(value)
  const scale = digits === null ? 30 : (digits[1]?.length ?? 0)
  return sql`cast(${value} as decimal(65, ${sql.raw(String(Math.min(scale, 30)))}))`
}

function bindOther(value: Parameter, native: string): unknown {
  if (geometries.has(native)) return sql`st_geomfromtext(${value})`
  const bits = bitsOf(native)
  return bits === null ? value : sql`cast(conv(${asBits(value, bits)}, 2, 10) as unsigned)`
}

/** CONV takes what it can read of a text and is silent about the rest. */
function asBits(value: Parameter, bits: number): string {
  const text = String(value)
  if (/^[01]+$/.test(text) && text.length <= bits) return text
  return fail('invalid-value', {
    detail: `a value does not fit bit(${bits})`,
    hint: `send up to ${bits} digits 0 and 1 as a string`,
  })
}

/** SUM and AVG of exact numbers are DECIMAL on the server. */
function aggregateType(fn: Aggregate, type: ColumnType): ColumnType {
  if (fn === 'count') return { name: 'integer', bits: 53, unsigned: false }
  if (fn === 'min' || fn === 'max') return type
  if (type.name === 'float') return { name: 'float', bits: 64 }
  if (fn === 'avg') return { name: 'decimal', precision: null, scale: null, unsigned: false }
  if (type.name === 'integer') return { name: 'bigint', unsigned: false }
  return { name: 'decimal', precision: null, scale: type.name === 'decimal' ? type.scale : 0, unsigned: false }
}

function aggregate(fn: Aggregate, column: Expression, type: ColumnType): Expression {
  switch (fn) {
    case 'count':
      return sql`count(${column})`
    case 'sum':
      return sql`sum(${column})`
    case 'avg':
      return sql`avg(${widened(column, type)})`
    case 'min':
      return sql`min(${column})`
    case 'max':
      return sql`max(${column})`
  }
}

/** AVG keeps four digits more than its operand has, too few for a third of a small integer. */
function widened(column: Expression, type: ColumnType): Expression {
  if (type.name === 'integer' || type.name === 'bigint') return sql`cast(${column} as decimal(32, 12))`
  if (type.name !== 'decimal' || type.precision === null || type.scale === null) return column
  const scale = Math.min(30, Math.max(type.scale, 12))
  const precision = type.precision - type.scale + scale
  if (precision > 65) return column
  return sql`cast(${column} as decimal(${sql.raw(String(precision))}, ${sql.raw(String(scale))}))`
}
