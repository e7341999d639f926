import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { Column, ForeignKey, ReferentialAction, Table, UniqueKey } from '../../../lib/schema/table.js'
import type { Catalog, ColumnRow, ForeignKeyRow, SchemaRow, UniqueIndexRow } from './catalog.js'
import { columnDefault } from './column-default.js'
import { collationText } from './comparable-text.js'
import { collationsOf, constraintsOf } from './constraint-text.js'
import { neutralType } from './declared-type.js'
import { fold } from './sql-tokens.js'

/** The tables and views of a catalog, sorted by name, without ids. What has no columns (a broken view) is left out. */
export function tablesOf(catalog: Catalog): readonly Table[] {
  const typeOf = typeReader()
  const columns = groupByTable(catalog.columns)
  const foreignKeys = groupByTable(catalog.foreignKeys)
  const uniqueIndexes = groupByTable(catalog.uniqueIndexes)
  const parents = new Map([...columns].map(([name, rows]) => [fold(name), { name, rows }]))
  const tables = catalog.schema
    .filter((row) => isServable(row, catalog.shadows))
    .map((row) => {
      const own = (columns.get(row.name) ?? [])
        .filter(({ hidden }) => hidden !== 1)
        .sort((left, right) => left.position - right.position)
      const indexes = uniqueIndexes.get(row.name) ?? []
      const text =
        row.type === 'table' && /check|references/i.test(row.sql ?? '')
          ? constraintsOf(row.sql ?? '')
          : { checks: [], foreignKeyNames: [] }
      return {
        id: null,
        name: row.name,
        kind: row.type === 'view' ? ('view' as const) : ('table' as const),
        columns: describeColumns(own, row.type === 'view', hasRowidKey(own, indexes), typeOf, collationsIn(row)),
        primaryKey: keyOf(own),
        uniqueKeys: byName(uniqueKeysOf(indexes)),
        foreignKeys: byName(foreignKeysOf(foreignKeys.get(row.name) ?? [], text.foreignKeyNames, own, parents)),
        checks: byName(text.checks),
      }
    })
  return byName(tables)
}

/** Whether a row of the catalog is somebody's table or view, not one of SQLite's or of a virtual table. */
export function isServable({ type, name }: SchemaRow, shadows: ReadonlySet<string>): boolean {
  return (type === 'table' || type === 'view') && !name.startsWith('sqlite_') && !shadows.has(name)
}

/** `integer primary key` is the rowid itself: assigned when left out, never NULL. Any other key has an index of its own. */
function hasRowidKey(columns: readonly ColumnRow[], indexes: readonly UniqueIndexRow[]): boolean {
  const key = columns.filter((column) => column.key > 0)
  return key.length === 1 && /^integer$/i.test(key[0]?.type ?? '') && !indexes.some(({ origin }) => origin === 'pk')
}

function describeColumns(
  rows: readonly ColumnRow[],
  view: boolean,
  rowidKey: boolean,
  typeOf: typeof neutralType,
  collations: ReadonlyMap<string, string> | null,
): readonly Column[] {
  return rows.map((row) => {
    const type = typeOf(row.type, view)
    const isText = type.name === 'string' || type.name === 'any'
    const isRowid = rowidKey && row.key > 0
    const generated = row.hidden >= 2
    return {
      id: null,
      name: row.name,
      type,
      nativeType: row.type === '' ? 'no type' : row.type,
      ...(isText && collations !== null
        ? { collation: collationText(row.type, type, collations.get(fold(row.name)) ?? null) }
        : {}),
      // A primary key does not exclude NULL here unless NOT NULL is said (or WITHOUT ROWID or STRICT says it).
      nullable: !row.notNull && !isRowid,
      default: generated || isRowid ? null : columnDefault(row.default),
      identity: isRowid ? 'by-default' : 'none',
      generated,
    }
  })
}

/** null: not known, which collation a column of a view has follows from its text. */
function collationsIn({ type, sql }: SchemaRow): ReadonlyMap<string, string> | null {
  if (type !== 'table') return null
  return /collate/i.test(sql ?? '') ? collationsOf(sql ?? '') : new Map()
}

/** Few spellings, many columns: each is read once per schema. */
function typeReader(): typeof neutralType {
  const types = [new Map<string, ColumnType>(), new Map<string, ColumnType>()] as const
  return (declared, view = false) => {
    const known = types[view ? 1 : 0].get(declared)
    if (known !== undefined) return known
    const type = neutralType(declared, view)
    types[view ? 1 : 0].set(declared, type)
    return type
  }
}

function keyOf(columns: readonly ColumnRow[]): readonly string[] | null {
  const key = columns.filter((column) => column.key > 0).sort((left, right) => left.key - right.key)
  return key.length === 0 ? null : key.map(({ name }) => name)
}

function uniqueKeysOf(rows: readonly UniqueIndexRow[]): UniqueKey[] {
  const keys = [...group(rows, ({ index }) => index)].map(([index, parts]) => {
    const sorted = [...parts].sort((left, right) => left.sequence - right.sequence)
    const usable = sorted.every(({ origin, partial, column }) => origin !== 'pk' && !partial && column !== null)
    return usable ? { name: indexName(index), columns: sorted.map(({ column }) => String(column)) } : null
  })
  return keys.filter((key) => key !== null)
}

/** An index that a constraint made has the table's name in its own; without it, renaming the table does not rename the key. */
function indexName(index: string): string {
  const [, number] = /^sqlite_autoindex_.*_(\d+)$/s.exec(index) ?? []
  return number === undefined ? index : `autoindex_${number}`
}

type Parents = ReadonlyMap<string, { readonly name: string; readonly rows: readonly ColumnRow[] }>

function foreignKeysOf(
  rows: readonly ForeignKeyRow[],
  names: readonly (string | null)[],
  own: readonly ColumnRow[],
  parents: Parents,
): ForeignKey[] {
  const keys = [...group(rows, ({ id }) => id)].sort(([left], [right]) => right - left)
  const taken = new Set(names.length === keys.length ? names : [])
  return keys.flatMap(([, parts], index) => {
    const sorted = [...parts].sort((left, right) => left.sequence - right.sequence)
    const [first] = sorted
    if (first === undefined) return []
    const parent = parents.get(fold(first.parent))
    const columns = sorted.map(({ column }) => spelled(own, column))
    const referenced =
      first.parentColumn === null
        ? keyOf(parent?.rows ?? [])
        : sorted.map((part) => spelled(parent?.rows ?? [], part.parentColumn ?? ''))
    if (referenced === null || referenced.length !== columns.length) return []
    let name = taken.size > 0 ? (names[index] ?? null) : null
    for (let number = index + 1; name === null; number++) if (!taken.has(`fk_${number}`)) name = `fk_${number}`
    taken.add(name)
    return [
      {
        name,
        columns,
        references: { table: parent?.name ?? first.parent, columns: referenced },
        onDelete: actionOf(first.onDelete),
        onUpdate: actionOf(first.onUpdate),
      },
    ]
  })
}

/** Constraints may spell names in another case than their tables do. */
function spelled(columns: readonly ColumnRow[], name: string): string {
  return (
    columns.find((column) => column.name === name)?.name ??
    columns.find((column) => fold(column.name) === fold(name))?.name ??
    name
  )
}

const actions: readonly ReferentialAction[] = ['no action', 'restrict', 'cascade', 'set null', 'set default']

function actionOf(text: string): ReferentialAction {
  return actions.find((action) => action === text.toLowerCase()) ?? 'no action'
}

function groupByTable<T extends { readonly table: string }>(rows: readonly T[]): Map<string, T[]> {
  return group(rows, ({ table }) => table)
}

function group<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const known = groups.get(keyOf(row))
    if (known === undefined) groups.set(keyOf(row), [row])
    else known.push(row)
  }
  return groups
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
}
