import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { TypeRow } from './catalog.js'

/** A column's type with what its domains add to it. */
export interface ResolvedType {
  readonly type: ColumnType
  /** For text that compares in a way of its own: the qualified name of the type, else null. */
  readonly citext: readonly string[] | null
  /** True when a domain on the way refuses NULL. */
  readonly notNull: boolean
  /** The domain's default, which holds where the column has none of its own. */
  readonly defaultText: string | null
}

/** Resolves a column's (type, modifier, native spelling) through domains and arrays to the neutral type. */
export type TypeResolver = (oid: string, modifier: number, native: string) => ResolvedType

/** `rows` must hold every type used and, for arrays and domains, the types they are made of. */
export function createTypeResolver(rows: readonly TypeRow[]): TypeResolver {
  const byOid = new Map(rows.map((row) => [row[0], row]))
  const resolve: TypeResolver = (oid, modifier, native) => {
    const row = byOid.get(oid)
    if (row === undefined) return plain({ name: 'other', native })
    const [, schema, name, kind, items, delimiter, base, baseModifier, baseNative, notNull, defaultText, labels] = row
    if (kind === 'd') {
      const inner = resolve(base, baseModifier, baseNative ?? native)
      return { ...inner, notNull: notNull || inner.notNull, defaultText }
    }
    // The items of box[] are separated by a semicolon and hold commas; served as the server's text.
    if (items !== null && delimiter === ',')
      return plain({ name: 'array', items: resolve(items, modifier, native.replace(/\[\]$/, '')).type })
    if (labels !== null) return plain({ name: 'enum', values: labels })
    if (schema !== 'pg_catalog')
      return name === 'citext' ? { ...plain(text), citext: [schema, name] } : plain({ name: 'other', native })
    return plain(builtIn.get(name)?.(modifier) ?? { name: 'other', native })
  }
  return resolve
}

function plain(type: ColumnType): ResolvedType {
  return { type, citext: null, notNull: false, defaultText: null }
}

const text: ColumnType = { name: 'string', length: null, fixed: false }

/** By name in `pg_catalog`; the modifier is -1 where the column gives none. */
const builtIn = new Map<string, (modifier: number) => ColumnType>([
  ['bool', () => ({ name: 'boolean' })],
  ['int2', () => ({ name: 'integer', bits: 16, unsigned: false })],
  ['int4', () => ({ name: 'integer', bits: 32, unsigned: false })],
  ['int8', () => ({ name: 'bigint', unsigned: false })],
  ['numeric', decimal],
  ['float4', () => ({ name: 'float', bits: 32 })],
  ['float8', () => ({ name: 'float', bits: 64 })],
  ['text', () => text],
  ['varchar', (modifier) => ({ name: 'string', length: lengthOf(modifier), fixed: false })],
  ['bpchar', (modifier) => ({ name: 'string', length: lengthOf(modifier), fixed: true })],
  ['name', () => ({ name: 'string', length: 63, fixed: false })],
  ['date', () => ({ name: 'date' })],
  ['time', (modifier) => ({ name: 'time', fraction: fractionOf(modifier), zone: false })],
  ['timetz', (modifier) => ({ name: 'time', fraction: fractionOf(modifier), zone: true })],
  ['timestamp', (modifier) => ({ name: 'timestamp', fraction: fractionOf(modifier), zone: false })],
  ['timestamptz', (modifier) => ({ name: 'timestamp', fraction: fractionOf(modifier), zone: true })],
  ['interval', () => ({ name: 'interval' })],
  ['uuid', () => ({ name: 'uuid' })],
  ['bytea', () => ({ name: 'binary', length: null })],
  ['json', () => ({ name: 'json' })],
  ['jsonb', () => ({ name: 'json' })],
])

/** Lengths and precisions count a header of four bytes. */
function lengthOf(modifier: number): number | null {
  return modifier < 4 ? null : modifier - 4
}

function fractionOf(modifier: number): number {
  return modifier < 0 ? 6 : modifier
}

function decimal(modifier: number): ColumnType {
  if (modifier < 4) return { name: 'decimal', precision: null, scale: null, unsigned: false }
  const packed = modifier - 4
  // Eleven bits with a sign since version 15, which allows numeric(3, -2).
  const scale = ((packed & 0x7ff) ^ 1024) - 1024
  return { name: 'decimal', precision: (packed >> 16) & 0xffff, scale, unsigned: false }
}
