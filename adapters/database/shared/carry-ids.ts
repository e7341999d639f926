import { createHash } from 'node:crypto'
import { uncertainId } from '../../../lib/schema/origin.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'

/** What carrying needs of a table or a column. */
interface Item {
  readonly id: string | null
  readonly name: string
}

/**
 * Identities for things an engine gives none: carried from the look before under an unchanged name; what is new gets a fresh
 * one, or an uncertain one when something went in the same look. When names both came and went and those that stayed changed
 * places, the ones that moved are uncertain too: `id` → `id_old`, `id_new` → `id` leaves an `id` that is another column.
 *
 * @param fresh makes an id from a name; the same name gives the same id
 * @param orderIsFixed no statement moves a column, so that names which changed places are names that were exchanged
 */
export function carryIds(
  earlier: readonly Item[],
  now: readonly Item[],
  fresh: (name: string) => string,
  orderIsFixed = false,
): readonly string[] {
  const before = new Map(earlier.map((item) => [item.name, item]))
  const names = new Set(now.map(({ name }) => name))
  const vanished = earlier.filter(({ name }) => !names.has(name))
  const stayed = now.filter(({ name }) => before.has(name))
  const places = new Map(earlier.filter(({ name }) => names.has(name)).map(({ name }, index) => [name, index]))
  const isShuffled = orderIsFixed || (vanished.length > 0 && stayed.length < now.length)
  const moved = new Set(isShuffled ? stayed.filter(({ name }, index) => places.get(name) !== index).map(({ name }) => name) : [])
  const doubtful = earlier.flatMap(({ id, name }) => (id !== null && (!names.has(name) || moved.has(name)) ? [id] : []))
  return now.map(({ name }) => {
    const id = before.get(name)?.id ?? null
    if (id !== null && !moved.has(name)) return id
    return doubtful.length === 0 ? fresh(name) : uncertainId(fresh(name), doubtful)
  })
}

/** The engine's own number of a table, by name; it stays when the table is renamed and changes when it is made anew. */
export type TableNumbers = readonly (readonly [name: string, number: string | null])[]

/**
 * Gives every table and column an identity on an engine that numbers tables (perhaps not for this account) and nothing else.
 * A number found under another name proves a rename; else names are carried. Columns go by their names alone.
 */
export function carryTableIds(tables: readonly Table[], previous: LiveSchema | null, scope: string): LiveSchema['tables'] {
  const known = previous !== null && previous.scope === scope ? previous : null
  const numbers = new Map(tables.map(({ name, id }) => [name, id]))
  const sources = sourcesOf(tables, known, numbers)
  const claimed = new Set(sources.values())
  const vanished = (known?.tables ?? []).filter((table) => !claimed.has(table))
  const before = new Map(numbersOf(known))
  return tables.map((table) => {
    const source = sources.get(table)
    const fresh = made([scope, table.name, numbers.get(table.name) ?? ''])
    // Two numbers that differ are two tables.
    const suspects = vanished.flatMap(({ id, name }) =>
      id === null || (numbers.get(table.name) && before.get(name)) ? [] : [id],
    )
    const id = source?.id ?? (suspects.length === 0 ? fresh : uncertainId(fresh, suspects))
    const ids = carryIds(source?.columns ?? [], table.columns, (name) => made([id, name]))
    return { ...table, id, columns: table.columns.map((column, index) => ({ ...column, id: ids[index] ?? null })) }
  })
}

/** What the next look needs to know: kept in {@link LiveSchema.details}. */
export function tableNumbers(tables: readonly Table[]): TableNumbers {
  return tables.map(({ name, id }) => [name, id] as const)
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
    numbersOf(known).flatMap(([name, number]) => (number === null ? [] : [[number, byName.get(name)] as const])),
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

function numbersOf(known: LiveSchema | null): TableNumbers {
  return Array.isArray(known?.details) ? (known.details as TableNumbers) : []
}

function made(parts: readonly string[]): string {
  return `n:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)}`
}
