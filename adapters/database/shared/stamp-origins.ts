import { soleStamps } from '../../../lib/contract/stamps.js'
import type { Column, LiveSchema } from '../../../lib/schema/table.js'

/** Table → column → the key in its comment. */
export type StampsByName = ReadonlyMap<string, ReadonlyMap<string, string>>

type Named = Pick<Column, 'id' | 'name'>

/** Tells of a table's columns which one of the look before each is by its key: column name → identity. */
export type Origins = (
  table: string,
  earlier: readonly Named[],
  now: readonly Pick<Column, 'name'>[],
) => ReadonlyMap<string, string>

/** @param stamps of this look */
export function originsSince(previous: LiveSchema | null, stamps: StampsByName): Origins {
  const before = soleStamps(previous?.stamps)
  const shared = sharedKeys(stamps)
  return (table, earlier, now) => {
    const keys = [...(stamps.get(table) ?? [])].filter(([, key]) => !shared.has(key))
    return credible(new Map(keys.flatMap(([name, key]) => originOf(name, before.get(key), earlier))), earlier, now)
  }
}

function originOf(name: string, id: string | undefined, earlier: readonly Named[]): [string, string][] {
  return id !== undefined && earlier.some((column) => column.id === id) ? [[name, id]] : []
}

/**
 * Where all names stand as they stood, no column was renamed: keys that moved all the same were moved by somebody who edited
 * comments, unless they went round.
 */
function credible(
  origins: ReadonlyMap<string, string>,
  earlier: readonly Named[],
  now: readonly Pick<Column, 'name'>[],
): ReadonlyMap<string, string> {
  const isStill = earlier.length === now.length && earlier.every(({ name }, index) => now[index]?.name === name)
  const own = new Map(earlier.map(({ id, name }) => [name, id]))
  const moved = [...origins].filter(([name, id]) => own.get(name) !== id)
  const targets = new Set(moved.map(([name]) => own.get(name)))
  const isRound = moved.every(([, id]) => targets.has(id))
  return isStill && !isRound ? new Map([...origins].filter(([name, id]) => own.get(name) === id)) : origins
}

function sharedKeys(stamps: StampsByName): ReadonlySet<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()]
  for (const columns of stamps.values()) {
    for (const key of columns.values()) (seen.has(key) ? shared : seen).add(key)
  }
  return shared
}

/** {@link LiveSchema.stamps} */
export function stampsById(tables: LiveSchema['tables'], stamps: StampsByName): Record<string, string> {
  const found = tables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => {
      const key = stamps.get(name)?.get(column.name)
      return key === undefined || column.id === null ? [] : [[column.id, key] as const]
    }),
  )
  return Object.fromEntries(found)
}
