import type { EngineName } from '../support/databases.js'
import { type ColumnSpec, everywhere, splitName, tableNamed } from './fixture.js'
import { define, type Made, rebuild } from './sql.js'

/** Statements for one engine. */
export type Statements = (engine: EngineName) => readonly string[]

/** The same statements for every engine. */
export function all(...statements: readonly string[]): Statements {
  return () => statements
}

/** One change after the other. */
export function together(...changes: readonly Statements[]): Statements {
  return (engine) => changes.flatMap((change) => change(engine))
}

/** Other statements on SQLite, which knows few kinds of ALTER. */
export function unlessSqlite(statements: readonly string[], sqlite: readonly string[]): Statements {
  return (engine) => (engine === 'sqlite' ? sqlite : statements)
}

/** Statements of the MySQL family and of PostgreSQL; SQLite makes the table anew. */
export function inDialects(mysql: readonly string[], postgres: readonly string[], sqlite: readonly string[]): Statements {
  const statements: Record<EngineName, readonly string[]> = { sqlite, postgres, mariadb: mysql, mysql }
  return (engine) => statements[engine]
}

export function renameColumn(column: string, to: string, from = splitName(column)[1]): Statements {
  return all(`alter table ${splitName(column)[0]} rename column ${from} to ${to}`)
}

export function renameTable(table: string, to: string): Statements {
  return all(`alter table ${table} rename to ${to}`)
}

export function dropColumn(column: string): Statements {
  const [table, name] = splitName(column)
  return all(`alter table ${table} drop column ${name}`)
}

export function addColumn(table: string, definition: string): Statements {
  return all(`alter table ${table} add column ${definition}`)
}

/** Another declaration of a column: `type` everywhere or by engine, `using` says how PostgreSQL gets there. */
export function retype(column: string, type: string | Partial<Record<EngineName, string>>, using?: string): Statements {
  const [table, name] = splitName(column)
  const types = typeof type === 'string' ? everywhere(type) : type
  return (engine) => {
    const wanted = types[engine] ?? types.mysql ?? ''
    if (engine !== 'postgres') return redeclare(column, { type: everywhere(wanted) })(engine)
    // A default does not follow its column everywhere.
    const { default: value } = columnSpec(column)
    const [before, after] = value === undefined ? [[], []] : [['drop default'], [`set default ${quotedOnce(value)}`]]
    const actions = [...before, `type ${wanted} using ${using ?? `${name}::${wanted}`}`, ...after]
    return actions.map((action) => `alter table ${table} alter column ${name} ${action}`)
  }
}

/** A literal that has any type. */
function quotedOnce(value: string): string {
  return value.startsWith("'") ? value : `'${value}'`
}

/** A column declared anew on engines whose ALTER says the whole column. */
export function redeclare(column: string, changed: Partial<ColumnSpec>): Statements {
  const [table, name] = splitName(column)
  return (engine) => {
    if (engine === 'sqlite') return rebuild(table, { columns: { [name]: changed } })
    return [`alter table ${table} modify ${define(engine, { ...columnSpec(column), ...changed })}`]
  }
}

export function setNullable(column: string, nullable: boolean): Statements {
  const [table, name] = splitName(column)
  return (engine) =>
    engine === 'postgres'
      ? [`alter table ${table} alter column ${name} ${nullable ? 'drop' : 'set'} not null`]
      : redeclare(column, { nullable })(engine)
}

/** `value` is SQL; null takes the default away. */
export function setDefault(column: string, value: string | null): Statements {
  const [table, name] = splitName(column)
  return (engine) => {
    if (engine !== 'sqlite')
      return [`alter table ${table} alter column ${name} ${value === null ? 'drop default' : `set default ${value}`}`]
    const { default: _, ...rest } = columnSpec(column)
    return value === null ? rebuildWith(table, name, rest) : rebuild(table, { columns: { [name]: { default: value } } })
  }
}

function rebuildWith(table: string, name: string, column: ColumnSpec): readonly string[] {
  // An override cannot take a property away, so the column goes and comes back.
  const statements = rebuild(table, { columns: { [name]: null }, more: [define('sqlite', column)] })
  return statements.map((text) => (text.startsWith('insert') ? copyWhole(text, name) : text))
}

function copyWhole(insert: string, name: string): string {
  const [, columns = '', from = ''] = /\(([^)]*)\) select .* from (\w+)$/.exec(insert) ?? []
  return `insert into made_anew (${columns}, ${name}) select ${columns}, ${name} from ${from}`
}

/** A constraint of a table; `made` is how SQLite makes a table that has it. */
export function addConstraint(table: string, name: string, text: string): Statements {
  return (engine) =>
    engine === 'sqlite'
      ? rebuild(table, { constraints: { ...tableNamed(table).constraints, [name]: text } })
      : [`alter table ${table} add constraint ${name} ${text}`]
}

/** Without a constraint of the fixture. */
export function dropConstraint(table: string, name: string, kind: 'foreign key' | 'check'): Statements {
  return (engine) => {
    const { [name]: _, ...constraints } = tableNamed(table).constraints
    if (engine === 'sqlite') return rebuild(table, { constraints })
    const what = engine === 'mysql' || (engine === 'mariadb' && kind === 'foreign key') ? kind : 'constraint'
    return [`alter table ${table} drop ${what} ${name}`]
  }
}

/** A constraint of the fixture with other words. */
export function replaceConstraint(table: string, name: string, kind: 'foreign key' | 'check', text: string): Statements {
  return (engine) =>
    engine === 'sqlite'
      ? rebuild(table, { constraints: { ...tableNamed(table).constraints, [name]: text } })
      : [...dropConstraint(table, name, kind)(engine), `alter table ${table} add constraint ${name} ${text}`]
}

/** SQLite's way alone, for changes that other engines spell by themselves. */
export function madeAnew(table: string, made: Made): readonly string[] {
  return rebuild(table, made)
}

function columnSpec(column: string): ColumnSpec {
  const [table, name] = splitName(column)
  const found = tableNamed(table).columns.find((one) => one.name === name)
  if (found === undefined) throw new Error(`the fixture has no column ${column}`)
  return found
}
