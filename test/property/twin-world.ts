/** Two databases alike, one of which is changed under its contract. */
import type { Random } from '../query/random.js'
import { type Api, serve } from '../support/api.js'
import { createDatabase, type EngineName, type TestDatabase } from '../support/databases.js'
import type { Change } from './twin-change.js'
import { randomChange } from './twin-changes.js'
import { createStatements, id, insertStatements, type LiveTable, liveOf, randomTables, type Table } from './twin-schema.js'

/** A database and the API over it. */
export interface Side {
  readonly database: TestDatabase
  readonly api: Api
}

/** The two databases, and what has happened to the one that is changed. */
export interface World {
  readonly engine: EngineName
  readonly tables: readonly Table[]
  readonly live: readonly LiveTable[]
  readonly altered: Side
  readonly twin: Side
  readonly applied: Change[]
  /** Those since the last look. */
  readonly unseen: Change[]
  readonly log: string[]
}

/** Two databases with the same random tables and rows, each served. */
export async function createWorld(engine: EngineName, random: Random): Promise<World> {
  const tables = randomTables(random)
  const live = tables.map((table) => liveOf(engine, table))
  const setUp = [
    ...live.flatMap((table) => createStatements(engine, table)),
    ...tables.flatMap((table) => insertStatements(engine, table)),
  ]
  const schemaLock = random.pick(['auto', 'strict'] as const)
  const side = async (): Promise<Side> => {
    const database = await createDatabase(engine)
    await database.exec(...setUp)
    return { database, api: await serve(database.dsn, { schemaLock }) }
  }
  return {
    engine,
    tables,
    live,
    altered: await side(),
    twin: await side(),
    applied: [],
    unseen: [],
    log: [`-- ${schemaLock}`, ...setUp],
  }
}

/** Ends both APIs and drops both databases. */
export async function close({ altered, twin }: World): Promise<void> {
  for (const { api, database } of [altered, twin]) {
    await api.close()
    await database.drop()
  }
}

/** The API over the changed database looks at it. */
export async function look({ altered, log, unseen }: World): Promise<void> {
  log.push('-- look')
  unseen.length = 0
  await altered.api.controller.refresh('db')
}

const isSwap = ({ what }: Change) => what.startsWith('swap')

/** Applies a random change where the database lets it; `number` makes new names. */
export async function change(world: World, number: number, random: Random): Promise<void> {
  const { engine, altered, twin, applied, log, tables } = world
  const made = randomChange(engine, world.live, number, random)
  if (made === null) return
  // Their catalogs keep nothing by which an exchange of names would be seen afterwards: a window that the documents state.
  const isWindow = isSwap(made) && (engine === 'mariadb' || engine === 'mysql')
  // A table made anew whose columns exchanged names is one that fits the contract by its names, and is served by them.
  if (world.unseen.some((one) => isSwap(one) !== isSwap(made) && (one.isRebuild || made.isRebuild))) await look(world)
  for (const [index, statement] of made.statements.entries()) {
    try {
      await altered.database.exec(statement)
    } catch (error) {
      if (engine === 'sqlite') await altered.database.exec('rollback').catch(() => {})
      if (index > 0) throw error
      return
    }
    log.push(statement)
    if (isWindow) await look(world)
  }
  made.done()
  applied.push(made)
  if (!isWindow) world.unseen.push(made)
  const { lost } = made
  const column =
    lost && tables.find(({ name }) => name === lost.table.promised)?.columns.find(({ name }) => name === lost.column.promised)
  // What the contract answers from now on, the twin has.
  if (lost && column?.nullable)
    await twin.database.exec(`update ${id(engine, lost.table.promised)} set ${id(engine, column.name)} = null`)
}
