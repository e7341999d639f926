import type { Row } from '../../database.js'
import { fail } from '../../errors.js'
import { type TablePlan, unservable } from '../../projection/projection.js'
import { createSerializer, encodeValue } from '../../projection/serialize.js'
import { type Position, readCursor, writeCursor } from '../../query/keyset.js'
import { type Listing, planListing } from '../../query/listing.js'
import { parseReadQuery, type ReadQuery } from '../../query/read-query.js'
import { severalRowsById } from '../../query/selection.js'
import { textOfJson } from '../../query/write.js'
import { type Call, type DataContext, onTable } from '../call.js'
import { listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { streamRows } from './stream-rows.js'

/** `GET /{service}/_table/{table}`: a page of rows, or all of them as NDJSON. */
export async function readRows(call: Call): Promise<FaucetResponse> {
  const streaming = wantsStream(call)
  return onTable(call, 'read', async (context) => {
    const query = parseReadQuery(call.request.query, context.plan, context.monitor.parts.service.limits, streaming)
    if (query.ids !== null && !context.plan.keyIsUnique) await requireRowById(context, query.ids, call.request.signal)
    return streaming ? streamRows(call, context, query) : readPage(call, context, query)
  })
}

/** As for a single row: an id that means several rows is no id. */
async function requireRowById({ plan, dialect, monitor }: DataContext, ids: readonly (readonly string[])[], signal: AbortSignal) {
  const { rows } = await monitor.database.query(dialect.compile(severalRowsById(plan, ids, dialect)), { signal })
  if (rows.length > 0) severalRows(plan)
}

function severalRows(plan: TablePlan): never {
  unservable(plan.table.name, null, 'several rows have the same id')
}

function wantsStream(call: Call): boolean {
  const accept = String(call.request.headers.accept ?? '*/*').toLowerCase()
  if (accept.includes('application/x-ndjson')) return true
  if (/(\*|application)\/(\*|json)/.test(accept)) return false
  return fail('not-acceptable', { detail: 'rows come as application/json or application/x-ndjson' })
}

async function readPage(call: Call, context: DataContext, query: ReadQuery): Promise<FaucetResponse> {
  const start = performance.now()
  const { plan, monitor } = context
  const listing = planListing(plan, query, context)
  const cursors = pageCursors(context, query, listing)
  const { signal } = call.request
  const limit = query.limit ?? 0
  const page = listing.page({ limit, offset: query.offset, after: cursors.after })
  const rows = limit === 0 ? [] : (await monitor.database.query(context.dialect.compile(page), { signal })).rows
  // Nobody has looked since the key went.
  if (query.ids !== null && rows.length > query.ids.length) severalRows(plan)
  const total = query.includeCount ? await countRows(context, listing, signal) : undefined
  const last = rows.at(-1)
  const next = limit > 0 && rows.length === limit && last !== undefined ? cursors.from(last) : undefined
  return listText(200, rows.map(createSerializer(plan.table.name, listing.outputs)), {
    count: rows.length,
    limit,
    offset: query.offset,
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next_cursor: next }),
    took_ms: tookSince(start),
  })
}

/** Reading and writing this list's cursors. */
export function pageCursors(context: DataContext, query: ReadQuery, listing: Listing) {
  const scope = { version: String(context.served.contract.version), signature: query.signature }
  if (query.cursor !== null && listing.position.length === 0) {
    fail('invalid-cursor', {
      detail: 'this list cannot be paged by cursor',
      hint: 'it needs a primary key that is kept and never NULL, and an order by plain columns; use offset',
      context: { parameter: 'cursor' },
    })
  }
  return {
    after: query.cursor === null ? null : readCursor(scope, query.cursor, listing.position.length),
    from: (row: Row) => (listing.position.length === 0 ? undefined : writeCursor(scope, positionOf(context, listing, row))),
  }
}

/** The sort key's values of a row. */
export function positionOf({ plan }: DataContext, { outputs, position }: Listing, row: Row): Position {
  return position.map((key, index) => textOfJson(encodeValue(plan.table.name, key, row[outputs.length + index])))
}

async function countRows({ monitor, dialect }: DataContext, listing: Listing, signal: AbortSignal): Promise<number> {
  const { rows } = await monitor.database.query(dialect.compile(listing.count), { signal })
  return Number(rows[0]?.[0] ?? 0)
}
