import type { LiveSchema } from '../../../lib/schema/table.js'
import type { TypeRow } from './catalog.js'
import { tableMark } from './guard.js'
import type { CatalogRows } from './tables.js'

/** What is told of enums beside the tables: see the fields of {@link LiveSchema}. */
export function enumsOf(rows: CatalogRows): Required<Pick<LiveSchema, 'marks' | 'labelIds'>> {
  const enumOf = enumFinder(rows.types)
  const used = new Map<string, Map<string, string>>()
  const labelIds: Record<string, readonly string[]> = {}
  for (const [relation, number, , type] of rows.columns) {
    const found = enumOf(type)
    if (found === null) continue
    labelIds[`${relation}.${number}`] = found.labelIds
    used.set(relation, new Map(used.get(relation)).set(found.oid, found.mark))
  }
  const marks = rows.relations.map(([oid, , , mark]) => [oid, tableMark(mark, used.get(oid) ?? new Map())])
  return { marks: Object.fromEntries(marks), labelIds }
}

interface Enum {
  readonly oid: string
  readonly labelIds: readonly string[]
  readonly mark: string
}

/** The enum that a type is, or is made of as an array or a domain; null: none. */
function enumFinder(rows: readonly TypeRow[]): (oid: string) => Enum | null {
  const byOid = new Map(rows.map((row) => [row[0], row]))
  const enumOf = (oid: string): Enum | null => {
    const row = byOid.get(oid)
    if (row === undefined) return null
    const [, , , kind, items, , base, , , , , , labelIds, mark] = row
    if (kind === 'd') return enumOf(base)
    if (items !== null) return enumOf(items)
    return labelIds === null || mark === null ? null : { oid, labelIds, mark }
  }
  return enumOf
}
