import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { DatabaseError, type Unstamped } from '../../../lib/database.js'
import type { Table } from '../../../lib/schema/table.js'
import { withStamp } from '../shared/stamp-text.js'
import { type ColumnText, columnTexts, withComment } from './column-text.js'
import type { Flavour } from './flavour.js'
import type { Connection } from './link.js'
import { inStampSession } from './stamp-session.js'

/** Characters in a column's comment. */
const longest = 1024

/** Reasons by column. */
type Refusals = Map<string, Unstamped['reason']>

/**
 * See {@link Database.stamp}. There is no statement for a comment alone: the whole definition is written again, as the server itself
 * tells it. So that nothing of it can get lost, it is tried out on an empty temporary table first, and written under a lock that keeps
 * others from changing it meanwhile. INSTANT touches no row; what the server will not do so is left.
 */
export function stampColumns(
  connection: Connection,
  flavour: Flavour,
  schema: string | null,
  table: Table,
  stamps: ReadonlyMap<string, string>,
): Promise<readonly Unstamped[]> {
  const refusals: Refusals = new Map()
  const source = flavour.sql.table(schema, table.name)
  return inStampSession(connection, async (run) => {
    const create = async (name: RawBuilder<unknown>) => String((await run(sql`show create table ${name}`)).rows[0]?.[1])
    try {
      const written = await create(source)
      const changes = changesOf(written, stamps, flavour, refusals)
      await rehearse(run, create, source, changes, refusals)
      await write(run, create, source, changes, written, refusals)
    } catch (error) {
      const reason = reasonOf(error)
      for (const column of stamps.keys()) if (!refusals.has(column)) refusals.set(column, reason)
    }
    return [...refusals].map(([column, reason]) => ({ column, reason, ...(reason === 'forbidden' ? { grant: rights } : {}) }))
  })
}

const rights = 'ALTER, CREATE, INSERT, LOCK TABLES and CREATE TEMPORARY TABLES on the database'

type Run = Parameters<Parameters<typeof inStampSession>[1]>[0]
type Create = (name: RawBuilder<unknown>) => Promise<string>
/** Column → its new definition. */
type Changes = Map<string, string>

function changesOf(written: string, stamps: ReadonlyMap<string, string>, { definition }: Flavour, refusals: Refusals): Changes {
  const texts = columnTexts(written)
  const changes: Changes = new Map()
  for (const [column, key] of stamps) {
    const text = texts.get(column)
    const exact = text === undefined ? null : definition(text)
    const comment = withStamp(text?.comment ?? '', key)
    if (text === undefined) refusals.set(column, 'moved')
    else if (exact === null) refusals.set(column, 'unsupported')
    else if ([...comment].length > longest) refusals.set(column, 'full')
    else changes.set(column, withComment(exact, comment))
  }
  return changes
}

/** Leaves only those changes that turn out to change nothing but comments. */
async function rehearse(
  run: Run,
  create: Create,
  source: RawBuilder<unknown>,
  changes: Changes,
  refusals: Refusals,
): Promise<void> {
  if (changes.size === 0) return
  const stage = sql.id(`_faucet_${randomBytes(6).toString('hex')}`)
  await run(sql`create temporary table ${stage} like ${source}`)
  try {
    const before = columnTexts(await create(stage))
    await each(changes, refusals, (some) => run(sql`alter table ${stage} ${modify(some)}`))
    const after = columnTexts(await create(stage))
    for (const [column] of changes) {
      if (plain(after.get(column)) === plain(before.get(column))) continue
      changes.delete(column)
      refusals.set(column, 'unsupported')
    }
  } finally {
    await run(sql`drop temporary table if exists ${stage}`)
  }
}

function plain(text: ColumnText | undefined): string | null {
  return text === undefined ? null : `${text.before}${text.after}`
}

async function write(
  run: Run,
  create: Create,
  source: RawBuilder<unknown>,
  changes: Changes,
  written: string,
  refusals: Refusals,
): Promise<void> {
  if (changes.size === 0) return
  await run(sql`lock tables ${source} write`)
  try {
    const isMoved = definitionsOf(await create(source)) !== definitionsOf(written)
    if (isMoved) for (const column of changes.keys()) refusals.set(column, 'moved')
    else await each(changes, refusals, (some) => run(sql`alter table ${source} ${modify(some)}, algorithm = instant`))
  } finally {
    await run(sql`unlock tables`)
  }
}

/** Without what follows the columns and keys: it counts rows. */
function definitionsOf(statement: string): string {
  return JSON.stringify([...columnTexts(statement)])
}

/** The server's own words, and a literal that is quoted for this session's mode. */
function modify(changes: ReadonlyMap<string, string>): RawBuilder<unknown> {
  return sql.join([...changes.values()].map((definition) => sql`modify column ${sql.raw(definition)}`))
}

/** All in one statement; where that is refused, one by one, to find out which. Those that are refused are taken out. */
async function each(
  changes: Changes,
  refusals: Refusals,
  alter: (some: ReadonlyMap<string, string>) => Promise<unknown>,
): Promise<void> {
  try {
    await alter(changes)
  } catch (error) {
    const isAboutOne = reasonOf(error) === 'costly' || reasonOf(error) === 'unsupported'
    if (!isAboutOne) throw error
    for (const [column, definition] of [...changes]) {
      await alter(new Map([[column, definition]])).catch((own: unknown) => {
        changes.delete(column)
        refusals.set(column, reasonOf(own))
      })
    }
  }
}

/** ER_ALTER_OPERATION_NOT_SUPPORTED, with and without a reason. */
const costly: ReadonlySet<unknown> = new Set([1845, 1846])

function reasonOf(error: unknown): Unstamped['reason'] {
  if (!(error instanceof DatabaseError)) throw error
  const { kind, cause } = error
  if (kind === 'unavailable' || kind === 'connection-lost') throw error
  if (kind === 'permission') return 'forbidden'
  if (kind === 'retry' || kind === 'timeout') return 'busy'
  if (kind === 'schema') return 'moved'
  return costly.has((cause as { readonly errno?: unknown } | undefined)?.errno) ? 'costly' : 'unsupported'
}
