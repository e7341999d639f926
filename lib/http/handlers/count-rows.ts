import type { Listing } from '../../query/listing.js'
import type { CountMode } from '../../query/read-query.js'
import type { Call, DataContext } from '../call.js'
import { read } from '../reading.js'

/** Of `meta`: all rows a list has, whatever the page. */
export interface Total {
  readonly total: number
  /** Only where it is one. */
  readonly total_is_estimate?: true
}

/** An estimate below this is counted: that is as cheap as the guess, and small numbers are looked at. */
const countedBelow = 1_000

export async function countRows(call: Call, context: DataContext, listing: Listing, mode: CountMode): Promise<Total> {
  const expected = mode === 'estimated' ? await expectedRows(call, context, listing) : null
  if (expected !== null && expected >= countedBelow) return { total: expected, total_is_estimate: true }
  const { rows } = await read(call, context, listing.count)
  return { total: Number(rows[0]?.[0] ?? 0) }
}

/** Null where the database does not tell. */
async function expectedRows(call: Call, context: DataContext, { counted }: Listing): Promise<number | null> {
  const { estimate } = context.dialect
  if (estimate === undefined || counted === null) return null
  return estimate.read((await read(call, context, estimate.ask(counted))).rows)
}
