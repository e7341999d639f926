import { sql } from 'kysely'
import type { ColumnBinding, TableBinding } from '../contract/bind.js'
import { type Resolution, type ResolutionChange, type StoredResolution, saying, subjectOf } from '../contract/resolution.js'
import { converterOf } from '../conversion/convert.js'
import { type Database, DatabaseError, type SqlDialect, ValueMismatch } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Served } from './served.js'

/** Rows that are compared. */
const bound = 10_000

/**
 * Columns that took another's name while that lives on under another (`id` → `id_old`, `id_new` → `id`), and hold its values as
 * far as the first rows tell: a migration that fills a new column and then exchanges the two. What nobody settled so far is found here
 * once, and holds from then on: later rows may have a value in the new column only.
 */
export async function findSameValues(
  served: Served,
  settled: readonly StoredResolution[],
  database: Database,
): Promise<ResolutionChange[]> {
  const known = new Set(settled.map(({ subject }) => subject))
  const found: ResolutionChange[] = []
  for (const table of served.binding.tables) {
    for (const column of table.columns) {
      const resolution = candidate(table, column)
      if (resolution === null || known.has(subjectOf(resolution))) continue
      if (await areEqual(table, column, served, database)) found.push(saying(resolution))
    }
  }
  return found
}

function candidate(table: TableBinding, { contract, live, relation, movedTo }: ColumnBinding): Resolution | null {
  const isCandidate =
    relation === 'replaced' &&
    movedTo !== undefined &&
    live !== null &&
    table.doubtful !== true &&
    converterOf(live.type, contract.type) !== null
  if (!isCandidate || live === null) return null
  const ids = { table: table.contract.id, column: contract.id }
  return { kind: 'same-values', table: table.contract.name, column: contract.name, newcomer: live.id, ids }
}

/** Both columns as the promised type prints them: what compares equal by a collation or another type need not be the same. */
async function areEqual(
  { live: table }: TableBinding,
  { contract, live, movedTo }: ColumnBinding,
  served: Served,
  database: Database,
) {
  const { dialect } = served.projection
  const old = table?.columns.find(({ name }) => name === movedTo)
  if (table === null || live === null || old === undefined) return false
  const [one, other] = [live, old].map((column) => ({
    read: dialect.read(sql.id(column.name), column.type),
    print: printer(column.type, contract.type, dialect),
  }))
  if (one === undefined || other === undefined || one.print === null || other.print === null) return false
  const { print } = one
  const { print: printOld } = other
  const rows = sql`select ${one.read} as one, ${other.read} as other from ${dialect.table(database.schema, table.name)} limit ${bound}`
  try {
    const found = (await database.query(dialect.compile(rows))).rows.map(([now, before]) => [print(now), printOld(before)])
    // Columns of NULLs alone say nothing.
    return found.some(([now]) => now !== 'null') && found.every(([now, before]) => now === before)
  } catch (error) {
    if (error instanceof ValueMismatch || (error instanceof DatabaseError && error.kind === 'schema')) return false
    throw error
  }
}

function printer(live: ColumnType, promised: ColumnType, dialect: SqlDialect): ((raw: unknown) => string) | null {
  const encode = dialect.encoder(live)
  const convert = converterOf(live, promised, dialect)
  if (convert === null) return null
  return (raw) => (raw === null || raw === undefined ? 'null' : convert(encode(raw)))
}
