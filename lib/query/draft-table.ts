import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { DatabaseError } from '../database.js'
import { fail } from '../errors.js'
import { insertInto } from './insert-into.js'
import type { WriteRecord } from './records.js'
import { run, type WriteContext } from './write.js'

type Sql = RawBuilder<unknown>

/** A table of the session's own like the plan's, in which the database completes rows before they are inserted. */
export interface DraftTable {
  /** The table with nothing in it but this row. Made on first use; fails with the error that inserting the row would meet. */
  filledWith(record: WriteRecord): Promise<Sql>
  /** Does nothing when the table was never made. */
  drop(): Promise<void>
}

export function draftOf(context: WriteContext): DraftTable {
  const { plan, dialect } = context
  let made: Sql | undefined
  async function create(): Promise<Sql> {
    const name = sql.id(`faucet_draft_${randomBytes(6).toString('hex')}`)
    if (dialect.draft === undefined) return fail('internal', { detail: 'this database cannot answer an insert with its rows' })
    try {
      await run(context, dialect.draft.create(name, plan.source))
    } catch (error) {
      refused(context, error)
    }
    made = name
    return name
  }
  return {
    async filledWith(record) {
      if (made !== undefined) await run(context, sql`delete from ${made}`)
      const table = made ?? (await create())
      try {
        await run(context, insertInto(context, table, [record]))
      } catch (error) {
        // Constraints have other names in the draft: the table itself is to say what is wrong.
        await run(context, insertInto(context, plan.source, [record]))
        throw error
      }
      return table
    },
    async drop() {
      // What cannot be dropped now goes with its connection, and the error that led here is the one to tell.
      if (made !== undefined) await run(context, dialect.draft?.drop(made) ?? sql``).catch(() => {})
    },
  }
}

/** Whoever sends the whole key needs no draft. Without a key there is no other way. */
function refused({ plan }: WriteContext, error: unknown): never {
  if (!(error instanceof DatabaseError) || (error.kind !== 'permission' && error.kind !== 'unknown')) throw error
  const columns = plan.key.map(({ column }) => column.name)
  const context = { table: plan.table.name, columns }
  if (plan.table.kind === 'table' && plan.plannedOn.table?.kind === 'view') {
    return fail('contract-drift', {
      detail: `rows cannot be added to "${plan.table.name}" any more: it is a view in the database now, which does not say what it stored`,
      hint: 'an operator sees the change behind it in the drift report of this service',
      context: { table: plan.table.name },
    })
  }
  if (columns.length === 0) {
    return fail('no-primary-key', {
      detail: `rows cannot be added to "${plan.table.name}": it has no key to find them by again`,
      hint: 'an operator can allow this account to create temporary tables',
      context,
    })
  }
  return fail('missing-value', {
    detail: `a new row of "${plan.table.name}" needs (${columns.join(', ')}): what the database fills in cannot be found again`,
    context,
  })
}
