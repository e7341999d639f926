import type { ResolvedService } from '../config/resolve.js'
import { byName } from '../contract/order.js'
import type { Change, ContractVersion, LockMode } from '../contract/types.js'
import type { Table } from '../schema/table.js'

type Modes = Pick<ResolvedService, 'tableModes'>

/** The tables that are part of the lock: all but those whose own mode is `none`. */
export function lockedTables<T extends { readonly name: string }>({ tableModes }: Modes, tables: readonly T[]): T[] {
  return tables.filter(({ name }) => tableModes.get(name) !== 'none')
}

/**
 * The contract with the tables of mode `none` as they are live. They have no logical ids: no version knows them, and what happens to
 * them is no change.
 */
export function withUnlockedTables(service: Modes, contract: ContractVersion, live: readonly Table[]): ContractVersion {
  const unlocked = live.filter(({ name, columns }) => service.tableModes.get(name) === 'none' && columns.length > 0)
  const tables = [...lockedTables(service, contract.tables), ...unlocked.map(withoutIds)]
  return { ...contract, tables: tables.sort(byName) }
}

function withoutIds(table: Table): Table {
  return { ...table, id: null, columns: table.columns.map((column) => ({ ...column, id: null })) }
}

/** The additive changes that are merged without anybody promoting: the table's own mode decides, else the service's. */
export function mergeable({ tableModes }: Modes, mode: LockMode, changes: readonly Change[]): readonly Change[] {
  return changes.filter((change) => change.class === 'additive' && (tableModes.get(change.table) ?? mode) === 'auto')
}
