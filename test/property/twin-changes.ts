/** Random changes of a schema that lose no value, except those of dropped columns. */
import type { Random } from '../query/random.js'
import type { EngineName } from '../support/databases.js'
import type { Change, Make } from './twin-change.js'
import { changeNullable, changeType } from './twin-redefinitions.js'
import { definition, id, type LiveColumn, type LiveTable, spelled } from './twin-schema.js'

/** A random change; null: it cannot be said here. */
export function randomChange(engine: EngineName, tables: readonly LiveTable[], serial: number, random: Random): Change | null {
  const table = random.pick(tables)
  // The key, seldom.
  const column = random.chance(10) ? table.columns[0] : random.pick(table.columns.slice(1))
  if (column === undefined || table.columns.length < 2) return null
  return random.pick(changes)({ engine, random, tables, table, column, serial })
}

const renameColumn: Make = ({ engine, table, column, serial }) => {
  const next = `moved ${serial}`
  return {
    what: 'rename column',
    on: [table],
    isOfKey: column === table.columns[0],
    statements: [renaming(engine, table, column.name, next)],
    done: () => {
      column.name = next
    },
  }
}

const renameColumnAndBack: Make = ({ engine, table, column, serial }) => ({
  what: 'rename column there and back',
  on: [table],
  isOfKey: column === table.columns[0],
  statements: [renaming(engine, table, column.name, `away ${serial}`), renaming(engine, table, `away ${serial}`, column.name)],
  done: () => {},
})

const swapColumns: Make = ({ engine, random, table, column, serial }) => {
  const other = random.pick(table.columns)
  if (other === column) return null
  const [one, two] = [column.name, other.name]
  return {
    what: 'swap columns',
    on: [table],
    isOfKey: [column, other].some((one) => one === table.columns[0]),
    statements: [
      renaming(engine, table, one, `between ${serial}`),
      renaming(engine, table, two, one),
      renaming(engine, table, `between ${serial}`, two),
    ],
    done: () => {
      column.name = two
      other.name = one
    },
  }
}

const renameTable: Make = ({ engine, table, serial }) => ({
  what: 'rename table',
  on: [table],
  isOfKey: false,
  statements: [`alter table ${id(engine, table.name)} rename to ${id(engine, `moved ${serial}`)}`],
  done: () => {
    table.name = `moved ${serial}`
  },
})

const swapTables: Make = ({ engine, tables, serial }) => {
  const [one, other] = tables as [LiveTable, LiveTable]
  const names = [one.name, other.name] as const
  const rename = (from: string, to: string) => `alter table ${id(engine, from)} rename to ${id(engine, to)}`
  return {
    what: 'swap tables',
    on: tables,
    isOfKey: false,
    statements: [rename(names[0], `between ${serial}`), rename(names[1], names[0]), rename(`between ${serial}`, names[1])],
    done: () => {
      one.name = names[1]
      other.name = names[0]
    },
  }
}

const addColumn: Make = ({ engine, random, table, serial }) => {
  const kind = random.pick(['integer', 'varchar'] as const)
  const column: LiveColumn = {
    name: `added${serial}`,
    promised: null,
    type: spelled(engine, kind),
    nullable: random.chance(70),
    default: random.chance(40) ? "'7'" : null,
  }
  return {
    what: 'add column',
    on: [table],
    isOfKey: column === table.columns[0],
    statements: [`alter table ${id(engine, table.name)} add column ${definition(engine, column)}`],
    done: () => table.columns.push(column),
  }
}

const dropColumn: Make = ({ engine, table, column }) => {
  if (column === table.columns[0]) return null
  return {
    what: 'drop column',
    on: [table],
    isOfKey: column === table.columns[0],
    statements: [`alter table ${id(engine, table.name)} drop column ${id(engine, column.name)}`],
    done: () => {
      table.columns = table.columns.filter((one) => one !== column)
      table.unique.delete(column)
    },
    lost: { table, column },
    loosens: true,
  }
}

const changeUnique: Make = ({ engine, table, column, serial }) => {
  const index = table.unique.get(column)
  const where = id(engine, table.name)
  if (index !== undefined) {
    const statement = engine === 'sqlite' || engine === 'postgres' ? `drop index ${index}` : `drop index ${index} on ${where}`
    return {
      what: 'drop unique',
      on: [table],
      isOfKey: column === table.columns[0],
      statements: [statement],
      done: () => table.unique.delete(column),
      loosens: true,
    }
  }
  const statements = [`create unique index uq_${serial} on ${where} (${id(engine, column.name)})`]
  return {
    what: 'add unique',
    on: [table],
    isOfKey: column === table.columns[0],
    statements,
    done: () => table.unique.set(column, `uq_${serial}`),
  }
}

function renaming(engine: EngineName, table: LiveTable, from: string, to: string): string {
  return `alter table ${id(engine, table.name)} rename column ${id(engine, from)} to ${id(engine, to)}`
}

const changes: readonly Make[] = [
  renameColumn,
  renameColumn,
  renameColumnAndBack,
  swapColumns,
  renameTable,
  swapTables,
  addColumn,
  dropColumn,
  changeType,
  changeType,
  changeNullable,
  changeUnique,
]
