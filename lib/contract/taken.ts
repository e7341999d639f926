import type { Table } from '../schema/table.js'
import type { SchemaBinding, TableBinding } from './bind.js'

/** The tables that a report is about and a promotion takes. */
export interface Taken {
  readonly tables: ReadonlySet<TableBinding>
  /** Live tables that the contract does not have. */
  readonly added: ReadonlySet<Table>
  /** Whether somebody asked for the table by a name, so that it is not only taken along. */
  isNamed(table: TableBinding | Table): boolean
  /** Whether a change is to one of them. */
  isAbout(change: { readonly table: string }): boolean
}

/**
 * What `names` stand for: every table with such a contract name or live name (for one that another table replaced also the name
 * it lives on under), and, taken along, every table whose contract name one of them takes over.
 *
 * @param names null for everything, of which nothing is named
 */
export function takenTables({ tables: all, added: fresh }: SchemaBinding, names: Iterable<string> | null): Taken {
  const wanted = names === null ? null : new Set(names)
  const isNamed = (table: TableBinding | Table) => wanted !== null && namesOf(table).some((name) => wanted.has(name))
  const tables = new Set(all.filter((table) => wanted === null || isNamed(table)))
  const added = new Set(fresh.filter((table) => wanted === null || isNamed(table)))
  const byContract = new Map(all.map((table) => [table.contract.name, table]))
  const takeAlong = (live: Table | null) => {
    const evicted = live === null ? undefined : byContract.get(live.name)
    if (evicted !== undefined) tables.add(evicted)
  }
  for (const table of added) takeAlong(table)
  // A set takes in what is added to it while it is walked.
  for (const { live } of tables) takeAlong(live)
  const about = new Set([...Array.from(tables, ({ contract }) => contract.name), ...Array.from(added, ({ name }) => name)])
  return { tables, added, isNamed, isAbout: ({ table }) => about.has(table) }
}

function namesOf(table: TableBinding | Table): readonly string[] {
  if (!('contract' in table)) return [table.name]
  const { contract, live, movedTo, doubtful } = table
  return [contract.name, live?.name, doubtful === true ? movedTo : undefined].filter((name) => name !== undefined)
}
