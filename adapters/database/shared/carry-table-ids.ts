import { createHash } from 'node:crypto'
import { uncertainId } from '../../../lib/schema/origin.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'
import { carryIds } from './carry-ids.js'
import { exchangedNames, movedNames, takenNames, unmovedNames } from './doubted-names.js'
import { originsSince, type StampsByName } from './stamp-origins.js'

/** What an engine that numbers tables knows of one, kept for the next look in {@link LiveSchema.details}. */
export type TableNote = readonly [
  name: string,
  /** Stays when the table is renamed and changes when it is made anew; null where this account is not told. */
  number: string | null,
  /** Moves when a column comes or goes under the same number; null where the engine does not tell, and nothing proves a rename. */
  version: string | null,
  /** The place of each column, in their order, which only a new number or version can change; null for columns that have none. */
  places: readonly (number | null)[],
]

/**
 * Gives every table and column an identity on an engine that numbers tables (perhaps not for this account) but no columns.
 * A number found under another name proves a rename; else names are carried. Columns go by their places where number and version
 * stayed, by their names elsewhere.
 *
 * @param notes one for each table
 * @param stamps keys in comments, which tell where a column went that nothing else tells of
 */
export function carryTableIds(
  tables: readonly Table[],
  notes: readonly TableNote[],
  previous: LiveSchema | null,
  scope: string,
  stamps: StampsByName,
): LiveSchema['tables'] {
  const known = previous !== null && previous.scope === scope ? previous : null
  const originsOf = originsSince(known, stamps)
  const now = new Map(notes.map((note) => [note[0], note]))
  const numbers = new Map(notes.map(([name, number]) => [name, number]))
  const sources = sourcesOf(tables, known, numbers)
  const claimed = new Set(sources.values())
  const vanished = (known?.tables ?? []).filter((table) => !claimed.has(table))
  const before = new Map(notesOf(known).map((note) => [note[0], note]))
  return tables.map((table) => {
    const source = sources.get(table)
    const fresh = made([scope, table.name, numbers.get(table.name) ?? ''])
    // Two numbers that differ are two tables.
    const suspects = vanished.flatMap(({ id, name }) =>
      id === null || (numbers.get(table.name) && before.get(name)?.[1]) ? [] : [id],
    )
    const id = source?.id ?? (suspects.length === 0 ? fresh : uncertainId(fresh, suspects))
    const origins = originsOf(table.name, source?.columns ?? [], table.columns)
    const ids = columnIds(table, source, id, known?.probe ?? '', origins, before.get(source?.name ?? ''), now.get(table.name))
    return { ...table, id, columns: table.columns.map((column, index) => ({ ...column, id: ids[index] ?? null })) }
  })
}

function columnIds(
  { columns, kind }: Table,
  source: Table | undefined,
  tableId: string,
  moment: string,
  origins: ReadonlyMap<string, string>,
  [, oldNumber, oldVersion, oldPlaces]: TableNote = nothing,
  [, number, version, places]: TableNote = nothing,
): readonly (string | undefined)[] {
  const earlier = source?.columns ?? []
  const fresh = (name: string): string => {
    // What could not be read for a while is the same again; what comes now is not the column that had this name before.
    const isBack = earlier.length === 0 || kind === 'view' || source?.hidden?.includes(name) === true
    return made(isBack ? [tableId, name] : [tableId, name, moment])
  }
  const sameTable = version !== null && number === oldNumber && oldVersion !== null
  // Columns came or went, but none changed its place.
  if (!sameTable || version !== oldVersion) {
    // Nothing renames a column of a view: it is what its text says.
    const taken = kind === 'view' ? [] : takenNames(earlier, columns)
    const exchanged = kind === 'view' ? [] : exchangedNames(earlier, columns)
    const still = unmovedNames(earlier, columns)
    const moved = [...movedNames(earlier, columns, sameTable)].filter((name) => !still.has(name))
    return carryIds(earlier, columns, fresh, new Set([...moved, ...taken, ...exchanged]), origins)
  }
  const placed = new Map(earlier.map(({ id }, index) => [oldPlaces[index], id]))
  const loose = columns.filter((_, index) => !isPlaced(places[index]))
  const looseBefore = earlier.filter((_, index) => !isPlaced(oldPlaces[index]))
  const looseIds = carryIds(looseBefore, loose, fresh, movedNames(looseBefore, loose, false), origins)
  const byName = new Map(loose.map(({ name }, index) => [name, looseIds[index]]))
  return columns.map(({ name }, index) => byName.get(name) ?? placed.get(places[index] ?? null) ?? fresh(name))
}

const nothing: TableNote = ['', null, null, []]

function isPlaced(place: number | null | undefined): place is number {
  return typeof place === 'number'
}

/** The table of the look before that each table is: by number, else by name where the number speaks for no other. */
function sourcesOf(
  tables: readonly Table[],
  known: LiveSchema | null,
  numbers: ReadonlyMap<string, string | null>,
): Map<Table, Table> {
  const earlier = known?.tables ?? []
  const byName = new Map(earlier.map((table) => [table.name, table]))
  const byNumber = new Map(
    notesOf(known).flatMap(([name, number]) => (number === null ? [] : [[number, byName.get(name)] as const])),
  )
  const sources = new Map<Table, Table>()
  const claimed = new Set<Table>()
  const claim = (table: Table, source: Table | undefined) => {
    if (source === undefined || sources.has(table) || claimed.has(source)) return
    sources.set(table, source)
    claimed.add(source)
  }
  for (const table of tables) claim(table, byNumber.get(numbers.get(table.name) ?? ''))
  for (const table of tables) claim(table, byName.get(table.name))
  return sources
}

function notesOf(known: LiveSchema | null): readonly TableNote[] {
  return Array.isArray(known?.details) ? (known.details as TableNote[]) : []
}

function made(parts: readonly string[]): string {
  return `n:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)}`
}
