/** Changes that give a column another definition. */
import type { Change, Make, Place } from './twin-change.js'
import {
  createStatements,
  definition,
  id,
  type Kind,
  type LiveColumn,
  type LiveTable,
  spelled,
  uniqueStatements,
} from './twin-schema.js'

/** Where all values of a kind go without loss. */
const wider: Partial<Record<string, readonly Kind[]>> = {
  integer: ['bigint', 'decimal', 'double', 'varchar'],
  bigint: ['varchar', 'integer', 'text'],
  decimal: ['varchar', 'text'],
  double: ['varchar'],
  varchar: ['text'],
  text: ['varchar'],
  boolean: ['integer'],
  date: ['varchar', 'timestamp'],
  timestamp: ['varchar'],
}

/** Another type, that loses no value. */
export const changeType: Make = (place) => {
  const { engine, random, column } = place
  const kind = (Object.keys(wider) as Kind[]).find((one) => spelled(engine, one) === column.type)
  const next = kind === undefined ? undefined : spelled(engine, random.pick(wider[kind] ?? ['text']))
  return next === undefined ? null : altered(place, 'change type', { type: next })
}

/** NOT NULL set or dropped. */
export const changeNullable: Make = (place) =>
  place.column === place.table.columns[0]
    ? null
    : altered(place, place.column.nullable ? 'set not null' : 'drop not null', { nullable: !place.column.nullable })

/** Another definition of a column. */
function altered({ engine, table, column }: Place, what: string, next: Partial<Pick<LiveColumn, 'type' | 'nullable'>>): Change {
  const done = () => Object.assign(column, next)
  const where = id(engine, table.name)
  if (engine === 'sqlite')
    return {
      what,
      on: [table],
      isOfKey: column === table.columns[0],
      statements: [rebuilt(table, column, { ...column, ...next })],
      done,
      loosens: true,
      isRebuild: true,
    }
  if (engine !== 'postgres')
    return {
      what,
      on: [table],
      isOfKey: column === table.columns[0],
      statements: [`alter table ${where} modify ${definition(engine, { ...column, ...next })}`],
      done,
      loosens: true,
    }
  const name = id(engine, column.name)
  const using = column.type === 'boolean' ? ` using ${name}::${next.type}` : ''
  const action = next.type === undefined ? `${next.nullable ? 'drop' : 'set'} not null` : `type ${next.type}${using}`
  return {
    what,
    on: [table],
    isOfKey: column === table.columns[0],
    statements: [`alter table ${where} alter column ${name} ${action}`],
    done,
    loosens: true,
  }
}

/** SQLite makes the table anew, in one transaction. */
function rebuilt(table: LiveTable, from: LiveColumn, to: LiveColumn): string {
  const made = { ...table, name: 'made', columns: table.columns.map((one) => (one === from ? to : one)), unique: new Map() }
  const list = table.columns.map(({ name }) => id('sqlite', name)).join(', ')
  return [
    'begin',
    ...createStatements('sqlite', made),
    `insert into made (${list}) select ${list} from ${id('sqlite', table.name)}`,
    `drop table ${id('sqlite', table.name)}`,
    `alter table made rename to ${id('sqlite', table.name)}`,
    ...uniqueStatements('sqlite', table),
    'commit',
  ].join('; ')
}
