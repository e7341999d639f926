import { sql } from 'kysely'
import { type Labels, withPromisedLabels } from '../contract/labels.js'
import { type Encoder, type Parameter, type SqlDialect, ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { Conversion } from './conversion.js'

type Convert = (live: ColumnType, dialect: SqlDialect) => Conversion | null

/**
 * A conversion from a live column whose labels are known under other names: as `convert` makes it for a column with the promised
 * names, with the live ones put in on the way to the database. Labels sort by their place, which a new name leaves as it is.
 */
export function relabelled(live: Column, labels: Labels | undefined, dialect: SqlDialect, convert: Convert): Conversion | null {
  if (labels === undefined || labels.renamed.size === 0) return convert(live.type, dialect)
  const { renamed } = labels
  const encoder = (type: ColumnType) => relabelJson(dialect.encoder(type), renamed)
  const conversion = convert(withPromisedLabels(live, labels).type, { ...dialect, encoder })
  if (conversion === null) return null
  const back = new Map([...renamed].flatMap(([label, name]) => (name === null ? [] : [[name, label] as const])))
  const toLive = (value: Parameter): Parameter => relabelParameter(conversion.toLive(value), back)
  const strangers = [...renamed].flatMap(([label, name]) => (name === null ? [dialect.bind(label, live.type)] : []))
  return {
    ...conversion,
    isOther: true,
    toLive,
    comparable(value) {
      const found = conversion.comparable(value)
      if (found === null || strangers.length === 0 || live.type.name !== 'enum') return found && { ...found, bound: toLive }
      const known = sql`(${value} not in (${sql.join(strangers)}))`
      return { ...found, fits: found.fits === null ? known : sql`(${found.fits} and ${known})`, bound: toLive }
    },
  }
}

/** Strings are labels wherever they stand: alone, or as items of an array. */
function relabelJson(encode: Encoder, names: ReadonlyMap<string, string | null>): Encoder {
  const nameOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(nameOf)
    const name = typeof value === 'string' ? names.get(value) : undefined
    if (name === null) throw new ValueMismatch('a label that took over the name of a promised one')
    return name ?? value
  }
  return (raw) => JSON.stringify(nameOf(JSON.parse(encode(raw))))
}

function relabelParameter(value: Parameter, names: ReadonlyMap<string, string>): Parameter {
  if (Array.isArray(value)) return value.map((item: Parameter) => relabelParameter(item, names))
  return typeof value === 'string' ? (names.get(value) ?? value) : value
}
