import type { ColumnType } from '../schema/column-type.js'
import { jsonType } from '../schema/json-type.js'
import type { Column } from '../schema/table.js'
import type { JsonSchema, ShapeOptions } from './types.js'

/** What a column's values are in answers: no lengths or ranges, which readers are not promised. */
export function answerSchema(column: Column, options: ShapeOptions): JsonSchema {
  const schema = valueSchema(column.type, options, 'answer')
  return { ...(column.nullable ? orNull(schema) : schema), ...(isComputed(column) ? { readOnly: true } : {}) }
}

/** What a column takes in request bodies. */
export function requestSchema(column: Column, options: ShapeOptions): JsonSchema {
  const schema = { ...valueSchema(column.type, options, 'request'), ...boundsOf(column.type, options) }
  return { ...(column.nullable ? orNull(schema) : schema), ...initialOf(column) }
}

/** For people alone: generators take properties with a `default` for ones that must be sent. */
function initialOf({ default: initial }: Column): JsonSchema {
  if (initial === null) return {}
  return {
    description: initial.kind === 'literal' ? `Without it: ${initial.value ?? 'NULL'}` : 'Without it the database makes one',
  }
}

function isComputed({ generated, identity }: Column): boolean {
  return generated || identity === 'always'
}

function valueSchema(type: ColumnType, options: ShapeOptions, use: 'answer' | 'request'): JsonSchema {
  const { type: json, format } = jsonType(type, options.bigints)
  const plain: JsonSchema = { ...(json === null ? {} : { type: json }), ...(format === null ? {} : { format }) }
  switch (type.name) {
    case 'float':
      return use === 'answer' ? { oneOf: [plain, notFinite] } : plain
    case 'enum':
      return {
        ...plain,
        ...(use === 'request' || options.enums === 'closed' ? { enum: type.values } : { 'x-extensible-enum': type.values }),
      }
    case 'set':
      return { ...plain, description: `Any of ${type.values.join(', ')}, joined by commas` }
    case 'binary':
      return { ...plain, contentEncoding: 'base64' }
    case 'array':
      return { ...plain, items: itemSchema(valueSchema(type.items, { ...options, bigints: 'string' }, use)) }
    case 'json':
      return { ...plain, description: 'Any JSON' }
    case 'any':
      return { ...plain, description: 'The column declares no type' }
    default:
      return plain
  }
}

const notFinite: JsonSchema = { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] }

/** Items can be NULL, and arrays of any dimension are in one column. */
function itemSchema(item: JsonSchema): JsonSchema {
  const { type } = item
  if (typeof type === 'string' && item.enum === undefined && type !== 'array') return { ...item, type: [type, 'null', 'array'] }
  return Object.keys(item).length === 0 || type === undefined ? item : { anyOf: [item, { type: ['null', 'array'] }] }
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.oneOf !== undefined) return { ...schema, oneOf: [...schema.oneOf, { type: 'null' }] }
  // Anything is already.
  if (schema.type === undefined) return schema
  const types = Array.isArray(schema.type) ? schema.type : [schema.type]
  return { ...schema, type: [...types, 'null'], ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null] }) }
}

function boundsOf(type: ColumnType, { bigints }: ShapeOptions): JsonSchema {
  if (type.name === 'string') return type.length === null ? {} : { maxLength: type.length }
  if (type.name === 'integer')
    return type.unsigned
      ? range(0, 2 ** type.bits - 1)
      : range(-largest(type.bits) - (type.bits === 53 ? 0 : 1), largest(type.bits))
  if (type.name === 'bigint' && bigints === 'number')
    return range(type.unsigned ? 0 : -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  return {}
}

/** Of a signed integer: of 53 bits what a JSON number keeps exactly. */
function largest(bits: number): number {
  return bits === 53 ? Number.MAX_SAFE_INTEGER : 2 ** (bits - 1) - 1
}

function range(minimum: number, maximum: number): JsonSchema {
  return { minimum, maximum: Math.min(maximum, Number.MAX_SAFE_INTEGER) }
}
