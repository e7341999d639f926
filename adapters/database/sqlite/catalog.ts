import { DatabaseError, type Row } from '../../../lib/database.js'
import { classify } from './errors.js'

/** Runs one catalog statement; all of one reading see the same state. */
export type Read = (sql: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>

/** A row of `sqlite_schema`. */
export interface SchemaRow {
  readonly rowid: number
  readonly type: string
  readonly name: string
  /** The table it belongs to. */
  readonly table: string
  /** 0 for what stores nothing: views, triggers, virtual tables. */
  readonly root: number
  /** null for an index that a constraint made. */
  readonly sql: string | null
}

export interface ColumnRow {
  readonly table: string
  readonly position: number
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  readonly default: string | null
  /** Position in the primary key from 1; 0 outside. */
  readonly key: number
  /** 0 plain, 1 hidden (virtual tables), 2 and 3 generated. */
  readonly hidden: number
}

export interface ForeignKeyRow {
  readonly table: string
  /** Counts down in the order of declaration. */
  readonly id: number
  readonly sequence: number
  readonly parent: string
  readonly column: string
  /** null: the parent's primary key. */
  readonly parentColumn: string | null
  readonly onUpdate: string
  readonly onDelete: string
}

export interface UniqueIndexRow {
  readonly table: string
  readonly index: string
  /** `c` CREATE INDEX, `u` UNIQUE, `pk` PRIMARY KEY. */
  readonly origin: string
  readonly partial: boolean
  readonly sequence: number
  /** null for an expression. */
  readonly column: string | null
}

/** Everything one reading is made of. */
export interface Catalog {
  readonly version: number
  readonly schema: readonly SchemaRow[]
  /** Tables that implement a virtual table; nobody's to serve. */
  readonly shadows: ReadonlySet<string>
  readonly columns: readonly ColumnRow[]
  readonly foreignKeys: readonly ForeignKeyRow[]
  readonly uniqueIndexes: readonly UniqueIndexRow[]
}

// 'main' everywhere: a temporary table of the same name would be described instead.
const schemaSql = 'select rowid, type, name, tbl_name, rootpage, sql from main.sqlite_schema'
const shadowSql = `select name from pragma_table_list where schema = 'main' and type = 'shadow'`
const objects = `from main.sqlite_schema m join`
const named = `m.name not like 'sqlite\\_%' escape '\\'`
const columnList = 'p.cid, p.name as n, p.type as ty, p."notnull" as nn, p.dflt_value as d, p.pk as pk, p.hidden as h'
const columnsSql = `select m.name as t, ${columnList} ${objects} pragma_table_xinfo(m.name, 'main') p where m.type in ('table', 'view') and ${named}`
const oneTableSql = `select ? as t, ${columnList} from pragma_table_xinfo(?, 'main') p`
const foreignKeySql = `select m.name as t, f.id, f.seq as s, f."table" as rt, f."from" as c, f."to" as rc, f.on_update as u, f.on_delete as d
  ${objects} pragma_foreign_key_list(m.name, 'main') f where m.type = 'table'`
const uniqueSql = `select m.name as t, l.name as i, l.origin as o, l.partial as p, x.seqno as s, x.name as c
  ${objects} pragma_index_list(m.name, 'main') l join pragma_index_xinfo(l.name, 'main') x
  where m.type = 'table' and l."unique" = 1 and x.key = 1`

/** Reads the catalog in six statements. */
export async function readCatalog(read: Read): Promise<Catalog> {
  const [version] = await read('select schema_version as v from pragma_schema_version')
  const schema = (await read(schemaSql)).map(schemaRow)
  return {
    version: Number(version?.[0]),
    schema: schema.sort((left, right) => left.rowid - right.rowid),
    shadows: new Set((await read(shadowSql)).map(([name]) => String(name))),
    columns: (await readColumns(read, schema)).map(columnRow),
    foreignKeys: (await read(foreignKeySql)).map(foreignKeyRow),
    uniqueIndexes: (await read(uniqueSql)).map(uniqueIndexRow),
  }
}

/** One view over a table that is gone, or a virtual table whose module is not loaded, fails the whole statement: then one by one. */
async function readColumns(read: Read, schema: readonly SchemaRow[]): Promise<readonly Row[]> {
  const all = await readable(() => read(columnsSql))
  if (all !== null) return all
  const rows: Row[] = []
  for (const { type, name } of schema) {
    if ((type !== 'table' && type !== 'view') || name.startsWith('sqlite_')) continue
    rows.push(...((await readable(() => read(oneTableSql, [name, name]))) ?? []))
  }
  return rows
}

async function readable(work: () => Promise<readonly Row[]>): Promise<readonly Row[] | null> {
  try {
    return await work()
  } catch (error) {
    const failure = classify(error)
    if (failure instanceof DatabaseError && (failure.kind === 'schema' || failure.kind === 'unknown')) return null
    throw failure
  }
}

function schemaRow([rowid, type, name, table, root, sql]: Row): SchemaRow {
  return {
    rowid: Number(rowid),
    type: String(type),
    name: String(name),
    table: String(table),
    root: Number(root ?? 0),
    sql: textOrNull(sql),
  }
}

function columnRow([table, position, name, type, notNull, value, key, hidden]: Row): ColumnRow {
  return {
    table: String(table),
    position: Number(position),
    name: String(name),
    type: String(type ?? ''),
    notNull: Number(notNull) !== 0,
    default: textOrNull(value),
    key: Number(key),
    hidden: Number(hidden),
  }
}

function foreignKeyRow([table, id, sequence, parent, column, parentColumn, onUpdate, onDelete]: Row): ForeignKeyRow {
  return {
    table: String(table),
    id: Number(id),
    sequence: Number(sequence),
    parent: String(parent),
    column: String(column),
    parentColumn: textOrNull(parentColumn),
    onUpdate: String(onUpdate),
    onDelete: String(onDelete),
  }
}

function uniqueIndexRow([table, index, origin, partial, sequence, column]: Row): UniqueIndexRow {
  return {
    table: String(table),
    index: String(index),
    origin: String(origin),
    partial: Number(partial) !== 0,
    sequence: Number(sequence),
    column: textOrNull(column),
  }
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
