import type { Table } from '../schema/table.js'
import type { Resolution, StoredResolution } from './resolution.js'
import { nameKey, type OperatorWords } from './words.js'

/** Everything an operator said, in the names of one contract. */
export interface Said {
  readonly words: OperatorWords
  /** Additions that nobody is to see: by {@link nameKey} of the contract's table (a new one: the database's) and the database's column. */
  readonly declined: ReadonlySet<string>
  /** Scopes of databases that are said to be the one that was promised. */
  readonly acceptedScopes: ReadonlySet<string>
}

/**
 * Config entries, and over them what was settled at run time, as it reads in `contract`: a thing is known by its logical id, so that
 * what was said of it holds for versions that call it otherwise.
 *
 * @param current the tables of the contract that config entries name
 */
export function saidOf(
  config: OperatorWords,
  stored: readonly StoredResolution[],
  contract: readonly Table[],
  current: readonly Table[] = contract,
): Said {
  const nameOf = namesIn(contract)
  const said = copyOf(config, (table, column) => nameOf(table, column, idsOf(current, table, column)))
  for (const { resolution } of stored) apply(said, resolution, nameOf)
  return said
}

export interface Ids {
  readonly table: string | null
  readonly column: string | null
}

/** The logical ids of a table and, unless null, a column by their names; null for what is not there. */
export function idsOf(contract: readonly Table[], table: string, column: string | null): Ids {
  const found = contract.find(({ name }) => name === table)
  return { table: found?.id ?? null, column: found?.columns.find(({ name }) => name === column)?.id ?? null }
}

type NameOf = (table: string, column: string | null, ids: Ids) => readonly [table: string, column: string | null]

/** What the thing is called in a contract; its own names where the contract does not know it. */
function namesIn(contract: readonly Table[]): NameOf {
  const tables = new Map(contract.map((table) => [table.id, table]))
  return (table, column, ids) => {
    const found = ids.table === null ? undefined : tables.get(ids.table)
    const named = ids.column === null ? undefined : found?.columns.find(({ id }) => id === ids.column)
    return [found?.name ?? table, named?.name ?? column]
  }
}

/** {@link Said} while it is put together. */
interface Draft {
  readonly words: {
    readonly renames: { readonly tables: Map<string, string>; readonly columns: Map<string, Map<string, string>> }
    readonly refuted: { readonly tables: Map<string, Set<string>>; readonly columns: Map<string, Map<string, Set<string>>> }
    readonly byName: Set<string>
    readonly sameValues: Map<string, string | null>
    readonly standIns: Map<string, Map<string, unknown>>
    readonly trustLikelyRenames: boolean
  }
  readonly declined: Set<string>
  readonly acceptedScopes: Set<string>
}

function copyOf(config: OperatorWords, named: (table: string, column: string | null) => readonly [string, string | null]): Draft {
  const draft: Draft = {
    words: {
      renames: { tables: new Map(), columns: new Map() },
      refuted: { tables: new Map(), columns: new Map() },
      byName: new Set(),
      sameValues: new Map(),
      standIns: new Map(),
      trustLikelyRenames: config.trustLikelyRenames,
    },
    declined: new Set(),
    acceptedScopes: new Set(),
  }
  for (const [table, to] of config.renames.tables) rename(draft, named(table, null), to)
  for (const [table, columns] of config.renames.columns) {
    for (const [column, to] of columns) rename(draft, named(table, column), to)
  }
  for (const [table, columns] of config.standIns) {
    for (const [column, value] of columns) standIn(draft, named(table, column), value)
  }
  return draft
}

function apply(draft: Draft, resolution: Resolution, nameOf: NameOf): void {
  if (resolution.kind === 'accept-database') {
    draft.acceptedScopes.add(resolution.scope)
    return
  }
  const named = nameOf(resolution.table, resolution.column, resolution.ids)
  if (resolution.kind === 'decline') draft.declined.add(nameKey(named[0], resolution.column))
  else if (resolution.kind === 'stand-in') standIn(draft, named, resolution.value)
  else if (resolution.kind === 'same-values') draft.words.sameValues.set(nameKey(...named), resolution.newcomer)
  else if (resolution.kind === 'confirm-rename') rename(draft, named, resolution.to)
  else if (resolution.kind === 'refute-rename') refute(draft, named, resolution.to)
  else keepName(draft, named)
}

type Named = readonly [table: string, column: string | null]

/** Promoted since, a rename says nothing any more: the contract has the new name. */
function rename({ words }: Draft, [table, column]: Named, to: string): void {
  if (to === (column ?? table)) return
  words.byName.delete(nameKey(table, column))
  if (column === null) {
    words.refuted.tables.get(table)?.delete(to)
    words.renames.tables.set(table, to)
  } else {
    words.refuted.columns.get(table)?.get(column)?.delete(to)
    inner(words.renames.columns, table).set(column, to)
  }
}

function refute({ words }: Draft, [table, column]: Named, to: string): void {
  if (column === null) {
    if (words.renames.tables.get(table) === to) words.renames.tables.delete(table)
    words.refuted.tables.set(table, new Set([...(words.refuted.tables.get(table) ?? []), to]))
  } else {
    const renamed = words.renames.columns.get(table)
    if (renamed?.get(column) === to) renamed.delete(column)
    const refuted = inner(words.refuted.columns, table)
    refuted.set(column, new Set([...(refuted.get(column) ?? []), to]))
  }
}

function keepName({ words }: Draft, [table, column]: Named): void {
  if (column === null) words.renames.tables.delete(table)
  else words.renames.columns.get(table)?.delete(column)
  words.byName.add(nameKey(table, column))
}

function standIn({ words }: Draft, [table, column]: Named, value: unknown): void {
  if (column === null) return
  if (value === null) words.standIns.get(table)?.delete(column)
  else inner(words.standIns, table).set(column, value)
}

function inner<T>(outer: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const found = outer.get(key) ?? new Map<string, T>()
  outer.set(key, found)
  return found
}
