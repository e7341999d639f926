/** Random tables, as the contract freezes them, and as they are while they are being changed. */

import type { Random } from '../query/random.js'
import type { EngineName } from '../support/databases.js'

/** Kinds of values that every engine has; each engine spells the type its own way. */
export type Kind = 'integer' | 'bigint' | 'decimal' | 'double' | 'varchar' | 'text' | 'boolean' | 'date' | 'timestamp'

export interface Column {
  readonly name: string
  readonly kind: Kind
  readonly nullable: boolean
  readonly unique: boolean
}

/** A table of the contract; its first column is the key. */
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  /** Values as SQL text, in the columns' order. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Values as SQL takes them in quotes; also what requests ask for. */
export const values: Record<Kind, readonly string[]> = {
  integer: ['0', '1', '-5', '7', '42', '2000000000'],
  bigint: ['0', '1', '-7', '9007199254740993', '42'],
  decimal: ['0.00', '19.90', '-0.50', '100.00', '7.25'],
  double: ['0', '0.5', '-1.25', '10000000000', '3'],
  varchar: ['Ada', '', 'x y', 'größe', "it's", '7', '07', '50%', 'ada', 'a_b'],
  text: ['Bo', '', 'long text here', 'NULL', '-1', 'été'],
  boolean: ['0', '1'],
  date: ['2024-02-29', '1999-12-31', '2000-01-01'],
  timestamp: ['2024-02-29 12:00:00', '1999-12-31 23:59:59.5', '2000-01-01 00:00:00'],
}

const spellings: Record<EngineName, Record<Kind, string>> = {
  sqlite: {
    integer: 'integer',
    bigint: 'bigint',
    decimal: 'decimal(10,2)',
    double: 'double',
    varchar: 'varchar(20)',
    text: 'text',
    boolean: 'boolean',
    date: 'date',
    timestamp: 'datetime',
  },
  postgres: {
    integer: 'integer',
    bigint: 'bigint',
    decimal: 'decimal(10,2)',
    double: 'double precision',
    varchar: 'varchar(20)',
    text: 'text',
    boolean: 'boolean',
    date: 'date',
    timestamp: 'timestamp(3)',
  },
  mariadb: mysqlSpellings(),
  mysql: mysqlSpellings(),
}

function mysqlSpellings(): Record<Kind, string> {
  return {
    integer: 'int',
    bigint: 'bigint',
    decimal: 'decimal(10,2)',
    double: 'double',
    varchar: 'varchar(20)',
    text: 'text',
    boolean: 'boolean',
    date: 'date',
    timestamp: 'datetime(3)',
  }
}

/** The type of a kind as this engine spells it. */
export const spelled = (engine: EngineName, kind: Kind): string => spellings[engine][kind]

/** An identifier in SQL. */
export function id(engine: EngineName, name: string): string {
  const mark = engine === 'mariadb' || engine === 'mysql' ? '`' : '"'
  return mark + name.replaceAll(mark, mark + mark) + mark
}

export const text = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)

const names = ['name', 'note', 'two words', 'select', 'größe', 'a.b', 'total', 'kind', "it's"]
const kinds = Object.keys(values) as Kind[]

/** Two tables of 3 to 8 columns, with up to 6 rows. */
export function randomTables(random: Random): Table[] {
  return ['alpha', 'beta'].map((name) => {
    const free = [...names]
    const columns: Column[] = [{ name: 'id', kind: 'integer', nullable: false, unique: false }]
    for (let count = 2 + random.below(6); count > 0; count--) {
      const [column = ''] = free.splice(random.below(free.length), 1)
      const kind = random.pick(kinds)
      const unique = random.chance(15) && kind !== 'text' && kind !== 'boolean' && kind !== 'double'
      columns.push({ name: column, kind, nullable: random.chance(60), unique })
    }
    return { name, columns, rows: randomRows(columns, random) }
  })
}

function randomRows(columns: readonly Column[], random: Random): (string | null)[][] {
  const rows: (string | null)[][] = []
  for (let key = 1 + random.below(6); key > 0; key--) {
    const row = columns.map(({ kind, nullable }, index) =>
      index === 0 ? String(key) : nullable && random.chance(25) ? null : random.pick(values[kind]),
    )
    const isTwice = columns.some(
      ({ unique }, index) => unique && rows.some((other) => isEqual(other[index] ?? null, row[index] ?? null)),
    )
    if (!isTwice) rows.push(row)
  }
  return rows
}

/** As the laxest collation has it. */
function isEqual(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase().trim() === other.toLowerCase().trim()
}

/** A column as it is now. */
export interface LiveColumn {
  name: string
  /** The contract's name; null: it was added. */
  readonly promised: string | null
  type: string
  nullable: boolean
  default: string | null
}

/** A table as it is now. */
export interface LiveTable {
  name: string
  readonly promised: string
  columns: LiveColumn[]
  /** Column → the unique index on it. */
  readonly unique: Map<LiveColumn, string>
}

export function liveOf(engine: EngineName, table: Table): LiveTable {
  const columns = table.columns.map(({ name, kind, nullable }) => ({
    name,
    promised: name,
    type: spelled(engine, kind),
    nullable,
    default: null,
  }))
  const unique = new Map<LiveColumn, string>()
  for (const [index, column] of columns.entries())
    if (table.columns[index]?.unique) unique.set(column, `uq_${table.name}_${index}`)
  return { name: table.name, promised: table.name, columns, unique }
}

/** What makes the table, empty. */
export function createStatements(engine: EngineName, table: LiveTable): string[] {
  const body = table.columns.map((column, index) => `${definition(engine, column)}${index === 0 ? ' primary key' : ''}`)
  return [`create table ${id(engine, table.name)} (${body.join(', ')})`, ...uniqueStatements(engine, table)]
}

export function uniqueStatements(engine: EngineName, table: LiveTable): string[] {
  return [...table.unique].map(
    ([column, index]) => `create unique index ${index} on ${id(engine, table.name)} (${id(engine, column.name)})`,
  )
}

/** A column as CREATE TABLE and MODIFY have it. */
export function definition(engine: EngineName, { name, type, nullable, default: value }: LiveColumn): string {
  return `${id(engine, name)} ${type}${nullable ? '' : ' not null'}${value === null ? '' : ` default ${value}`}`
}

export function insertStatements(engine: EngineName, { name, rows }: Table): string[] {
  return rows.map((row) => `insert into ${id(engine, name)} values (${row.map(text).join(', ')})`)
}
