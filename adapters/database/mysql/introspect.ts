import { CompiledQuery } from 'kysely'
import type { Row } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import type { LiveSchema, Table } from '../../../lib/schema/table.js'
import { carryTableIds, type TableNote } from '../shared/carry-table-ids.js'
import { type StampsByName, stampsById } from '../shared/stamp-origins.js'
import { stampIn } from '../shared/stamp-text.js'
import { assembleTables, byName, type Catalog } from './assemble.js'
import type { Flavour } from './flavour.js'
import { marksOf } from './guard.js'
import { hiddenTables, withHiddenColumns } from './hidden.js'
import type { Connection } from './link.js'
import { readMarks, readPlaces, summarizeMarks, type TableMark, type TableMarks } from './marks.js'
import { fingerprint } from './probe.js'

// Result names are given because MySQL 8 answers in upper case otherwise.
const tablesStatement = 'select table_name as name, table_type as kind from information_schema.tables where table_schema = ?'
const columnsStatement = `select table_name as tbl, ordinal_position as pos, column_name as name, column_type as ctype, data_type as dtype,
  is_nullable as nullable, column_default as dflt, extra, generation_expression as gen, privileges as rights,
  column_comment as comment, collation_name as coll
  from information_schema.columns where table_schema = ?`
const uniquesStatement = `select table_name as tbl, index_name as name, seq_in_index as pos, column_name as col, sub_part as prefix
  from information_schema.statistics where table_schema = ? and non_unique = 0`
const referencesStatement = `select table_name as tbl, constraint_name as name, ordinal_position as pos, column_name as col,
  referenced_table_schema as rschema, referenced_table_name as rtbl, referenced_column_name as rcol
  from information_schema.key_column_usage where table_schema = ? and referenced_table_name is not null`
const actionsStatement = `select table_name as tbl, constraint_name as name, delete_rule as ondelete, update_rule as onupdate
  from information_schema.referential_constraints where constraint_schema = ?`

const serverStatement = `show session variables where variable_name in
  ('server_uid', 'server_uuid', 'hostname', 'port', 'server_id', 'sql_mode', 'autocommit')`

/** How often a reading is repeated when the schema moves while it is read. */
const attempts = 3

/** See {@link Database.introspect}. `schema` null: the connection's current database. */
export async function introspect(
  connection: Connection,
  flavour: Flavour,
  schema: string | null,
  previous: LiveSchema | null,
): Promise<LiveSchema> {
  const database = schema ?? (await currentDatabase(connection))
  const scope = await scopeOf(connection, flavour, database)
  let seen = await probeOf(connection, flavour, database)
  for (let attempt = 1; ; attempt += 1) {
    const catalog = await readCatalog(connection, flavour, database)
    const shown = assembleTables(catalog, flavour, database)
    const hidden = previous?.scope === scope ? await hiddenTables(connection, flavour, database, shown, previous) : []
    const known = previous?.scope === scope ? await withHiddenColumns(connection, flavour, database, shown, previous) : shown
    const tables = [...known, ...hidden].sort(byName)
    const now = await probeOf(connection, flavour, database)
    // The last attempt keeps the older fingerprint: the next probe differs, and the schema is read again.
    if (now === seen || attempt === attempts) {
      const notes = notesOn(tables, catalog, now === seen)
      const stamps = stampsIn(tables, catalog.columns)
      const carried = carryTableIds(tables, notes, previous, scope, stamps)
      const marks = marksOf(carried, catalog.columns)
      return { scope, probe: seen, tables: carried, marks, stamps: stampsById(carried, stamps), details: notes }
    }
    seen = now
  }
}

/** See {@link Database.probe}. */
export async function probe(connection: Connection, flavour: Flavour, schema: string | null): Promise<string> {
  return probeOf(connection, flavour, schema ?? (await currentDatabase(connection)))
}

async function probeOf(connection: Connection, flavour: Flavour, database: string): Promise<string> {
  const marks = await readMarks(connection, flavour, database)
  return fingerprint(connection, flavour, database, summarizeMarks(marks))
}

/** `steady` false: parts of the reading may be of different moments, so places are not kept with names they do not belong to. */
function notesOn(tables: readonly Table[], { marks, places }: Catalog, steady: boolean): readonly TableNote[] {
  return tables.map(({ name, columns }): TableNote => {
    const { id = null, version = null } = marks.get(name) ?? {}
    const own = places.get(id ?? '')
    if (!steady || version === null || own === undefined) return [name, id, null, []]
    return [name, id, version, columns.map((column) => own.get(column.name) ?? null)]
  })
}

/** The columns of a view show the comments of those that they are made of. */
function stampsIn(tables: readonly Table[], rows: readonly Row[]): StampsByName {
  const found = new Map(
    tables.flatMap(({ name, kind }) => (kind === 'table' ? [[name, new Map<string, string>()] as const] : [])),
  )
  for (const [table, , column, , , , , , , , comment] of rows) {
    const key = stampIn(String(comment))
    if (key !== null) found.get(String(table))?.set(String(column), key)
  }
  return found
}

async function readCatalog(connection: Connection, flavour: Flavour, database: string): Promise<Catalog> {
  const rows = async (statement: string): Promise<readonly Row[]> =>
    (await connection.query(CompiledQuery.raw(statement, [database]))).rows
  const tables = await rows(tablesStatement)
  return {
    tables,
    columns: await rows(columnsStatement),
    uniques: await rows(uniquesStatement),
    references: await rows(referencesStatement),
    actions: await rows(actionsStatement),
    checks: await rows(flavour.checksStatement),
    marks: marksByTable(await readMarks(connection, flavour, database), tables, flavour, database),
    places: await readPlaces(connection, flavour, database),
  }
}

function marksByTable(
  marks: TableMarks | null,
  tables: readonly Row[],
  { innodb }: Flavour,
  database: string,
): ReadonlyMap<string, TableMark> {
  const found = [...(marks ?? [])]
  const innodbNames = found.map(([name]) => name)
  const names = innodb.namesOf(
    innodbNames,
    tables.map(([name]) => String(name)),
    database,
  )
  return new Map(
    found.flatMap(([name, mark]) => {
      const table = names.get(name)
      return table === undefined ? [] : [[table, mark]]
    }),
  )
}

async function currentDatabase(connection: Connection): Promise<string> {
  const { rows } = await connection.query(CompiledQuery.raw('select database() as name'))
  const name = rows[0]?.[0]
  if (typeof name === 'string') return name
  return fail('invalid-config', {
    detail: 'the connections of the given Kysely instance are in no database',
    hint: 'set `database` in the options of its pool',
  })
}

/** MariaDB before 10.11.9 has no `server_uid`. */
async function scopeOf(connection: Connection, flavour: Flavour, database: string): Promise<string> {
  const { rows } = await connection.query(CompiledQuery.raw(serverStatement), { bare: true })
  const variables = new Map(rows.map(([name, value]) => [String(name).toLowerCase(), String(value)]))
  assertUsable(variables)
  const server =
    variables.get('server_uid') ??
    variables.get('server_uuid') ??
    ['hostname', 'port', 'server_id'].map((name) => variables.get(name)).join(':')
  return [flavour.name, server, database].join(':')
}

/** A host's sessions can be set up in ways that are not safe to work in; ours never are. */
function assertUsable(variables: ReadonlyMap<string, string>): void {
  if (variables.get('sql_mode')?.includes('NO_BACKSLASH_ESCAPES')) {
    fail('invalid-config', {
      detail: 'the connections of the given Kysely instance use the SQL mode NO_BACKSLASH_ESCAPES',
      hint: 'remove it: mysql2 escapes quotes with backslashes, so values could end their string literal',
    })
  }
  if (variables.get('autocommit') === 'OFF') {
    fail('invalid-config', {
      detail: 'the connections of the given Kysely instance have autocommit off',
      hint: 'switch it on, or writes would wait for a commit of the host',
    })
  }
}
