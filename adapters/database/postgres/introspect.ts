import type { CompiledQuery } from 'kysely'
import { DatabaseError, type QueryResult } from '../../../lib/database.js'
import type { LiveSchema } from '../../../lib/schema/table.js'
import {
  beginReading,
  type CheckRow,
  type ColumnRow,
  checksOf,
  endReading,
  type HiddenRow,
  type IndexRow,
  identityOf,
  prepareReading,
  probeOf,
  type ReferenceRow,
  type RelationRow,
  schemaOf,
  type TypeRow,
} from './catalog.js'
import type { Connection, Connections } from './connection.js'
import { enumsOf } from './enums.js'
import { isLost } from './errors.js'
import { stampsOf } from './stamp.js'
import { assemble, type CatalogRows, type CheckText } from './tables.js'

export interface Introspector {
  introspect(previous: LiveSchema | null): Promise<LiveSchema>
  probe(): Promise<string>
}

interface Reading {
  readonly scope: string
  readonly probe: string
  readonly rows: CatalogRows
  /** By constraint oid; null when a lock kept them from being printed. */
  readonly texts: ReadonlyMap<string, string> | null
}

/** Reads `schema` in seven statements, however many tables there are. */
export function createIntrospector(connections: Connections, schema: string): Introspector {
  const known = new Map<string, CheckText>()
  const probe = probeOf(schema)
  return {
    async introspect(previous) {
      const reading = await readOnce(connections, schema, probe)
      const { tables, complete } = assemble(reading.rows, { schema, texts: reading.texts, known, previous })
      // A reading with missing texts must not look current, or it would stay until the next change.
      return {
        scope: reading.scope,
        probe: complete ? reading.probe : `${reading.probe}/incomplete`,
        tables,
        ...enumsOf(reading.rows),
        ...stampsOf(reading.rows),
      }
    },
    probe: async () => String((await connections.query(probe)).rows[0]?.[0]),
  }
}

async function readOnce(connections: Connections, schema: string, probe: CompiledQuery): Promise<Reading> {
  const connection = await connections.acquire()
  let broken = false
  try {
    await connection.run(beginReading)
    const [prepared] = (await connection.run(prepareReading)).rows
    const may = (part: number) => prepared?.[part] === 'true'
    const [identity] = (await connection.run(identityOf(may(0), may(1), may(2)))).rows
    const [digest] = (await connection.run(probe)).rows
    const rows = sortOut(await connection.run(schemaOf(schema)))
    // Last, because its failure ends the transaction.
    const texts = await readTexts(connection, schema)
    const [system, timeline, database] = identity ?? []
    const scope = ['postgres', system, timeline, database].filter((part) => part !== null).join(':')
    return { scope: `${scope}:${schema}`, probe: String(digest?.[0]), rows, texts }
  } catch (error) {
    broken = isLost(error)
    throw error
  } finally {
    broken ||= await connection.run(endReading).then(
      () => false,
      () => true,
    )
    connection.release(broken)
  }
}

async function readTexts(connection: Connection, schema: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const { rows } = await connection.run(checksOf(schema))
    return new Map(rows.map(([oid, expression]) => [String(oid), String(expression)]))
  } catch (error) {
    // A lock, or an object dropped since the snapshot (printing looks at the present).
    if (error instanceof DatabaseError && ['retry', 'unknown', 'schema'].includes(error.kind)) return null
    throw error
  }
}

function sortOut({ rows }: QueryResult): CatalogRows {
  const kinds = new Map<string, unknown[]>()
  for (const [kind, json] of rows) {
    const list = kinds.get(String(kind)) ?? []
    kinds.set(String(kind), list)
    list.push(JSON.parse(String(json)))
  }
  const of = <T>(kind: string) => (kinds.get(kind) ?? []) as T[]
  return {
    relations: of<RelationRow>('r'),
    columns: of<ColumnRow>('c'),
    hidden: of<HiddenRow>('h'),
    types: of<TypeRow>('t'),
    indexes: of<IndexRow>('u'),
    references: of<ReferenceRow>('f'),
    checks: of<CheckRow>('k'),
  }
}
