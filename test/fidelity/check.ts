import type { EngineName } from '../support/databases.js'
import type { Change, Form } from './changes/change.js'
import { type Answer, bodyOf, rowsIn, send } from './client.js'
import { type Contents, type Keeper, parseContents } from './contents.js'
import {
  type Holds,
  isEach,
  isLeftOut,
  isStandIn,
  rowsOf,
  rowVerdict,
  showsLost,
  type Verdict,
  verdictOf,
} from './expectation.js'
import { columnsOf, splitName, tableNamed, tables, view } from './fixture.js'
import { type Cell, listOf, type Row } from './requests.js'
import type { Truth, Twin } from './twin.js'

/** What a cell is compared with and by. */
export interface Checking {
  readonly change: Change
  readonly engine: EngineName
  readonly form: Form
  readonly holds: Holds
  /** Has NULL, or the stand-in, where the altered database lost a column. */
  readonly twin: Twin
  /** Has everything. */
  readonly whole: Twin
  readonly base: string
  readonly keeper: Keeper
  /** The altered database before any request. */
  readonly before: string
}

/** `=` same, `n` same as with NULLs or a stand-in, `u` 503, `d` 409, `·` says nothing here; or what is wrong. */
export type Outcome = '=' | 'n' | 'u' | 'd' | '·' | { readonly wrong: string }

const pin = { 'Faucet-Contract': '1' }

/**
 * Sends one cell's request to the altered database and holds the answer, and the rows afterwards, against the design's word.
 *
 * @param told what must come of it, where the change itself says so
 */
export async function checkCell(checking: Checking, cell: Cell, told?: Verdict): Promise<Outcome> {
  const { twin, whole, holds, change, form, keeper, before } = checking
  const truth = await twin.ask(cell)
  const key = tableNamed(cell.table).key
  const ruled = told ?? verdictOf(cell, holds)
  const verdict =
    ruled === 'same' && showsLost(cell, rowsIn(truth.answer, cell) as readonly Row[], key, holds) ? 'unservable' : ruled
  // What the contract itself forbids and what is held besides: which of the two is told first is nobody's promise.
  if (truth.answer.status >= 500) return '·'
  if (truth.answer.status === 400 && (verdict !== 'same' || isEach(cell))) return '·'
  if (change.merges === true && form === 'auto' && cell.route === 'schema') return '·'
  const cursor = cell.secondPage === true ? await whole.cursor(cell) : undefined
  const answer = await send(checking.base, cell, form === 'pinned' ? pin : {}, cursor)
  const after = cell.method === 'GET' ? before : await keeper.text()
  const converted = verdict === 'same' && cell.method !== 'GET' && isConverted(holds, cell.table)
  const listed = converted ? await send(checking.base, listOf(cell.table), form === 'pinned' ? pin : {}) : null
  if (after !== before) await keeper.restore(after)
  const wrong =
    (await compareAnswers(checking, cell, verdict, answer, truth)) ??
    (await compareContents(checking, cell, verdict, { after, listed }, truth)) ??
    leak(change, answer)
  if (wrong !== null) return { wrong }
  if (verdict !== 'same') return verdict === 'refused' ? 'd' : 'u'
  return truth.answer.text === (await whole.ask(cell)).answer.text ? '=' : 'n'
}

async function compareAnswers(
  checking: Checking,
  cell: Cell,
  verdict: Verdict,
  answer: Answer,
  truth: Truth,
): Promise<string | null> {
  if (verdict !== 'same') return compareHold(cell, verdict, answer)
  const expected = isEach(cell) ? await eachExpected(checking, cell, answer) : truth.answer
  if (expected.status !== answer.status) return `expected ${brief(expected)}, found ${brief(answer)}`
  const { alike = asItIs } = checking.change
  const [wanted, found] = [leavingOut(checking, cell, expected.text), withoutAdded(checking, cell, answer)].map(alike)
  return wanted === found ? null : `expected ${wanted?.slice(0, 900)}\n      found    ${found?.slice(0, 900)}`
}

const asItIs = (text: string) => text

const codes = { unservable: [503, 'contract-unservable'], refused: [409, 'contract-drift'] } as const

function compareHold({ table }: Cell, wanted: Exclude<Verdict, 'same'>, answer: Answer): string | null {
  const verdict = wanted !== 'either' ? wanted : answer.status === 409 ? 'refused' : 'unservable'
  const [status, code] = codes[verdict]
  const body = answer.status >= 400 && answer.text.startsWith('{') ? JSON.parse(answer.text) : {}
  if (answer.status !== status || body.code !== code) return `expected ${status} ${code}, found ${brief(answer)}`
  if (body.error?.context?.table !== table) return `the refusal names another table: ${answer.text.slice(0, 300)}`
  if (verdict === 'refused') return null
  const [retry, cache] = [answer.headers['retry-after'], answer.headers['cache-control']]
  return retry === '300' && cache?.includes('no-store') === true ? null : `Retry-After ${retry}, Cache-Control ${cache}`
}

/** An unaltered database gets the rows that are accepted, each alone; in the place of the others stands their refusal. */
async function eachExpected({ twin, holds }: Checking, cell: Cell, found: Answer): Promise<Answer> {
  const rows = rowsOf(cell)
  const verdicts = rows.map((row) => rowVerdict(cell, row, holds))
  const kept = rows.filter((_, index) => verdicts[index] === 'same')
  const answered = kept.length === 0 ? [] : rowsIn((await twin.ask({ ...cell, body: kept })).answer, cell).slice()
  const all = await Promise.all(
    verdicts.map((verdict, index) => (verdict === 'same' ? answered.shift() : refusedRow(twin, cell, index, verdict, found))),
  )
  const errors = all.flatMap((row, index) => (row !== undefined && 'error' in row ? [index] : []))
  const meta = { count: all.length, succeeded: all.length - errors.length, failed: errors.length, errors }
  return { ...found, status: cell.method === 'POST' ? 201 : 200, text: shortErrors(JSON.stringify({ resource: all, meta })) }
}

/** The refusal of one row; where the contract does not allow the row either, the answer may be that. */
async function refusedRow(twin: Twin, cell: Cell, index: number, verdict: Exclude<Verdict, 'same'>, found: Answer) {
  const alone = rowsIn((await twin.ask({ ...cell, body: rowsOf(cell).slice(index, index + 1) })).answer, cell)[0]
  const isForbidden = (row: unknown) => (row as { error?: { code: number } } | undefined)?.error?.code === 400
  const said = rowsIn(found, cell)[index]
  if (isForbidden(alone) && isForbidden(said)) return said
  if (verdict === 'either') return said
  return { error: { code: codes[verdict][0], context: { code: codes[verdict][1] } } }
}

/** The errors of single rows by status and code alone: their rows have other places in the unaltered database's request. */
function shortErrors(text: string): string {
  const body = JSON.parse(text)
  const shortened = body.resource.map((row: { error?: { code: number; context: { code?: string } } }) =>
    row?.error === undefined
      ? row
      : {
          error: {
            code: row.error.code,
            context: typeof row.error.context === 'string' ? row.error.context : row.error.context.code,
          },
        },
  )
  const { took_ms: _, ...meta } = body.meta
  return JSON.stringify({ resource: shortened, meta })
}

/** What the answer of the unaltered database would be if what is left out of an insert were what it is now. */
function leavingOut({ holds }: Checking, cell: Cell, text: string): string {
  const names = Object.entries(holds).filter(
    ([name, hold]) => (isLeftOut(hold) || isStandIn(hold)) && splitName(name)[0] === cell.table,
  )
  if (names.length === 0 || cell.method !== 'POST' || !text.startsWith('{"resource"')) return text
  const body = JSON.parse(text)
  body.resource.forEach((row: Record<string, unknown>, index: number) => {
    for (const [name, hold] of names) {
      const column = splitName(name)[1]
      if ('error' in row || Object.hasOwn(rowsOf(cell)[index] ?? {}, column)) continue
      if (isLeftOut(hold)) row[column] = hold.leftOut
      if (isStandIn(hold)) row[column] = hold.standIn
    }
  })
  return JSON.stringify(body)
}

/** An answer without the columns that `auto` merged, which must be there. */
function withoutAdded({ change, form, engine }: Checking, cell: Cell, answer: Answer): string {
  if (isEach(cell) && answer.status < 300) return strip(change, form, engine, cell, { ...answer, text: shortErrors(answer.text) })
  return strip(change, form, engine, cell, answer)
}

function strip(change: Change, form: Form, engine: EngineName, cell: Cell, answer: Answer): string {
  const isMerged = form === 'auto' && change.unseen?.includes(engine) !== true
  const added = (isMerged ? (change.adds ?? []) : []).map(splitName).filter(([table]) => table === cell.table)
  if (added.length === 0 || answer.status >= 300 || cell.method === 'DELETE') return answer.text
  const names = added.map(([, column]) => column)
  if (cell.route === 'schema') {
    const schema = bodyOf(answer, cell) as { columns: { name: string }[] }
    return JSON.stringify({ ...schema, columns: schema.columns.filter(({ name }) => !names.includes(name)) })
  }
  const rows = cell.query?.fields === undefined ? rowsIn(answer, cell).filter((row) => !('error' in row)).length : 0
  return names.reduce((text, name) => withoutProperty(text, name, rows), answer.text)
}

/** A text of rows without one property of theirs, cut out: JSON columns keep the spelling that they have in it. */
function withoutProperty(text: string, name: string, rows: number): string {
  const property = new RegExp(`,"${name}":(?:null|true|false|-?[\\d.]+|"(?:[^"\\\\]|\\\\.)*")`, 'g')
  const end = text.lastIndexOf('],"meta":')
  const [listed, rest] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)]
  const found = listed.match(property)?.length ?? 0
  return found === rows ? listed.replaceAll(property, '') + rest : `"${name}" is in ${found} of ${rows} rows: ${text}`
}

/** After a refusal everything is as it was; after a write, each promised column that still has its values is as in the unaltered database. */
interface Found {
  /** All rows of the database, in plain SQL. */
  readonly after: string
  /** The table's rows as the API lists them, where their values are of another type than in the database. */
  readonly listed: Answer | null
}

async function compareContents(
  checking: Checking,
  cell: Cell,
  verdict: Verdict,
  found: Found,
  truth: Truth,
): Promise<string | null> {
  const { before, twin, holds, change, form, engine } = checking
  const { after, listed } = found
  if (cell.method === 'GET') return null
  const kept = rowsOf(cell).filter((row) => rowVerdict(cell, row, holds) === 'same')
  if (verdict !== 'same' || (isEach(cell) && kept.length === 0)) {
    return after === before ? null : 'the refused write left something behind'
  }
  const accepted = isEach(cell) ? await twin.ask({ ...cell, body: kept }) : truth
  const { alike = asItIs } = change
  if (listed !== null && alike(strip(change, form, engine, listOf(cell.table), listed)) !== alike(accepted.listed)) {
    return `afterwards ${listed.text}, expected ${accepted.listed}`
  }
  const live = parseContents(after)
  for (const table of tables) {
    const different = compareTable(checking, table.name, live, accepted.contents)
    if (different !== null) return different
  }
  return null
}

function compareTable({ change, engine, holds }: Checking, table: string, live: Contents, wanted: Contents): string | null {
  const names = change.names ?? {}
  const columns = columnsOf(tableNamed(table), engine).filter(
    ({ name, generated }) => generated === undefined && holds[`${table}.${name}`] === undefined,
  )
  if (holds[table] === 'unservable') return null
  const text = (contents: Contents, of: string, nameOf: (column: string) => string) =>
    (contents.get(of) ?? [])
      .map((row) => columns.map(({ name }) => row.get(nameOf(name)) ?? 'nothing').join('|'))
      .sort()
      .join('\n')
  const [is, should] = [
    text(live, names[table] ?? table, (column) => names[`${table}.${column}`] ?? column),
    text(wanted, table, (column) => column),
  ]
  return is === should ? null : `rows of ${table}: expected\n${should}\n      found\n${is}`
}

/** Whether a table's rows are compared as the API lists them: their values are of another type than in the database, and all are served. */
function isConverted(holds: Holds, table: string): boolean {
  const own = Object.entries(holds).flatMap(([name, hold]) => (splitName(name)[0] === table ? [hold] : []))
  return own.some((hold) => hold === 'converted' || hold === 'unsorted') && !own.includes('unservable')
}

/** Names that stand in the contract, whatever they are the names of by now. */
const promised = new Set([...tables, view].flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)]))

/** Live names reach no consumer. */
function leak({ names = {} }: Change, { status, text }: Answer): string | null {
  if (status < 400) return null
  const found = Object.values(names).find((now) => !promised.has(now) && new RegExp(`\\b${now}\\b`).test(text))
  return found === undefined ? null : `the refusal tells a live name: ${text.slice(0, 300)}`
}

function brief({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 400)}`
}

/** The statements that take away from a twin what the altered database has no more. */
export function losing(holds: Holds, engine: EngineName): string[] {
  return Object.entries(holds).flatMap(([name, hold]) => {
    const [of, column] = splitName(name)
    // What the view lacks, its table may have; nobody asks both at once.
    const table = of === view.name ? 'orders' : of
    if (column === '') return []
    if (hold === 'null') return [`update ${table} set ${column} = null`]
    const isThere = columnsOf(tableNamed(table), engine).some((one) => one.name === column)
    return isStandIn(hold) && isThere ? [`update ${table} set ${column} = '${String(hold.standIn)}'`] : []
  })
}
