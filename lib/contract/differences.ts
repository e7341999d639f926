import type { Column, Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'
import { checkDifferences } from './check-differences.js'
import { columnDifferences } from './column-differences.js'
import { type Difference, difference, type Sides, sidesOf } from './difference.js'
import { keyDifferences } from './key-differences.js'

/** Every difference of a schema, ungraded and in no order. */
export function schemaDifferences(all: SchemaBinding): Difference[] {
  return [...all.added.map(addedTable), ...all.tables.flatMap((table) => tableDifferences(table, all))]
}

/** A live table that the contract does not have. */
export function addedTable({ name, kind }: Table): Difference {
  return difference(kind === 'view' ? 'view-added' : 'table-added', name)
}

/** Every difference of one table of the contract. */
export function tableDifferences(binding: TableBinding, all: SchemaBinding): Difference[] {
  const { contract, live } = binding
  const { name } = contract
  if (live === null) return [difference(contract.kind === 'view' ? 'view-dropped' : 'table-dropped', name)]
  // What cannot be described is not known to have changed.
  if (live.columns.length === 0) return [...relationDifference(binding), difference('table-unreadable', name)]
  const sides = sidesOf(binding, all)
  const writers = sides.readOnly ? [] : [...keyDifferences(sides), ...checkDifferences(sides)]
  return [...relationDifference(binding), ...kindDifference(sides), ...columnDifferences(sides), ...writers]
}

function relationDifference({
  contract,
  live,
  relation,
  evidence,
  movedTo,
  doubtful,
  isAmbiguous = false,
}: TableBinding): Difference[] {
  const names = { before: contract.name, after: live?.name ?? null, evidence, isAmbiguous }
  if (relation === 'renamed') return [difference('table-renamed', contract.name, names)]
  if (relation === 'swapped') return [difference('table-swapped', contract.name, names)]
  if (doubtful === true) return [difference('table-replaced', contract.name, { ...names, after: movedTo ?? null })]
  return []
}

function kindDifference({ contract, live }: Sides): Difference[] {
  if (contract.kind === live.kind) return []
  if (live.kind === 'view') return [difference('table-became-view', contract.name, { before: 'table', after: 'view' })]
  return [
    difference('view-became-table', contract.name, { before: 'view', after: 'table', merge: (draft) => asTable(draft, live) }),
  ]
}

/** A view was never written, so everything that concerns writers comes along. */
function asTable(draft: Table, live: Table): Table {
  const columns = new Map(live.columns.map((column) => [column.name, column]))
  const { primaryKey, uniqueKeys, foreignKeys, checks } = live
  return {
    ...draft,
    kind: 'table',
    columns: draft.columns.map((column) => asWritten(column, columns.get(column.name))),
    primaryKey,
    uniqueKeys,
    foreignKeys,
    checks,
  }
}

function asWritten(column: Column, live: Column | undefined): Column {
  if (live === undefined) return column
  const { default: value, identity, generated } = live
  return { ...column, default: value, identity, generated }
}
