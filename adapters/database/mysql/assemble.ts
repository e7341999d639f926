import type { Row } from '../../../lib/database.js'
import type { Check, Column, ForeignKey, ReferentialAction, Table, UniqueKey } from '../../../lib/schema/table.js'
import { collationName } from './comparable-text.js'
import type { Flavour } from './flavour.js'
import type { ColumnPlaces, TableMark } from './marks.js'
import { nativeSpelling, neutralType } from './types.js'

/** Rows of the catalog statements, in the order of their select lists. */
export interface Catalog {
  readonly tables: readonly Row[]
  readonly columns: readonly Row[]
  readonly uniques: readonly Row[]
  readonly references: readonly Row[]
  readonly actions: readonly Row[]
  readonly checks: readonly Row[]
  /** By table name. */
  readonly marks: ReadonlyMap<string, TableMark>
  readonly places: ColumnPlaces
}

const kinds: ReadonlyMap<string, Table['kind']> = new Map([
  ['BASE TABLE', 'table'],
  ['SYSTEM VERSIONED', 'table'],
  ['VIEW', 'view'],
])

/** Everything of one table, by table name. */
interface Groups {
  readonly columns: ReadonlyMap<string, Row[]>
  readonly uniques: ReadonlyMap<string, Row[]>
  readonly references: ReadonlyMap<string, Row[]>
  readonly actions: ReadonlyMap<string, Row[]>
  readonly checks: ReadonlyMap<string, Row[]>
}

/**
 * Sorted, plain tables, without sequences. What cannot be described (a view whose table is gone) or may not be read has no columns:
 * left out, it would be taken for dropped.
 */
export function assembleTables(catalog: Catalog, flavour: Flavour, database: string): Table[] {
  const groups: Groups = {
    columns: byTable(catalog.columns, 0),
    uniques: byTable(catalog.uniques, 0),
    references: byTable(catalog.references, 0),
    actions: byTable(catalog.actions, 0),
    checks: byTable(catalog.checks, 2),
  }
  const tables: Table[] = []
  for (const row of catalog.tables) {
    const kind = kinds.get(text(row[1]))
    if (kind === undefined) continue
    tables.push(assembleTable(text(row[0]), kind, groups, flavour, database, catalog.marks))
  }
  return tables.sort(byName)
}

function assembleTable(
  name: string,
  kind: Table['kind'],
  groups: Groups,
  flavour: Flavour,
  database: string,
  marks: Catalog['marks'],
): Table {
  const all = groups.columns.get(name) ?? []
  const columnRows = all.filter((row) => isVisible(row) && isReadable(row))
  // What became invisible is there all the same: its promise is not that of a column that went.
  const hidden = all.filter((row) => !columnRows.includes(row)).map((row) => text(row[2]))
  const checkRows = groups.checks.get(name) ?? []
  const ownChecks = new Set(checkRows.filter((row) => text(row[1]) === 'Column').map((row) => text(row[3])))
  const columns = inOrder(columnRows, 1).map((row) => assembleColumn(row, flavour, ownChecks))
  const json = new Set(columns.flatMap((column) => (column.type.name === 'json' ? (flavour.jsonCheck?.(column.name) ?? []) : [])))
  const served = new Set(columns.map((column) => column.name))
  const keys = uniqueKeys(groups.uniques.get(name) ?? [], served, rowEnds(columnRows))
  return {
    id: marks.get(name)?.id ?? null,
    name,
    kind,
    columns,
    ...(hidden.length === 0 || columns.length === 0 ? {} : { hidden: hidden.sort() }),
    primaryKey: keys.find((key) => key.name === 'PRIMARY')?.columns ?? null,
    uniqueKeys: keys.filter((key) => key.name !== 'PRIMARY').sort(byName),
    foreignKeys: foreignKeys(groups.references.get(name) ?? [], groups.actions.get(name) ?? [], served, database),
    checks: checks(checkRows, json, flavour),
  }
}

/** Invisible columns are not part of `select *`, so not of the API. */
function isVisible(row: Row): boolean {
  return !/\bINVISIBLE\b/i.test(text(row[7]))
}

/** Whether this account may read the column. */
function isReadable(row: Row): boolean {
  return /\bselect\b/i.test(text(row[9]))
}

function assembleColumn(row: Row, flavour: Flavour, ownChecks: ReadonlySet<string>): Column {
  const name = text(row[2])
  const columnType = text(row[3])
  const extra = text(row[7])
  const dataType = text(row[4])
  const json = dataType === 'json' || (dataType === 'longtext' && ownChecks.has(flavour.jsonCheck?.(name) ?? ''))
  const type = neutralType(columnType, json)
  const generated = /\b(?:VIRTUAL|STORED|PERSISTENT) GENERATED\b/i.test(extra)
  const identity = /\bauto_increment\b/i.test(extra) ? 'by-default' : 'none'
  const hasDefault = !generated && identity === 'none'
  return {
    id: null,
    name,
    type,
    nativeType: nativeSpelling(columnType, json),
    ...(type.name === 'string' && row[11] !== null ? { collation: collationName(text(row[11])) } : {}),
    nullable: row[5] === 'YES',
    default: hasDefault ? flavour.readDefault(nullable(row[6]), extra, type) : null,
    identity,
    generated,
  }
}

/** The end of a row's life, which a system-versioned table adds to its keys. */
function rowEnds(columnRows: readonly Row[]): ReadonlySet<string> {
  return new Set(columnRows.filter((row) => /^row end$/i.test(nullable(row[8]) ?? '')).map((row) => text(row[2])))
}

/** Indexes over a prefix of a column say nothing about whole values; for a primary key, unique prefixes are unique values. */
function uniqueKeys(rows: readonly Row[], served: ReadonlySet<string>, rowEnd: ReadonlySet<string>): UniqueKey[] {
  const keys: UniqueKey[] = []
  for (const [name, parts] of byTable(rows, 1)) {
    const columns = inOrder(parts, 2)
      .map((row) => text(row[3]))
      .filter((column) => !rowEnd.has(column))
    // A part without a column is an expression.
    const whole = parts.every((row) => row[3] !== null && (name === 'PRIMARY' || row[4] === null))
    if (whole && columns.length > 0 && columns.every((column) => served.has(column))) keys.push({ name, columns })
  }
  return keys
}

/** References to another database are left out: nothing there is served. */
function foreignKeys(rows: readonly Row[], actions: readonly Row[], served: ReadonlySet<string>, database: string): ForeignKey[] {
  const rules = new Map(actions.map((row) => [text(row[1]), row]))
  const keys: ForeignKey[] = []
  for (const [name, parts] of byTable(rows, 1)) {
    const ordered = inOrder(parts, 2)
    const columns = ordered.map((row) => text(row[3]))
    const [first] = ordered
    if (first === undefined || text(first[4]) !== database || !columns.every((column) => served.has(column))) continue
    const rule = rules.get(name)
    keys.push({
      name,
      columns,
      references: { table: text(first[5]), columns: ordered.map((row) => text(row[6])) },
      onDelete: action(rule?.[2]),
      onUpdate: action(rule?.[3]),
    })
  }
  return keys.sort(byName)
}

function action(rule: unknown): ReferentialAction {
  const name = text(rule ?? 'RESTRICT').toLowerCase()
  return name === 'cascade' || name === 'set null' || name === 'set default' || name === 'no action' ? name : 'restrict'
}

/** Without the check that makes a text column JSON: the type says it. */
function checks(rows: readonly Row[], json: ReadonlySet<string>, flavour: Flavour): Check[] {
  return rows
    .filter((row) => !(text(row[1]) === 'Column' && json.has(text(row[3]))))
    .map((row) => ({ name: text(row[0]), expression: flavour.readCheck(text(row[3])).replace(/\s+/g, ' ').trim() }))
    .sort(byName)
}

/** Rows by the text in one place, each group in the order it came. */
function byTable(rows: readonly Row[], place: number): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = text(row[place])
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return groups
}

function inOrder(rows: readonly Row[], place: number): Row[] {
  return [...rows].sort((a, b) => Number(a[place]) - Number(b[place]))
}

/** By code units, which is the same order on every machine. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function text(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
}

function nullable(value: unknown): string | null {
  return value === null || value === undefined ? null : text(value)
}
