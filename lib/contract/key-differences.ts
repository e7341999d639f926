import type { Column, ForeignKey, ReferentialAction, Table } from '../schema/table.js'
import { type Difference, difference, listed, type Sides, setKey } from './difference.js'

/** What became of a table's primary key, unique keys and foreign keys, matched by what they say, never by name. */
export function keyDifferences(sides: Sides): Difference[] {
  return [...primaryKeyDifference(sides), ...uniqueDifferences(sides), ...foreignKeyDifferences(sides)]
}

/** Live keys that ask nothing of writers who know only the contract: implied by a promised key, or about new columns. */
export function silentKeys(sides: Sides): Pick<Table, 'uniqueKeys' | 'foreignKeys'> {
  const known = new Set(sides.contract.uniqueKeys.map(({ columns }) => setKey(columns)))
  const references = new Set(sides.contract.foreignKeys.map(referenceKey))
  return {
    uniqueKeys: sides.live.uniqueKeys.filter(({ columns }) => !known.has(setKey(columns)) && !isConstraining(columns, sides)),
    foreignKeys: sides.live.foreignKeys.filter(
      (key) => !references.has(referenceKey(key)) && key.columns.some((name) => sides.fresh.has(name)),
    ),
  }
}

function primaryKeyDifference(sides: Sides): Difference[] {
  const [before, after] = [sides.contract.primaryKey, sides.live.primaryKey]
  const { name: table } = sides.contract
  if (before === null && after === null) return []
  if (before === null || after === null) {
    const columns = listed(before ?? after ?? [])
    if (after === null) return [difference('primary-key-removed', table, { column: columns, before: columns })]
    if (isHarmlessPrimaryKey(after, sides))
      return [difference('primary-key-added', table, { column: columns, after: columns, merge: takeKey(after) })]
    return [difference('constraining-primary-key-added', table, { column: columns, after: columns })]
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [difference('primary-key-changed', table, { column: listed(before), before: listed(before), after: listed(after) })]
}

function takeKey(primaryKey: readonly string[]): (draft: Table) => Table {
  return (draft) => ({ ...draft, primaryKey })
}

/** Writers met its conditions already: never null, and unique or supplied by the database. */
function isHarmlessPrimaryKey(columns: readonly string[], sides: Sides): boolean {
  const nullable = new Set(sides.contract.columns.filter((column) => column.nullable).map(({ name }) => name))
  return columns.every((name) => !nullable.has(name)) && !isConstraining(columns, sides)
}

function uniqueDifferences(sides: Sides): Difference[] {
  const { contract, live, gone } = sides
  const present = new Set([...live.uniqueKeys.map(({ columns }) => setKey(columns)), setKey(live.primaryKey ?? [])])
  const removed = contract.uniqueKeys.filter(
    ({ columns }) => !present.has(setKey(columns)) && !columns.some((name) => gone.has(name)),
  )
  const added = live.uniqueKeys.filter(({ columns }) => isConstraining(columns, sides))
  return [
    ...removed.map(({ columns }) => {
      const merge = (draft: Table): Table => ({
        ...draft,
        uniqueKeys: draft.uniqueKeys.filter((key) => setKey(key.columns) !== setKey(columns)),
      })
      return difference('unique-removed', contract.name, { column: listed(columns), before: listed(columns), merge })
    }),
    ...added.map(({ columns }) => difference('unique-added', contract.name, { column: listed(columns), after: listed(columns) })),
  ]
}

/** Whether uniqueness of these live columns refuses rows that the contract's keys allow. */
function isConstraining(columns: readonly string[], { contract, fresh }: Sides): boolean {
  const keys = [contract.primaryKey ?? [], ...contract.uniqueKeys.map((key) => key.columns)].filter((key) => key.length > 0)
  const isImplied = keys.some((key) => key.every((name) => columns.includes(name)))
  return !isImplied && !columns.some((name) => isDistinctByItself(fresh.get(name)))
}

/** A new column that no old writer sets and whose values do not collide then: null, numbered, or computed afresh. */
function isDistinctByItself(column: Column | undefined): boolean {
  if (column === undefined || column.generated) return false
  return column.identity !== 'none' || column.default?.kind === 'expression' || (column.nullable && column.default === null)
}

function foreignKeyDifferences(sides: Sides): Difference[] {
  const { contract, live, gone, fresh } = sides
  const present = new Set(live.foreignKeys.map(referenceKey))
  const kept = new Set(contract.foreignKeys.map(referenceKey))
  const lost = contract.foreignKeys.filter(
    (key) => !present.has(referenceKey(key)) && !key.columns.some((name) => gone.has(name)),
  )
  const found = live.foreignKeys.filter((key) => !kept.has(referenceKey(key)) && !key.columns.some((name) => fresh.has(name)))
  const moved = pairByColumns(lost, found)
  const still = contract.foreignKeys.flatMap((key) => stillThere(contract.name, key, live.foreignKeys))
  return [
    ...still,
    ...lost.filter((key) => !moved.has(key)).map((key) => foreignKeyRemoved(contract.name, key)),
    ...found
      .filter((key) => ![...moved.values()].includes(key))
      .map((key) => ofForeignKey('foreign-key-added', contract.name, null, key)),
    ...[...moved].map(([key, now]) => ofForeignKey('foreign-key-retargeted', contract.name, key, now)),
  ]
}

function ofForeignKey(kind: Difference['kind'], table: string, before: ForeignKey | null, after: ForeignKey | null): Difference {
  const columns = listed((before ?? after)?.columns ?? [])
  return difference(kind, table, {
    column: columns,
    before: before && describeForeignKey(before),
    after: after && describeForeignKey(after),
  })
}

function foreignKeyRemoved(table: string, gone: ForeignKey): Difference {
  const merge = (draft: Table): Table => ({
    ...draft,
    foreignKeys: draft.foreignKeys.filter((key) => referenceKey(key) !== referenceKey(gone)),
  })
  return { ...ofForeignKey('foreign-key-removed', table, gone, null), merge }
}

/** The pairs that have the same local columns: the key refers elsewhere now. */
function pairByColumns(lost: readonly ForeignKey[], found: readonly ForeignKey[]): Map<ForeignKey, ForeignKey> {
  const rest = [...found]
  const pairs = new Map<ForeignKey, ForeignKey>()
  for (const key of lost) {
    const index = rest.findIndex(({ columns }) => setKey(columns) === setKey(key.columns))
    const [other] = index < 0 ? [] : rest.splice(index, 1)
    if (other !== undefined) pairs.set(key, other)
  }
  return pairs
}

/** The key is still there, unless only with other actions. The same reference can be declared twice. */
function stillThere(table: string, key: ForeignKey, live: readonly ForeignKey[]): Difference[] {
  const found = live
    .filter((other) => referenceKey(other) === referenceKey(key))
    .map((other) => actionDifference(table, key, other))
  return found.some((differences) => differences.length === 0) ? [] : (found[0] ?? [])
}

function actionDifference(table: string, before: ForeignKey, after: ForeignKey): Difference[] {
  const actions = [[before.onDelete, after.onDelete] as const, [before.onUpdate, after.onUpdate] as const].filter(
    ([from, to]) => from !== to && !(refuses(from) && refuses(to)),
  )
  if (actions.length === 0) return []
  if (actions.some(([, to]) => refuses(to))) return [ofForeignKey('foreign-key-action-tightened', table, before, after)]
  const { onDelete, onUpdate } = after
  const merge = (draft: Table): Table => ({
    ...draft,
    foreignKeys: draft.foreignKeys.map((key) =>
      referenceKey(key) === referenceKey(before) ? { ...key, onDelete, onUpdate } : key,
    ),
  })
  return [{ ...ofForeignKey('foreign-key-action-loosened', table, before, after), merge }]
}

/** The two differ only in when the refusal comes. */
function refuses(action: ReferentialAction): boolean {
  return action === 'no action' || action === 'restrict'
}

/** Equal for keys that pair the same columns, whatever the order. */
function referenceKey({ columns, references }: ForeignKey): string {
  const pairs = columns.map((column, index) => JSON.stringify([column, references.columns[index] ?? null]))
  return JSON.stringify([references.table, pairs.toSorted()])
}

function describeForeignKey({ references, onDelete, onUpdate }: ForeignKey): string {
  const target = `${references.table}(${listed(references.columns)})`
  const actions = [refuses(onDelete) ? '' : ` on delete ${onDelete}`, refuses(onUpdate) ? '' : ` on update ${onUpdate}`]
  return `${target}${actions.join('')}`
}
