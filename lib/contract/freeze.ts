import { type Column, isRequiredOnInsert, type Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'
import { type Names, namesFrom, renameTable } from './contract-names.js'
import { isSettled } from './holds.js'
import type { Identity } from './identities.js'
import type { Withhold } from './merge.js'
import { byName } from './order.js'
import { type Taken, takenTables } from './taken.js'

export interface Frozen {
  /** With logical ids, sorted by name. */
  readonly tables: Table[]
  /** Of what has an engine identity. */
  readonly identities: Identity[]
}

/** Makes a contract of a live schema: every table and column gets a logical id. Tables that cannot be described are left out. */
export function freezeSchema(live: readonly Table[], nextId: () => string): Frozen {
  const identities: Identity[] = []
  const freeze = stamper(nextId, identities)
  const tables = live
    .filter(isDescribed)
    .toSorted(byName)
    .map((table) => freeze(table, () => null))
  return { tables, identities }
}

/**
 * Takes the live schema over, whole or only some tables. What is bound keeps its logical id, also under a new name; what is new
 * gets one; tables not taken stay as they were, but their foreign keys follow a taken table to its new name. A table that cannot
 * be described keeps its shape, if under a new name. A table whose name a chosen one takes over is taken along (see {@link takenTables}).
 *
 * @param only contract or live names; null for everything
 * @param withhold keeps new columns out of tables that are not named in `only`, and with them a new table that cannot do without
 */
export function promoteSchema(
  contract: readonly Table[],
  binding: SchemaBinding,
  only: ReadonlySet<string> | null,
  nextId: () => string,
  withhold: Withhold = () => false,
): Frozen {
  const taken = takenTables(binding, only)
  const names = promotedNames(binding, taken)
  const identities: Identity[] = []
  const freeze = stamper(nextId, identities)
  const byContract = new Map(binding.tables.map((table) => [table.contract.name, table]))
  const promised = contract.flatMap((table) => {
    const bound = byContract.get(table.name)
    if (bound === undefined || !taken.tables.has(bound)) return [renameTable(table, names.ofContract)]
    if (bound.live === null || isOther(bound)) return []
    if (!isDescribed(bound.live)) return [renameTable(table, names.ofContract)]
    const logical = logicalIds(bound)
    const shape = takenOver(bound, bound.live, taken.isNamed(bound) ? () => false : withhold)
    const frozen = freeze(renameTable(shape, names.ofLive), (column) =>
      column === null ? table.id : (logical.get(column.name) ?? null),
    )
    return [withHidden(frozen, table, bound.live)]
  })
  const added = [...taken.added, ...newcomers(taken)]
    .flatMap((table) => (taken.isNamed(table) ? [table] : withoutWithheld(table, withhold)))
    .map((table) => freeze(renameTable(table, names.ofLive), () => null))
  return { tables: [...promised, ...added].sort(byName), identities }
}

/** Whether promoting what is live says nothing of what the contract had: a newcomer of another shape, or a guess of another shape. */
function isOther({ doubtful, isAmbiguous }: TableBinding): boolean {
  return doubtful === true || isAmbiguous === true
}

/** Tables of another shape under a promised name: other things, of which no earlier version says anything. */
function newcomers({ tables }: Taken): Table[] {
  const known = new Set([...tables].flatMap((bound) => (isOther(bound) ? [] : (bound.live ?? []))))
  return [...tables].flatMap(({ live }) => (live === null || known.has(live) || !isDescribed(live) ? [] : [live]))
}

function isDescribed(table: Table): boolean {
  return table.columns.length > 0
}

/** Gives ids to a live table and its columns, the known ones where `logicalOf` has one (null asks for the table), and notes the pairs. */
function stamper(
  nextId: () => string,
  identities: Identity[],
): (table: Table, logicalOf: (column: Column | null) => string | null) => Table {
  const stamp = (engineId: string | null, known: string | null) => {
    const id = known ?? nextId()
    if (engineId !== null) identities.push([id, engineId])
    return id
  }
  return ({ hidden: _, ...table }, logicalOf) => ({
    ...table,
    id: stamp(table.id, logicalOf(null)),
    columns: table.columns.map((column) => ({ ...column, id: stamp(column.id, logicalOf(column)) })),
  })
}

/** Names in the promoted contract, from live names and from the contract's names so far. */
function promotedNames({ tables }: SchemaBinding, taken: Taken): { ofLive: Names; ofContract: Names } {
  const [chosen, kept] = [[...taken.tables], tables.filter((table) => !taken.tables.has(table))]
  return {
    ofLive: namesFrom(
      kept,
      ({ contract, live }) => [live, contract],
      ({ contract, live }) => [live, contract],
    ),
    ofContract: namesFrom(
      chosen,
      ({ contract, live }) => [contract, live],
      ({ contract, live }) => [contract, live],
    ),
  }
}

/**
 * The live table without the columns that are neither bound nor to be added, and without keys on those. Where that is the primary
 * key, the promised one stays.
 */
function takenOver(bound: TableBinding, live: Table, withhold: Withhold): Table {
  const { contract, columns, added } = bound
  const fresh = added.filter((column) => !withhold(contract, column))
  const taken = new Set([...columns.flatMap((column) => [column.live?.name, column.movedTo]), ...fresh.map(({ name }) => name)])
  const table = withoutKeysOnOthers({ ...live, columns: live.columns.filter(({ name }) => taken.has(name)) })
  return live.primaryKey === null || table.primaryKey !== null ? table : { ...table, primaryKey: promisedKey(bound) }
}

/** The contract's primary key in live names; null when a column of it is gone. */
function promisedKey({ contract, columns }: TableBinding): readonly string[] | null {
  const liveNames = new Map(columns.map((column) => [column.contract.name, column.live?.name]))
  const key = contract.primaryKey?.flatMap((name) => liveNames.get(name) ?? [])
  return key !== undefined && key.length === contract.primaryKey?.length ? key : null
}

/** A new table without its withheld columns; nothing of it when those are needed to insert or to name a row. */
function withoutWithheld(table: Table, withhold: Withhold): Table[] {
  const columns = table.columns.filter((column) => !withhold(table, column))
  if (withhold(table, null) || columns.length === 0) return []
  if (columns.length === table.columns.length) return [table]
  const left = withoutKeysOnOthers({ ...table, columns })
  const isNeeded = table.columns.some((column) => !columns.includes(column) && isRequiredOnInsert(column))
  return (table.kind === 'table' && isNeeded) || (left.primaryKey === null && table.primaryKey !== null) ? [] : [left]
}

/** Drops keys on columns that the table does not have. */
export function withoutKeysOnOthers(table: Table): Table {
  const present = new Set(table.columns.map(({ name }) => name))
  const isWhole = (columns: readonly string[]) => columns.every((name) => present.has(name))
  return {
    ...table,
    primaryKey: table.primaryKey !== null && isWhole(table.primaryKey) ? table.primaryKey : null,
    uniqueKeys: table.uniqueKeys.filter(({ columns }) => isWhole(columns)),
    foreignKeys: table.foreignKeys.filter(({ columns }) => isWhole(columns)),
  }
}

/** What may not be read now keeps its promised shape: it is not known to have changed. */
function withHidden(frozen: Table, promised: Table, { hidden = [] }: Table): Table {
  const taken = new Set(frozen.columns.map(({ name }) => name))
  const kept = promised.columns.filter(({ name }) => hidden.includes(name) && !taken.has(name))
  return kept.length === 0 ? frozen : { ...frozen, columns: [...frozen.columns, ...kept] }
}

/**
 * Live column name → logical id. What took a name over is another thing, which no consumer of an earlier version asked for: they are
 * answered by what they asked for, where it is known what that is called now. So is a guess among several, until somebody says.
 */
function logicalIds({ columns }: TableBinding): ReadonlyMap<string, string> {
  return new Map(
    columns.flatMap(({ contract, live, relation, hasSameValues, evidence, movedTo, isAmbiguous }) => {
      const isOther = (relation === 'replaced' && hasSameValues !== true) || isAmbiguous === true
      const name = isOther ? (isSettled(evidence) ? movedTo : undefined) : live?.name
      return contract.id === null || name === undefined ? [] : [[name, contract.id] as const]
    }),
  )
}
