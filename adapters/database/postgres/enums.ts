import type { LiveSchema } from '../../../lib/schema/table.js'
import type { ColumnRow, TypeRow } from './catalog.js'
import { type ColumnMark, tableMark } from './guard.js'
import { type CatalogRows, groupBy } from './tables.js'

/** What is told of enums beside the tables: see the fields of {@link LiveSchema}. */
export function enumsOf(rows: CatalogRows): Required<Pick<LiveSchema, 'marks' | 'labelIds' | 'operandTypes'>> {
  const enumOf = enumFinder(rows.types)
  const used = new Map<string, Map<string, string>>()
  const labelIds: Record<string, readonly string[]> = {}
  const operandTypes: Record<string, readonly string[]> = {}
  const types = new Map(rows.types.map((row) => [row[0], row]))
  for (const [relation, number, , type] of rows.columns) {
    const found = enumOf(type)
    if (found === null) continue
    labelIds[`${relation}.${number}`] = found.labelIds
    // Operators of enums take no domain over one.
    if (types.get(type)?.[3] === 'd' && found.isPlain) operandTypes[`${relation}.${number}`] = found.name
    used.set(relation, new Map(used.get(relation)).set(found.oid, found.mark))
  }
  const columns = groupBy(rows.columns)
  const marks = rows.relations.map(([oid, , , schema]) => [
    oid,
    tableMark(schema, (columns.get(oid) ?? []).map(columnMark), used.get(oid) ?? new Map()),
  ])
  return { marks: Object.fromEntries(marks), labelIds, operandTypes }
}

function columnMark([, number, name, type, modifier, , notNull, , , , , , collation]: ColumnRow): ColumnMark {
  return [number, name, type, modifier, collation, notNull]
}

interface Enum {
  readonly oid: string
  /** Qualified. */
  readonly name: readonly string[]
  /** Whether the type is the enum, if by way of domains, and no array of it. */
  readonly isPlain: boolean
  readonly labelIds: readonly string[]
  readonly mark: string
}

/** The enum that a type is, or is made of as an array or a domain; null: none. */
function enumFinder(rows: readonly TypeRow[]): (oid: string) => Enum | null {
  const byOid = new Map(rows.map((row) => [row[0], row]))
  const enumOf = (oid: string): Enum | null => {
    const row = byOid.get(oid)
    if (row === undefined) return null
    const [, schema, name, kind, items, , base, , , , , , labelIds, mark] = row
    if (kind === 'd') return enumOf(base)
    const item = items === null ? null : enumOf(items)
    if (items !== null) return item && { ...item, isPlain: false }
    return labelIds === null || mark === null ? null : { oid, name: [schema, name], isPlain: true, labelIds, mark }
  }
  return enumOf
}
