import { type Json, splitName } from './fixture.js'
import type { Cell, Row } from './requests.js'

/**
 * What became of a promised table or column, in the words of the design's table of holds. What is not named is served as if nothing
 * had happened: additions, renames that are known, whatever the database alone decides about.
 */
export type Hold =
  /** Nothing live can stand behind it. */
  | 'unservable'
  /** Of a column: gone, and NULL from now on. */
  | 'null'
  /** Of a column: another type, in which every value has an exact counterpart. */
  | 'converted'
  /** Of a column: as `converted`, but this engine cannot sort or group by the promised type. */
  | 'unsorted'
  /** Of a column: the database supplies the value and takes none. */
  | 'read-only'
  /** Of a column: an insert must give it a value now, and no NULL is taken. */
  | 'required'
  /** Of a table: inserts must supply something that the contract does not have. */
  | 'no-inserts'
  /** Of a table: the database takes no writes. */
  | 'no-writes'
  /** Of a column: gone, or NULL in places; this is answered instead. */
  | { readonly standIn: Json }
  /**
   * Of a column: in these rows (by key) is what the contract has no value for: a NULL, what does not convert, or a whole number beyond
   * the promised ones, which still has its place among them.
   */
  | { readonly lost: 'null' | 'value' | 'beyond'; readonly rows: readonly Json[] }
  /** Of a column: what an insert that leaves it out finds there. */
  | { readonly leftOut: Json }

/** By `table` or `table.column`, as the contract calls them. */
export type Holds = Readonly<Record<string, Hold>>

/**
 * `same`: the answer of a database that was never altered; `unservable`: 503; `refused`: 409, nothing written; `either`: there is a
 * reason for both, and the design does not say which is told first.
 */
export type Verdict = 'same' | 'unservable' | 'refused' | 'either'

/** What the design says becomes of one request. For `continue=true`, of everything outside single rows; see {@link rowVerdict}. */
export function verdictOf(cell: Cell, holds: Holds): Verdict {
  // The contract's shape is told whatever the database has become.
  if (cell.route === 'schema') return 'same'
  if (holds[cell.table] === 'unservable') return 'unservable'
  if (cell.method === 'GET') return readVerdict(cell, holds)
  const rows = rowsOf(cell)
  if (rows.length === 0) return writeVerdict(cell, holds)
  // A value that cannot be kept is told before a row that cannot be shown.
  const verdicts = isEach(cell) ? [] : rows.map((row) => rowVerdict(cell, row, holds))
  return (
    verdicts.find((verdict) => verdict === 'refused' || verdict === 'either') ??
    verdicts.find((verdict) => verdict !== 'same') ??
    'same'
  )
}

/** What becomes of a write of one row. */
export function rowVerdict(cell: Cell, row: Row, holds: Holds): Verdict {
  const address = cell.method === 'PUT' ? Object.keys(cell.chooses ?? {}) : []
  const isLost = Object.entries(row).some(
    ([name, value]) => !address.includes(name) && !takes(holds[`${cell.table}.${name}`], value),
  )
  const chosen = writeVerdict({ ...cell, shows: [] }, holds)
  if (isLost || (cell.method === 'POST' && lacksRequired(cell, row, holds))) return chosen === 'unservable' ? 'either' : 'refused'
  return writeVerdict(cell, holds)
}

/** Whether a write carries rows that are each treated on their own. */
export function isEach(cell: Cell): boolean {
  return cell.query?.continue === 'true'
}

export function rowsOf({ body }: Cell): readonly Row[] {
  if (body === undefined) return []
  return Array.isArray(body) ? (body as readonly Row[]) : [body as Row]
}

/** No row is chosen for a write by what stands in for values; what cannot be answered is not written. */
function writeVerdict(cell: Cell, holds: Holds): Verdict {
  const table = holds[cell.table]
  if (table === 'no-writes' || (table === 'no-inserts' && cell.method === 'POST')) return 'refused'
  const chosen = Object.keys(cell.chooses ?? {}).map((name) => holds[`${cell.table}.${name}`])
  if (chosen.some((hold) => hold === 'null' || isStandIn(hold))) return 'refused'
  return readVerdict(cell, holds)
}

function readVerdict(cell: Cell, holds: Holds): Verdict {
  const named = [...cell.shows, ...Object.keys(cell.chooses ?? {})].map((name) => holds[`${cell.table}.${name}`])
  if (named.includes('unservable')) return 'unservable'
  const sorting = Object.entries(cell.chooses ?? {}).filter(([, by]) => by !== 'value' && by !== 'null')
  if (sorting.some(([name]) => holds[`${cell.table}.${name}`] === 'unsorted')) return 'unservable'
  return meetsLost(cell, holds) || comparesStandIn(cell, holds) ? 'unservable' : 'same'
}

/** How the text of a column that is gone compares went with it. */
function comparesStandIn({ table, chooses = {} }: Cell, holds: Holds): boolean {
  return Object.entries(chooses).some(([name, by]) => by === 'size' && isStandIn(holds[`${table}.${name}`]))
}

/** Values that do not convert take part in sizes, patterns and groups, the others in all but sizes; by equality none is found. */
function meetsLost(cell: Cell, holds: Holds): boolean {
  return Object.entries(cell.chooses ?? {}).some(([name, by]) => {
    const hold = holds[`${cell.table}.${name}`]
    if (!isLost(hold)) return false
    if (by === 'null') return hold.lost === 'null'
    return by !== 'value' && ((by !== 'size' && by !== 'order') || hold.lost === 'value')
  })
}

/** Whether an answer, as the unaltered database gives it, has a row whose value is not there any more. */
export function showsLost(cell: Cell, rows: readonly Row[], key: readonly string[], holds: Holds): boolean {
  return cell.shows.some((name) => {
    const hold = holds[`${cell.table}.${name}`]
    return isLost(hold) && rows.some((row) => hold.rows.includes(key.length === 0 ? null : (row[key[0] ?? ''] ?? null)))
  })
}

function takes(hold: Hold | undefined, value: Json): boolean {
  if (hold === 'read-only') return false
  if (hold === 'required') return value !== null
  if (isStandIn(hold)) return value === hold.standIn
  return (hold !== 'null' && hold !== 'unservable') || value === null
}

function lacksRequired({ table }: Cell, row: Row, holds: Holds): boolean {
  return Object.entries(holds).some(([name, hold]) => {
    const [of, column] = splitName(name)
    return of === table && hold === 'required' && !Object.hasOwn(row, column)
  })
}

export function isStandIn(hold: Hold | undefined): hold is { readonly standIn: Json } {
  return typeof hold === 'object' && 'standIn' in hold
}

export function isLost(hold: Hold | undefined): hold is Extract<Hold, { readonly lost: string }> {
  return typeof hold === 'object' && 'lost' in hold
}

export function isLeftOut(hold: Hold | undefined): hold is { readonly leftOut: Json } {
  return typeof hold === 'object' && 'leftOut' in hold
}
