import type { Column, Table } from '../schema/table.js'
import type { ColumnBinding, SchemaBinding, TableBinding } from './bind.js'
import { type Names, namesFrom, renameTable } from './contract-names.js'
import { isSettled } from './holds.js'
import { byName } from './order.js'

/** What a logical id is called by the engine. */
export type Identity = [logicalId: string, engineId: string]

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
 * gets one; tables not chosen stay as they were, but their foreign keys follow a chosen table to its new name. A table that cannot
 * be described keeps its shape. A table whose name a chosen one takes over is chosen with it.
 *
 * @param only contract or live names; null for everything. Columns missing from `binding.added` are not taken over
 */
export function promoteSchema(
  contract: readonly Table[],
  binding: SchemaBinding,
  only: ReadonlySet<string> | null,
  nextId: () => string,
): Frozen {
  const isChosen = chooser(binding, only)
  const names = promotedNames(binding, isChosen)
  const identities: Identity[] = []
  const freeze = stamper(nextId, identities)
  const byContract = new Map(binding.tables.map((table) => [table.contract.name, table]))
  const promised = contract.flatMap((table) => {
    const bound = byContract.get(table.name)
    if (bound === undefined || !isChosen(bound)) return [renameTable(table, names.ofContract)]
    if (bound.live === null) return []
    const logical = logicalIds(bound)
    return [
      freeze(renameTable(takenOver(bound, bound.live), names.ofLive), (column) =>
        column === null ? table.id : (logical.get(column.name) ?? null),
      ),
    ]
  })
  const added = binding.added
    .filter(({ name }) => only === null || only.has(name))
    .map((table) => freeze(renameTable(table, names.ofLive), () => null))
  return { tables: [...promised, ...added].sort(byName), identities }
}

/** The engine identities that a binding establishes: of what is the same, what took a name over, and what is known to be renamed. */
export function identitiesOf(binding: SchemaBinding): Identity[] {
  return binding.tables.flatMap(({ contract, live, relation, evidence, doubtful, columns }) => {
    const isKnown = relation === 'same' || (relation === 'replaced' && doubtful !== true) || isSettled(evidence)
    if (live === null || !isKnown || doubtful === true) return []
    return [...pairOf(contract, live), ...columns.flatMap(identityOfColumn)]
  })
}

/** A column that was replaced keeps its old identity on record: else the next look would not see it any more. */
function identityOfColumn({ contract, live, relation, evidence }: ColumnBinding): Identity[] {
  if (live === null || relation === 'replaced') return []
  return relation === 'same' || isSettled(evidence) ? pairOf(contract, live) : []
}

function pairOf(contract: { readonly id: string | null }, live: { readonly id: string | null }): Identity[] {
  return contract.id === null || live.id === null ? [] : [[contract.id, live.id]]
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
  return (table, logicalOf) => ({
    ...table,
    id: stamp(table.id, logicalOf(null)),
    columns: table.columns.map((column) => ({ ...column, id: stamp(column.id, logicalOf(column)) })),
  })
}

function chooser(binding: SchemaBinding, only: ReadonlySet<string> | null): (table: TableBinding) => boolean {
  const candidates = binding.tables.filter(({ live }) => live === null || isDescribed(live))
  const chosen = new Set(
    candidates.filter(({ contract, live }) => only === null || only.has(contract.name) || (live !== null && only.has(live.name))),
  )
  // A set takes in what is added to it while it is walked.
  for (const { live } of chosen) {
    const evicted = candidates.find(({ contract }) => contract.name === live?.name)
    if (evicted !== undefined) chosen.add(evicted)
  }
  return (table) => chosen.has(table)
}

/** Names in the promoted contract, from live names and from the contract's names so far. */
function promotedNames(binding: SchemaBinding, isChosen: (table: TableBinding) => boolean): { ofLive: Names; ofContract: Names } {
  const [chosen, kept] = [binding.tables.filter(isChosen), binding.tables.filter((table) => !isChosen(table))]
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

/** The live table without the columns that are neither bound nor to be added, and without keys on those. */
function takenOver({ columns, added }: TableBinding, live: Table): Table {
  const taken = new Set([...columns.flatMap((column) => [column.live?.name, column.movedTo]), ...added.map(({ name }) => name)])
  return withoutKeysOnOthers({ ...live, columns: live.columns.filter(({ name }) => taken.has(name)) })
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

/** Live column name → logical id. */
function logicalIds({ columns }: TableBinding): ReadonlyMap<string, string> {
  return new Map(
    columns.flatMap(({ contract, live }) => (contract.id === null || live === null ? [] : [[live.name, contract.id] as const])),
  )
}
