import { isUncertain } from '../schema/origin.js'
import type { Column, Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'
import { silentChecks } from './check-differences.js'
import { contractNames, renameTable } from './contract-names.js'
import { gradeDifference } from './diff.js'
import { type Difference, type Sides, sidesOf } from './difference.js'
import { tableDifferences } from './differences.js'
import { withoutKeysOnOthers } from './freeze.js'
import type { Identity } from './identities.js'
import { silentKeys } from './key-differences.js'
import { byName, compareText } from './order.js'
import { ruleOf } from './rules.js'
import type { Change } from './types.js'

export interface Merged {
  /** The contract with what was merged, sorted by name. */
  readonly tables: Table[]
  /** What was merged. */
  readonly merged: readonly Change[]
  /** Additive changes that were not, each with `withheld`: the reason. */
  readonly withheld: readonly Change[]
  /** Logical id → engine identity of what is new. */
  readonly identities: Identity[]
}

/** Says of an added table (`column` null), or of a column that is added, that an operator must see it first. */
export type Withhold = (table: Table, column: Column | null) => boolean

/**
 * What mode `auto` makes of additive drift, also on tables that have breaking drift elsewhere. A column with breaking drift keeps
 * its promised shape whole. Comparing again afterwards finds exactly the changes that were not merged.
 *
 * A new table comes without its withheld columns, which then are additions to it; where it cannot do without them, it waits.
 *
 * @param changes of `diffSchema(binding)`; only those that are additive and among these are merged
 */
export function mergeAdditive(
  contract: readonly Table[],
  binding: SchemaBinding,
  changes: readonly Change[],
  nextId: () => string,
  withhold: Withhold,
): Merged {
  const context = { all: binding, changes: changesByTable(changes), withhold }
  const bindings = new Map(binding.tables.map((table) => [table.contract.name, table]))
  const known = contract.map((table) => mergeTable(table, bindings.get(table.name), context))
  const added = binding.added.map((table) => mergeNewTable(table, context))
  const identities: Identity[] = []
  const tables = [...known, ...added].flatMap(({ table, fresh }) =>
    table === null ? [] : [withIds(table, fresh, nextId, identities)],
  )
  const outcomes = [...known, ...added]
  return {
    tables: tables.sort(byName),
    merged: outcomes.flatMap(({ merged }) => merged),
    withheld: outcomes.flatMap(({ withheld }) => withheld),
    identities,
  }
}

interface Context {
  readonly all: SchemaBinding
  readonly changes: ReadonlyMap<string, readonly Change[]>
  readonly withhold: Withhold
}

interface Outcome {
  /** null: not part of the contract. */
  readonly table: Table | null
  /** What still needs a logical id and has the engine's: the names of new columns, and null for the table itself. */
  readonly fresh: ReadonlySet<string | null>
  readonly merged: readonly Change[]
  readonly withheld: readonly Change[]
}

const nothingNew: ReadonlySet<string | null> = new Set()

function mergeTable(table: Table, binding: TableBinding | undefined, context: Context): Outcome {
  const own = context.changes.get(table.name) ?? []
  const additive = own.filter((change) => change.class === 'additive')
  if (binding === undefined || additive.length === 0) return { table, fresh: nothingNew, merged: [], withheld: [] }
  const found = tableDifferences(binding, context.all)
  const sides = sidesOf(binding, context.all)
  const review = additive.filter((change) => needsReview(change, binding, context))
  const isMerged = (change: Change) => !review.includes(change) && !isHeldBack(change, own, review, sides)
  const merged = additive.filter((change) => isMerged(change) && found.some((one) => one.merge !== null && isOf(change, one)))
  const chosen = found.filter((one) => one.merge !== null && merged.some((change) => isOf(change, one)))
  const draft = chosen.length === 0 ? table : accept(table, chosen, sides)
  const rest = found.filter((one) => !chosen.includes(one))
  // A key that spans what was merged and what was not can read differently afterwards: then nothing of this table is merged.
  const isExact = sameDifferences(tableDifferences(rebound(binding, draft), context.all), rest)
  const reasoned = (change: Change): Change => ({
    ...change,
    withheld: review.includes(change) ? 'needs-review' : 'table-drifts',
  })
  if (!isExact) return { table, fresh: nothingNew, merged: [], withheld: additive.map(reasoned) }
  const fresh = new Set(merged.filter(({ kind }) => kind === 'column-added').map(({ column }) => column))
  return { table: draft, fresh, merged, withheld: additive.filter((change) => !merged.includes(change)).map(reasoned) }
}

function needsReview(change: Change, { contract, added }: TableBinding, { withhold }: Context): boolean {
  const column = change.kind === 'column-added' ? added.find(({ name }) => name === change.column) : undefined
  return column !== undefined && withhold(contract, column)
}

/**
 * Nothing is merged from a table that is only guessed to be the promised one. A column with breaking drift keeps its shape whole;
 * a view becomes a table only as a whole, and a primary key comes only with all its columns.
 */
function isHeldBack(change: Change, own: readonly Change[], review: readonly Change[], { live, fresh }: Sides): boolean {
  const breaking = own.filter((other) => other.class === 'breaking')
  if (breaking.some((other) => other.column === null && other.hold === 'unservable')) return true
  // It may be what went, under a new name.
  const isSuspect = isUncertain(live.columns.find(({ name }) => name === change.column)?.id ?? null)
  if (
    change.kind === 'column-added' &&
    (isSuspect || breaking.some((other) => other.evidence === 'likely' && other.hold !== 'mapped'))
  )
    return true
  if (change.kind === 'view-became-table') return breaking.length > 0 || review.length > 0
  if (change.kind === 'primary-key-added') {
    const coming = own.filter((other) => other.kind === 'column-added' && !review.includes(other)).map(({ column }) => column)
    return (live.primaryKey ?? []).some((name) => fresh.has(name) && !coming.includes(name))
  }
  return (
    ruleOf(change.kind).about === 'column' &&
    breaking.some((other) => other.column === change.column && ruleOf(other.kind).about === 'column')
  )
}

/** Applies differences, and takes along the keys and checks that ask nothing of writers who know only the contract. */
function accept(table: Table, chosen: readonly Difference[], sides: Sides): Table {
  const draft = chosen.toSorted(tableFirst).reduce((so, { merge }) => (merge === null ? so : merge(so)), table)
  if (sides.readOnly) return withoutKeysOnOthers(draft)
  const present = new Set(draft.columns.map(({ name }) => name))
  const isWhole = ({ columns }: { readonly columns: readonly string[] }) => columns.every((name) => present.has(name))
  const { uniqueKeys, foreignKeys } = silentKeys(sides)
  return {
    ...draft,
    uniqueKeys: [...draft.uniqueKeys, ...uniqueKeys.filter(isWhole)].sort(byName),
    foreignKeys: [...draft.foreignKeys, ...foreignKeys.filter(isWhole)].sort(byName),
    checks: [...draft.checks, ...silentChecks(sides, present)].sort(byName),
  }
}

function tableFirst(a: Difference, b: Difference): number {
  return Number(a.column !== null) - Number(b.column !== null)
}

/** The same live table under a contract that has more of it. */
function rebound(binding: TableBinding, contract: Table): TableBinding {
  const bound = new Map(binding.columns.map((column) => [column.contract.name, column]))
  const added = new Map(binding.added.map((column) => [column.name, column]))
  const columns = contract.columns.map((column) => {
    const known = bound.get(column.name)
    if (known !== undefined) return { ...known, contract: column }
    return { contract: column, live: added.get(column.name) ?? null, relation: 'same', evidence: 'none' } as const
  })
  const names = new Set(contract.columns.map(({ name }) => name))
  return { ...binding, contract, columns, added: binding.added.filter(({ name }) => !names.has(name)) }
}

function mergeNewTable(live: Table, context: Context): Outcome {
  const change = context.changes.get(live.name)?.find(({ kind }) => kind === 'table-added' || kind === 'view-added')
  if (change === undefined || change.class !== 'additive') return { table: null, fresh: nothingNew, merged: [], withheld: [] }
  const waits: Outcome = { table: null, fresh: nothingNew, merged: [], withheld: [{ ...change, withheld: 'needs-review' }] }
  // It may be a table that went, under a new name.
  if (isUncertain(live.id)) return { ...waits, withheld: [{ ...change, withheld: 'table-drifts' }] }
  if (context.withhold(live, null)) return waits
  const { hidden: _, ...named } = renameTable(live, contractNames(context.all))
  const columns = named.columns.filter((column) => !context.withhold(live, column))
  if (columns.length === 0) return waits
  const table = withoutKeysOnOthers({ ...named, columns })
  const binding = { contract: table, live, relation: 'same', evidence: 'none', columns: [], added: live.columns } as const
  const left = tableDifferences(rebound(binding, table), context.all).map((one) => gradeDifference(one, {}))
  if (left.some((one) => one.kind !== 'column-added')) return waits
  const fresh = new Set([null, ...columns.map(({ name }) => name)])
  return { table, fresh, merged: [change], withheld: left.map((one) => ({ ...one, withheld: 'needs-review' })) }
}

/** Gives logical ids to what is new; it still has the engine's. */
function withIds(table: Table, fresh: ReadonlySet<string | null>, nextId: () => string, identities: Identity[]): Table {
  if (fresh.size === 0) return table
  const idOf = (name: string | null, engineId: string | null) => {
    if (!fresh.has(name)) return engineId
    const id = nextId()
    if (engineId !== null) identities.push([id, engineId])
    return id
  }
  return {
    ...table,
    id: idOf(null, table.id),
    columns: table.columns.map((column) => ({ ...column, id: idOf(column.name, column.id) })),
  }
}

function changesByTable(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const found = new Map<string, Change[]>()
  for (const change of changes) found.set(change.table, [...(found.get(change.table) ?? []), change])
  return found
}

type Recognised = Pick<Change, 'kind' | 'table' | 'column' | 'before' | 'after'>

function isOf(change: Change, found: Difference): boolean {
  return keyOf(change) === keyOf(found)
}

function keyOf({ kind, table, column, before, after }: Recognised): string {
  return JSON.stringify([kind, table, column, before, after])
}

function sameDifferences(a: readonly Difference[], b: readonly Difference[]): boolean {
  const keys = (found: readonly Difference[]) => found.map(keyOf).sort(compareText)
  return JSON.stringify(keys(a)) === JSON.stringify(keys(b))
}
