import type { Row } from '../../database.js'
import { fail } from '../../errors.js'
import type { TablePlan } from '../../projection/projection.js'
import { encodeValue } from '../../projection/serialize.js'
import { unservable } from '../../projection/unservable.js'
import { requireFits } from '../../query/fits.js'
import { type CursorScope, type Position, readCursor, writeCursor } from '../../query/keyset.js'
import { type Listing, planListing } from '../../query/listing.js'
import { parseReadQuery, type ReadQuery } from '../../query/read-query.js'
import { severalRowsById } from '../../query/selection.js'
import { textOfJson } from '../../query/write.js'
import { type Call, type DataContext, onTable } from '../call.js'
import { read } from '../reading.js'
import { listText, tookSince } from '../respond.js'
import type { FaucetResponse } from '../types.js'
import { countRows } from './count-rows.js'
import { streamRows } from './stream-rows.js'

/** `GET /{service}/_table/{table}`: a page of rows, or all of them as NDJSON. */
export async function readRows(call: Call): Promise<FaucetResponse> {
  const streaming = wantsStream(call)
  return onTable(call, 'read', async (context) => {
    const query = parseReadQuery(call.request.query, context.plan, context.monitor.parts.service.limits, streaming)
    if (query.ids !== null && !context.plan.keyIsUnique) await requireRowById(call, context, query.ids)
    await requireFits(context.plan, query, (statement) => read(call, context, statement))
    return streaming ? streamRows(call, context, query) : readPage(call, context, query)
  })
}

/** As for a single row: an id that means several rows is no id. */
async function requireRowById(call: Call, context: DataContext, ids: readonly (readonly string[])[]) {
  const { rows } = await read(call, context, severalRowsById(context.plan, ids, context.dialect))
  if (rows.length > 0) severalRows(context.plan)
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
  const { plan } = context
  const listing = planListing(plan, query, context)
  const cursors = pageCursors(context, query, listing)
  const limit = query.limit ?? 0
  const page = listing.page({ limit, offset: query.offset, after: cursors.after })
  const rows = limit === 0 ? [] : (await read(call, context, page, listing.columns)).rows
  // Nobody has looked since the key went.
  if (query.ids !== null && rows.length > query.ids.length) severalRows(plan)
  const total = query.includeCount === null ? {} : await countRows(call, context, listing, query.includeCount)
  const last = rows.at(-1)
  // Without a cursor to go on with it would look like the end.
  if (listing.isCut && limit > 0 && rows.length === limit && query.offset === 0) unservable(plan.table.name, null, cutShort)
  const isFull = limit > 0 && rows.length === limit && last !== undefined
  if (isFull) await requireOwnKey(call, context, listing, last)
  const next = isFull ? cursors.from(last) : undefined
  const meta = {
    count: rows.length,
    limit,
    offset: query.offset,
    ...total,
    ...(next === undefined ? {} : { next_cursor: next }),
    took_ms: tookSince(start),
  }
  return listText(200, rows.map(listing.toJson), meta, query.fields.length === 0 ? 'rows' : 'fields')
}

const cutShort = 'this list cannot be paged by the types of its columns now'

/** Reading and writing this list's cursors. */
export function pageCursors(context: DataContext, query: ReadQuery, listing: Listing) {
  const scope = { version: String(context.served.contract.version), signature: query.signature }
  if (query.cursor !== null && listing.isCut) unservable(context.plan.table.name, null, cutShort)
  if (query.cursor !== null && listing.position.length === 0) {
    fail('invalid-cursor', {
      detail: 'this list cannot be paged by cursor',
      hint: 'it needs a primary key that is kept and never NULL, and an order by plain columns; use offset',
      context: { parameter: 'cursor' },
    })
  }
  return {
    after: query.cursor === null ? null : positionAt(scope, query, query.cursor, context.plan, listing),
    from: (row: Row) => (listing.position.length === 0 ? undefined : writeCursor(scope, positionOf(context, listing, row))),
  }
}

/** A cursor from before a column of its order went has nothing to go on from: the consumer did nothing wrong. */
function positionAt(scope: CursorScope, { order }: ReadQuery, cursor: string, plan: TablePlan, { position }: Listing): Position {
  try {
    return readCursor(scope, cursor, position.length)
  } catch (error) {
    const held = order.find(({ name }) => plan.column(name)?.ref === null)
    if (held !== undefined) unservable(plan.table.name, held.name, 'this list cannot be continued by it')
    throw error
  }
}

/** The sort key's values of a row. */
export function positionOf({ plan }: DataContext, { outputs, position }: Listing, row: Row): Position {
  return position.map((key, index) => textOfJson(encodeValue(plan.table.name, key, row[outputs.length + index])))
}

/** What has the key of a page's last row is passed over by the next page: where the database does not keep keys apart any more. */
export async function requireOwnKey(call: Call, context: DataContext, listing: Listing, row: Row): Promise<void> {
  const { plan, dialect } = context
  if (plan.keyIsTotal || listing.position.length === 0) return
  const position = positionOf(context, listing, row)
  const key = plan.key.map(({ column }) => position[listing.position.findIndex(({ name }) => name === column.name)] ?? null)
  const isNone = key.some((part) => part === null)
  const { rows } = isNone ? { rows: [key] } : await read(call, context, severalRowsById(plan, [key as string[]], dialect))
  if (rows.length > 0) severalRows(plan)
}
