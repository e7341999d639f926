import type { Column } from '../../../lib/schema/table.js'

type Typed = Pick<Column, 'name' | 'nativeType' | 'nullable'>

/**
 * Names that stayed and changed places, when something came: `id` → `id_old`, `id_new` → `id` leaves an `id` that is another column.
 *
 * @param orderIsFixed no statement moves a column, so that names which changed places are names that were exchanged
 */
export function movedNames(
  earlier: readonly Pick<Column, 'name'>[],
  now: readonly Pick<Column, 'name'>[],
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
