import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Row } from '../../database.js'
import { FaucetError, isFaucetError } from '../../errors.js'
import { createSerializer } from '../../projection/serialize.js'
import type { Position } from '../../query/keyset.js'
import { type Listing, planListing } from '../../query/listing.js'
import type { ReadQuery } from '../../query/read-query.js'
import type { Call, DataContext } from '../call.js'
import { problemOf } from '../database-problem.js'
import { errorEntry } from '../problem.js'
import type { FaucetResponse } from '../types.js'
import { pageCursors, positionOf } from './read-rows.js'

/** Rows of one statement of a stream. */
const pageRows = 1_000

/**
 * All rows as NDJSON. Each page is a statement of its own, continued by key and planned on the schema of that moment, so
 * that a slow reader holds nothing in the database; only a list without a key keeps one cursor open. Headers wait for the
 * first page, so that what can be refused is refused with a status.
 */
export async function streamRows(call: Call, context: DataContext, query: ReadQuery): Promise<FaucetResponse> {
  const listing = planListing(context.plan, query, context)
  const pages =
    query.limit === 0
      ? [][Symbol.iterator]()
      : listing.position.length > 0
        ? keysetPages(call, context, query, listing)
        : cursorPages(call, context, query, listing)
  const first = await pages.next()
  return {
    kind: 'stream',
    status: 200,
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    body: Readable.from(linesOf(context, first, pages), { objectMode: false }),
  }
}

type Pages = Iterator<Page> | AsyncIterator<Page>
/** Lines of JSON. */
type Page = readonly string[]

async function* keysetPages(call: Call, context: DataContext, query: ReadQuery, listing: Listing): AsyncGenerator<Page> {
  let after: Position | null = pageCursors(context, query, listing).after
  let left = query.limit ?? Number.POSITIVE_INFINITY
  let now = context
  for (let first = true; left > 0; first = false) {
    const plan = planListing(now.plan, query, now)
    const limit = Math.min(pageRows, left)
    const statement = plan.page({ limit, offset: first ? query.offset : 0, after })
    const { rows } = await now.monitor.database.query(now.dialect.compile(statement), { signal: call.request.signal })
    if (rows.length > 0) yield rows.map(createSerializer(now.plan.table.name, plan.outputs))
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    after = positionOf(now, plan, last)
    left -= rows.length
    now = replanned(now)
  }
}

/** The same contract on the schema of this moment; a stream finishes on the contract it began with. */
function replanned(context: DataContext): DataContext {
  const served = context.monitor.current
  if (served === null || served === context.served || served.contract.digest !== context.served.contract.digest) return context
  const plan = served.projection.table(context.plan.table.name)
  return plan === undefined ? context : { ...context, served, plan }
}

async function* cursorPages(call: Call, context: DataContext, query: ReadQuery, listing: Listing): AsyncGenerator<Page> {
  const statement = listing.page({ limit: query.limit, offset: query.offset, after: null })
  const serialize = createSerializer(context.plan.table.name, listing.outputs)
  const chunks: AsyncIterable<readonly Row[]> = context.monitor.database.stream(context.dialect.compile(statement), {
    signal: call.request.signal,
  })
  for await (const rows of chunks) yield rows.map(serialize)
}

/** A failure after the headers writes one line and breaks the connection: truncation must be seen. */
async function* linesOf(context: DataContext, first: IteratorResult<Page>, pages: Pages): AsyncGenerator<string> {
  try {
    for (let page = first; page.done !== true; page = await pages.next()) yield `${page.value.join('\n')}\n`
  } catch (error) {
    const problem = problemOf(error, context.plan, 'read')
    const known = isFaucetError(problem) ? problem : new FaucetError('internal', { detail: 'the list broke off', cause: error })
    yield `${JSON.stringify(errorEntry(known))}\n`
    // One turn, so that the line leaves before the connection is broken.
    await turn()
    throw known
  } finally {
    await pages.return?.()
  }
}
