import { createHash } from 'node:crypto'
import { uncertainId } from '../../../lib/schema/origin.js'
import type { Column, LiveSchema, Table } from '../../../lib/schema/table.js'
import { originsSince, type StampsByName } from './stamp-origins.js'

/** What carrying needs of a table or a column. */
interface Item {
  readonly id: string | null
  readonly name: string
}

type Typed = Pick<Column, 'name' | 'nativeType' | 'nullable'>

/**
 * Identities for things an engine gives none: carried from the look before under an unchanged name, unless it is in doubt; what
 * is new gets a fresh one, and an uncertain one, as what is in doubt does, when it may be what went or is in doubt.
 *
 * @param fresh makes an id from a name; the same name gives the same id
 * @param doubted names that stayed but may be other things now
 * @param origins which earlier thing some are for certain, whatever they are called: name → id
 */
export function carryIds(
  earlier: readonly Item[],
  now: readonly Item[],
  fresh: (name: string) => string,
  doubted: ReadonlySet<string>,
  origins: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const before = new Map(earlier.map((item) => [item.name, item]))
  const names = new Set(now.map(({ name }) => name))
  const placed = new Set(origins.values())
  const doubtful = earlier.flatMap(({ id, name }) =>
    id !== null && !placed.has(id) && (!names.has(name) || doubted.has(name)) ? [id] : [],
  )
  return now.map(({ name }) => {
    const id = before.get(name)?.id ?? null
    const origin = origins.get(name)
    const isSame = origin === undefined ? id !== null && !doubted.has(name) && !placed.has(id) : origin === id
    if (isSame && id !== null) return id
    const suspects = origin === undefined ? doubtful : [origin]
    return suspects.length === 0 ? fresh(name) : uncertainId(fresh(name), suspects)
  })
}

/**
 * Names that stayed and changed places, when something came: `id` → `id_old`, `id_new` → `id` leaves an `id` that is another column.
 *
 * @param orderIsFixed no statement moves a column, so that names which changed places are names that were exchanged
 */
export function movedNames(
  earlier: readonly Pick<Item, 'name'>[],
  now: readonly Pick<Item, 'name'>[],
  orderIsFixed: boolean,
): ReadonlySet<string> {
  const [old, names] = [namesOf(earlier), namesOf(now)]
  const stayed = now.filter(({ name }) => old.has(name))
  if (!orderIsFixed && stayed.length === now.length) return new Set()
  const places = new Map(earlier.filter(({ name }) => names.has(name)).map(({ name }, index) => [name, index]))
  return new Set(stayed.filter(({ name }, index) => places.get(name) !== index).map(({ name }) => name))
}

/**
 * Names that stayed where they were, beside a newcomer that may have had the name: after `a` → `a_old` and a new `a` behind it, or
 * `a_new` → `a`, there is a newcomer of the type of `a` right before `a`, where ADD COLUMN seldom puts one; after
 * `a_new` → `a` of an `a_new` that stood before `a`, one right behind it and one gone before it. An addition elsewhere, a drop
 * and a rename alone leave all neighbours alone, though each could be several statements too.
 */
export function takenNames(earlier: readonly Typed[], now: readonly Typed[]): ReadonlySet<string> {
  const [old, names] = [namesOf(earlier), namesOf(now)]
  const types = new Map(earlier.map((column) => [column.name, typeOf(column)]))
  const taken = now.filter((column, index) => {
    const type = types.get(column.name)
    if (type === undefined) return false
    const isOfType = (other: Typed) => typeOf(other) === type
    const place = earlier.findIndex(({ name }) => name === column.name)
    const came = runOf(now.slice(0, index).reverse(), old)
    const went = runOf(earlier.slice(0, place).reverse(), names)
    const cameBehind = runOf(now.slice(index + 1), old)
    const wentBehind = runOf(earlier.slice(place + 1), names)
    // As many that went explain the newcomers: they were renamed where they stand.
    if (came.length > went.length && came.some(isOfType)) return true
    return (
      went.length > came.length &&
      cameBehind.length > wentBehind.length &&
      cameBehind.some(isOfType) &&
      went.some((other) => typeOf(other) === typeOf(column))
    )
  })
  return namesOf(taken)
}

/**
 * Names that stand where a column of another name and type stood, of which they have the type now: what exchanging names leaves behind. The
 * same can be a column that was moved and changed its type, which nobody can tell from it.
 */
export function exchangedNames(earlier: readonly Typed[], now: readonly Typed[]): ReadonlySet<string> {
  const types = new Map(earlier.map((column) => [column.name, typeOf(column)]))
  const places = new Map(earlier.map(({ name }, index) => [name, index]))
  return namesOf(
    now.filter((column, index) => {
      const [own, stood] = [types.get(column.name), earlier[index]]
      if (own === undefined || stood === undefined || places.get(column.name) === index) return false
      return own !== typeOf(column) && typeOf(stood) === typeOf(column)
    }),
  )
}

/**
 * Names that stand where they stood behind others that do, or that only newcomers of the same type replace: renames, and additions
 * behind them, moved none of these, though columns changed places with them that stand elsewhere now.
 */
export function unmovedNames(earlier: readonly Typed[], now: readonly Typed[]): ReadonlySet<string> {
  const old = namesOf(earlier)
  const end = now.findIndex((column, index) => {
    const stood = earlier[index]
    if (stood === undefined) return true
    return column.name !== stood.name && (old.has(column.name) || column.nativeType !== stood.nativeType)
  })
  return namesOf(now.slice(0, end === -1 ? now.length : end).filter(({ name }) => old.has(name)))
}

/** What RENAME keeps. */
function typeOf({ nativeType, nullable }: Typed): string {
  return `${nativeType} ${nullable}`
}

/** The first ones, as far as none of them is in `others`. */
function runOf<T extends { readonly name: string }>(columns: readonly T[], others: ReadonlySet<string>): readonly T[] {
  const end = columns.findIndex(({ name }) => others.has(name))
  return end === -1 ? columns : columns.slice(0, end)
}

function namesOf(items: readonly { readonly name: string }[]): Set<string> {
  return new Set(items.map(({ name }) => name))
}

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
