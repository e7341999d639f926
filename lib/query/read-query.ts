import { fail } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import type { FieldNode, FilterNode, OrderNode } from './ast.js'
import { checkParameters, wholeNumber } from './parameters.js'
import { parseFields } from './parse-fields.js'
import { parseFilter } from './parse-filter.js'
import { parseIds } from './parse-ids.js'
import { parseGroup, parseOrder } from './parse-order.js'

/** Bounds on what one request may ask; see `limits` in the service's options. */
export interface QueryLimits {
  /** Most rows of one page. */
  readonly page: number
  /** Rows of a page that does not say. */
  readonly defaultPage: number
  /** Most rows or ids in one request. */
  readonly batch: number
  readonly filterLength: number
  readonly filterDepth: number
}

/** Which rows: shared by reads and by PATCH and DELETE. */
export interface Selection {
  readonly filter: FilterNode | null
  /** Key values as text, one list a row; null when `ids` is absent. */
  readonly ids: readonly (readonly string[])[] | null
}

/** A read as asked for: parsed, but names and values not yet checked against the contract. */
export interface ReadQuery extends Selection {
  /** Empty: all columns. */
  readonly fields: readonly FieldNode[]
  readonly order: readonly OrderNode[]
  readonly group: readonly string[]
  /** null: as many as there are (streams only). */
  readonly limit: number | null
  readonly offset: number
  readonly cursor: string | null
  readonly includeCount: CountMode | null
  /** What tells lists with the same columns and order from others: those parameters as given. */
  readonly shape: string
  /** The parts a cursor is bound to, as given. */
  readonly signature: string
}

/** `estimated`: by the database's own statistics, where it has some. */
export type CountMode = 'exact' | 'estimated'

const readParameters = ['fields', 'filter', 'order', 'limit', 'offset', 'cursor', 'ids', 'include_count', 'group']

/** Parses the query of a list. `streaming` reads have no page size unless `limit` is given. */
export function parseReadQuery(query: URLSearchParams, plan: TablePlan, limits: QueryLimits, streaming: boolean): ReadQuery {
  checkParameters(query, readParameters)
  const cursor = query.get('cursor')
  const offset = wholeNumber(query, 'offset')
  if (cursor !== null && offset !== null) {
    fail('invalid-parameter', {
      detail: 'cursor and offset exclude each other',
      hint: 'give one',
      context: { parameter: 'offset' },
    })
  }
  const asked = wholeNumber(query, 'limit')
  return {
    ...parseSelection(query, plan, limits),
    fields: parsed(query, 'fields', parseFields) ?? [],
    order: parsed(query, 'order', parseOrder) ?? [],
    group: parsed(query, 'group', parseGroup) ?? [],
    limit: streaming ? asked : Math.min(asked ?? limits.defaultPage, limits.page),
    offset: offset ?? 0,
    cursor,
    includeCount: countMode(query),
    shape: JSON.stringify([query.get('fields'), query.get('order')]),
    signature: JSON.stringify(['order', 'filter', 'ids', 'group'].map((name) => query.getAll(name))),
  }
}

function countMode(query: URLSearchParams): CountMode | null {
  const text = query.get('include_count')
  if (text === null || text === 'false') return null
  if (text === 'true') return 'exact'
  if (text === 'exact' || text === 'estimated') return text
  return fail('invalid-parameter', {
    detail: `include_count must be exact, estimated or false, not "${text.slice(0, 40)}"`,
    context: { parameter: 'include_count' },
  })
}

export function parseSelection(query: URLSearchParams, plan: TablePlan, limits: QueryLimits): Selection {
  const filter = query.get('filter')
  const ids = query.getAll('ids')
  if (ids.length > 0) requireKey(plan)
  return {
    filter: filter === null ? null : parseFilter(filter, { maxLength: limits.filterLength, maxDepth: limits.filterDepth }),
    ids: ids.length === 0 ? null : parseIds(ids, plan.key.length, limits.batch),
  }
}

/** Fails with `no-primary-key` on a table whose rows cannot be addressed. */
export function requireKey(plan: TablePlan): void {
  if (plan.key.length > 0) return
  fail('no-primary-key', {
    detail: `"${plan.table.name}" has no primary key, so its rows have no ids`,
    hint: 'choose rows with filter=',
    context: { table: plan.table.name },
  })
}

function parsed<T>(query: URLSearchParams, name: string, parse: (text: string) => T): T | null {
  const text = query.get(name)
  return text === null ? null : parse(text)
}
