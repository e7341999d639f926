import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { DatabaseError, type Row } from '../../database.js'
import type { Served } from '../../drift/served.js'
import { FaucetError, isFaucetError } from '../../errors.js'
import type { TablePlan } from '../../projection/projection.js'
import { unservable } from '../../projection/unservable.js'
import type { Position } from '../../query/keyset.js'
import { type Listing, type PageOptions, planListing } from '../../query/listing.js'
import type { ReadQuery } from '../../query/read-query.js'
import { canonicalJson } from '../../schema/canonical.js'
import { type Call, type DataContext, isStale } from '../call.js'
import { problemOf } from '../database-problem.js'
import { errorEntry } from '../problem.js'
import { read, statementOptions } from '../reading.js'
import type { FaucetResponse } from '../types.js'
import { pageCursors, positionOf, requireOwnKey } from './read-rows.js'

/** Rows of one statement of a stream. */
const pageRows = 1_000

/**
 * All rows as NDJSON. Each page is a statement of its own, continued by key and planned on the schema of that moment, so
 * that a slow reader holds nothing in the database; only a list without a key that tells all rows apart keeps one cursor open. Headers wait for the
 * first page, so that what can be refused is refused with a status.
 */
export async function streamRows(call: Call, context: DataContext, query: ReadQuery): Promise<FaucetResponse> {
  const listing = planListing(context.plan, query, context)
  const pages =
    query.limit === 0
      ? [][Symbol.iterator]()
      : context.plan.keyIsTotal && listing.position.length > 0
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
  let planned: Planned = { context, listing }
  for (let first = true; left > 0; first = false) {
    const page = { limit: Math.min(pageRows, left), offset: first ? query.offset : 0, after }
    // The first page fails with the request, which is then planned anew whole.
    const read = first ? await readOnce(call, planned, page) : await readPage(call, query, await replanned(planned, query), page)
    const { rows } = read
    planned = read.planned
    if (rows.length > 0) yield rows.map(planned.listing.toJson)
    const last = rows.at(-1)
    if (last === undefined || rows.length < page.limit) return
    await requireOwnKey(call, planned.context, planned.listing, last)
    after = positionOf(planned.context, planned.listing, last)
    left -= rows.length
  }
}

interface Planned {
  readonly context: DataContext
  readonly listing: Listing
}

async function readOnce(call: Call, planned: Planned, page: PageOptions) {
  const { rows } = await read(call, planned.context, planned.listing.page(page), planned.listing.columns)
  return { rows, planned }
}

/** Most times one page is read anew because the schema moved under its statement, or for a conflict. */
const pageRuns = 3

async function readPage(call: Call, query: ReadQuery, planned: Planned, page: PageOptions) {
  for (let failures = 0, now = planned; ; now = await replanned(now, query)) {
    const { monitor, served, plan } = now.context
    try {
      const read = await readOnce(call, now, page)
      // Else the names may have come to mean something else before the statement ran.
      if (monitor.isCurrent(served)) return read
    } catch (error) {
      failures += 1
      if (failures >= pageRuns || !(error instanceof DatabaseError)) throw error
      if (error.kind !== 'retry' && !(isStale(error, plan, 'read') && (await monitor.lookAgain(served)))) throw error
    }
  }
}

/** The same promises on the schema of this moment; fails where they are not the same any more, or cannot be continued by key. */
async function replanned(planned: Planned, query: ReadQuery): Promise<Planned> {
  const { context, listing } = planned
  const current = await context.monitor.again(context.served)
  if (current === context.served) return planned
  const plan = current === null ? null : samePromises(context, current)
  if (current === null || plan === null) {
    unservable(context.plan.table.name, null, 'the contract was promoted while this list was read; start again')
  }
  const now = { ...context, served: current, plan }
  const next = planListing(plan, query, now)
  if (next.position.length === listing.position.length) return { context: now, listing: next }
  return unservable(plan.table.name, null, 'the key by which this list continues has changed; start again')
}

/** The table as it was promised, on what is served now. A revision may have added to it, or let types grow. */
function samePromises({ plan, served }: DataContext, current: Served): TablePlan | null {
  if (current.locked !== served.locked || current.contract.version !== served.contract.version) return null
  const now = current.projection.table(plan.table.name)
  if (now === undefined || !isSame(now.table.primaryKey, plan.table.primaryKey)) return null
  const columns = plan.columns.flatMap(({ column }) => now.column(column.name) ?? [])
  const isKept = isSame(
    columns.map(({ column }) => column),
    plan.columns.map(({ column }) => column),
  )
  return isKept ? { ...now, table: plan.table, columns } : null
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other)
}

async function* cursorPages(call: Call, context: DataContext, query: ReadQuery, listing: Listing): AsyncGenerator<Page> {
  const { after } = pageCursors(context, query, listing)
  const statement = listing.page({ limit: query.limit, offset: query.offset, after, guarded: true })
  const chunks: AsyncIterable<readonly Row[]> = context.monitor.database.stream(
    context.dialect.compile(statement),
    statementOptions(call, context),
  )
  for await (const rows of chunks) yield rows.map(listing.toJson)
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
