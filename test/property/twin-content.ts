/** What tables have in them, whatever they and their columns are called by now. */
import type { EngineName, TestDatabase } from '../support/databases.js'
import { id, type LiveTable } from './twin-schema.js'

/** Every row of every table. */
export async function contentOf(engine: EngineName, database: TestDatabase, live: readonly LiveTable[]): Promise<string> {
  const tables: string[] = []
  for (const { name, columns } of live) {
    const rows = await rowsOf(
      engine,
      database,
      name,
      columns.map((column) => column.name),
    )
    tables.push(JSON.stringify(rows.sort()))
  }
  return tables.join('\n')
}

/** Whether the promised columns that are left hold the same in both; null: they do, else the first difference. */
export async function sameContent(
  engine: EngineName,
  altered: TestDatabase,
  twin: TestDatabase,
  live: readonly LiveTable[],
): Promise<string | null> {
  for (const { name, promised, columns } of live) {
    const left = columns.filter((column) => column.promised !== null)
    const now = await rowsOf(
      engine,
      altered,
      name,
      left.map((column) => column.name),
    )
    const wanted = await rowsOf(
      engine,
      twin,
      promised,
      left.map((column) => column.promised ?? ''),
    )
    const [one, other] = [now, wanted].map((rows) => JSON.stringify(rows.map((row) => row.map(plain)).sort()))
    if (one !== other) return `"${promised}" has ${one} and not ${other}`
  }
  return null
}

type Value = string | null

async function rowsOf(engine: EngineName, database: TestDatabase, table: string, columns: readonly string[]): Promise<Value[][]> {
  const names = columns.map((column) => id(engine, column))
  const from = id(engine, table)
  const array = (type: string) => names.map((name) => `cast(${name} as ${type})`).join(', ')
  const statements: Record<EngineName, string> = {
    sqlite: `select json_group_array(json_array(${array('text')})) from ${from}`,
    postgres: `select json_agg(json_build_array(${array('text')}))::text from ${from}`,
    mariadb: `select cast(json_arrayagg(json_array(${array('char')})) as char) from ${from}`,
    mysql: `select cast(json_arrayagg(json_array(${array('char')})) as char) from ${from}`,
  }
  return JSON.parse((await database.value(statements[engine])) ?? '[]')
}

/** A value without what its type adds: zeros at the end, the letter between day and hour, the spelling of a boolean. */
function plain(value: Value): Value {
  if (value === null) return null
  if (value === 'true' || value === 'false') return String(Number(value === 'true'))
  if (/^-?\d+\.\d+$/.test(value)) return value.replace(/\.?0+$/, '')
  const time = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?$/.exec(value)
  if (time === null) return value
  const [, day, hour, fraction = ''] = time
  return hour === '00:00:00' && Number(fraction || 0) === 0 ? (day ?? null) : `${day} ${hour}${fraction.replace(/\.?0+$/, '')}`
}
