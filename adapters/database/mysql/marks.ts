import { createHash } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { DatabaseError, type Row } from '../../../lib/database.js'
import type { Flavour } from './flavour.js'
import type { Connection } from './link.js'

/** What InnoDB knows a table by. */
export interface TableMark {
  /** Stays when the table is renamed and changes when it is made anew, as many changes of its columns do. */
  readonly id: string
  /** Moves when a column comes or goes under the same id; null where the server does not tell. */
  readonly version: string | null
}

/** By InnoDB's name for the table. */
export type TableMarks = ReadonlyMap<string, TableMark>

/** Null once the server has said that this account may not read them (it needs PROCESS). */
export async function readMarks(connection: Connection, flavour: Flavour, database: string): Promise<TableMarks | null> {
  const rows = await rowsIfAllowed(connection, flavour, flavour.innodb.tables, database)
  if (rows === null) return null
  return new Map(
    rows.map(([name, id, version]) => [String(name), { id: String(id), version: version == null ? null : String(version) }]),
  )
}

/** Places of stored columns by column name, by table id. Only a new id or version changes them, never a rename. */
export type ColumnPlaces = ReadonlyMap<string, ReadonlyMap<string, number>>

/** Empty where the server has none, or none for this account. */
export async function readPlaces(connection: Connection, flavour: Flavour, database: string): Promise<ColumnPlaces> {
  const statement = flavour.innodb.places
  const rows = statement === null ? null : await rowsIfAllowed(connection, flavour, statement, database)
  const places = new Map<string, Map<string, number>>()
  for (const [id, column, place] of rows ?? []) {
    const columns = places.get(String(id)) ?? new Map<string, number>()
    places.set(String(id), columns.set(String(column), Number(place)))
  }
  return places
}

async function rowsIfAllowed(
  connection: Connection,
  flavour: Flavour,
  statement: string,
  database: string,
): Promise<readonly Row[] | null> {
  try {
    return (await connection.query(CompiledQuery.raw(statement, [flavour.innodb.filter(database)]))).rows
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'permission') return null
    throw error
  }
}

/** Marks take part in the fingerprint: a table dropped and made again in the same shape is another table. */
export function summarizeMarks(marks: TableMarks | null): string {
  if (marks === null) return '-'
  const lines = [...marks].map(([name, { id, version }]) => JSON.stringify([name, id, version])).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}
