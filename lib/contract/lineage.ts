import type { Table } from '../schema/table.js'
import type { ColumnBinding, SchemaBinding, TableBinding } from './bind.js'

/**
 * An older version over the live schema by way of the served one: what both know by its logical id is what the served version says
 * it is, whatever it was called, since an operator accepted its renames. What only the older version has is looked for by itself,
 * but never in what belongs to something else by now.
 *
 * @param own the older version bound by itself
 * @param served the served version on the same live schema
 */
export function throughLineage(own: SchemaBinding, served: SchemaBinding, live: readonly Table[]): SchemaBinding {
  const known = new Map(served.tables.map((table) => [table.contract.id, table]))
  // What has no logical id is in no version and may be in all.
  const claimed = new Set(served.tables.flatMap(({ contract, live: found }) => (contract.id === null ? [] : (found ?? []))))
  const tables = own.tables.map((table) => {
    const now = table.contract.id === null ? undefined : known.get(table.contract.id)
    if (now !== undefined) return tableThrough(table, now)
    return table.live !== null && claimed.has(table.live) ? goneTable(table.contract) : table
  })
  const bound = new Set(tables.map((table) => table.live))
  return { tables, added: live.filter((table) => !bound.has(table) && table.columns.length > 0) }
}

function tableThrough(own: TableBinding, now: TableBinding): TableBinding {
  const { contract } = own
  if (now.live === null) return { ...goneTable(contract), evidence: now.evidence }
  const columns = contract.columns.map((column) => columnThrough(column, own, now))
  const bound = new Set(columns.flatMap(({ live, movedTo }) => [live?.name, movedTo]))
  const added = now.live.columns.filter(({ name }) => !bound.has(name))
  return { ...now, contract, ...relationOf(contract.name, now.live.name, now), columns, added }
}

function columnThrough(column: ColumnBinding['contract'], own: TableBinding, now: TableBinding): ColumnBinding {
  const served = now.columns.find(({ contract }) => column.id !== null && contract.id === column.id)
  if (served === undefined) return columnAlone(column, own, now)
  if (served.live === null) return { ...served, contract: column }
  return { ...served, contract: column, ...relationOf(column.name, served.live.name, served) }
}

/** A column that the served version has dropped, or declined. */
function columnAlone(column: ColumnBinding['contract'], own: TableBinding, now: TableBinding): ColumnBinding {
  const found = own.live === now.live ? own.columns.find(({ contract }) => contract === column) : undefined
  const isTaken = now.columns.some(({ live }) => live !== null && live === found?.live)
  if (found !== undefined && !isTaken) return found
  return { contract: column, live: null, relation: 'gone', evidence: 'none' }
}

/** A rename that was promoted was said to be true. */
function relationOf(
  name: string,
  live: string,
  now: Pick<TableBinding, 'relation' | 'evidence'>,
): Pick<TableBinding, 'relation' | 'evidence'> {
  const { relation, evidence } = now
  if (relation === 'replaced' || evidence === 'likely') return { relation, evidence }
  if (name === live) return { relation: 'same', evidence: 'none' }
  return { relation: 'renamed', evidence: relation === 'same' ? 'confirmed' : evidence }
}

function goneTable(contract: Table): TableBinding {
  const columns = contract.columns.map(
    (column): ColumnBinding => ({ contract: column, live: null, relation: 'gone', evidence: 'none' }),
  )
  return { contract, live: null, relation: 'gone', evidence: 'none', columns, added: [] }
}
