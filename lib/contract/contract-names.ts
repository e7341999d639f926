import type { ForeignKey, Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'

/** Another name for every table and column; names without another are answered as they are. */
export interface Names {
  table(name: string): string
  /** `table` is the old name of the column's table. */
  column(table: string, name: string): string
}

/** A table under other names: its own, its columns', its keys' and what its foreign keys refer to. Checks keep their text. */
export function renameTable(table: Table, names: Names): Table {
  const own = (columns: readonly string[]) => columns.map((column) => names.column(table.name, column))
  return {
    ...table,
    name: names.table(table.name),
    columns: table.columns.map((column) => ({ ...column, name: names.column(table.name, column.name) })),
    primaryKey: table.primaryKey === null ? null : own(table.primaryKey),
    uniqueKeys: table.uniqueKeys.map((key) => ({ ...key, columns: own(key.columns) })),
    foreignKeys: table.foreignKeys.map((key) => ({
      ...key,
      columns: own(key.columns),
      references: renameReference(key.references, names),
    })),
  }
}

function renameReference({ table, columns }: ForeignKey['references'], names: Names): ForeignKey['references'] {
  return { table: names.table(table), columns: columns.map((column) => names.column(table, column)) }
}

/** The live table with the contract's names put back, so that the diff compares like with like. Live order and ids stay. */
export function inContractNames(binding: TableBinding, all: SchemaBinding): Table {
  return renameTable(binding.live ?? binding.contract, binding.live === null ? sameNames : contractNames(all))
}

export const sameNames: Names = { table: (name) => name, column: (_table, name) => name }

const known = new WeakMap<SchemaBinding, Names>()

/** Live names → the contract's. Kept for as long as the binding, which is asked once for every table. */
export function contractNames(all: SchemaBinding): Names {
  const names =
    known.get(all) ??
    namesFrom(
      all.tables,
      ({ contract, live }) => [live, contract],
      ({ contract, live }) => [live, contract],
    )
  known.set(all, names)
  return names
}

type Named = { readonly name: string } | null

/** Names that lead from one side of some bindings to the other. */
export function namesFrom(
  tables: readonly TableBinding[],
  ofTable: (binding: TableBinding) => readonly [from: Named, to: Named],
  ofColumn: (binding: TableBinding['columns'][number]) => readonly [from: Named, to: Named],
): Names {
  const found = new Map<string, { name: string; columns: ReadonlyMap<string, string> }>()
  for (const binding of tables) {
    const [from, to] = ofTable(binding)
    if (from === null || to === null) continue
    const columns = new Map(binding.columns.flatMap((column) => pairOf(ofColumn(column))))
    found.set(from.name, { name: to.name, columns })
  }
  return {
    table: (name) => found.get(name)?.name ?? name,
    column: (table, name) => found.get(table)?.columns.get(name) ?? name,
  }
}

function pairOf([from, to]: readonly [Named, Named]): [string, string][] {
  return from === null || to === null ? [] : [[from.name, to.name]]
}
