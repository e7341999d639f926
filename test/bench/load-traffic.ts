/** What the clients of rename-under-load.ts send, and what must come back. */
import type { Method, Send } from './load-client.js'

/** Rows 1 to `fixedRows` are only read; each client makes its own above. */
export const fixedRows = 1_500

export interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
  readonly size: number
  readonly note: string | null
}

/** All values of a row follow from its key, and from which of its `edits` it has seen. */
export function itemOf(id: number, edit = 0): Item {
  const note = (id + edit) % 3 === 0 ? null : `note ${id}.${edit}`
  return { id, name: `item ${id}`, price: (id * 7) % 1_000, size: (id * 31) % 40_000, note }
}

const fixed = Array.from({ length: fixedRows }, (_, index) => itemOf(index + 1))
const table = '/db/_table/item'
const path = (query: Record<string, string>) => `${table}?${new URLSearchParams(query)}`

/** One client: two reads, then a write, and so on, until `isOver`; then looks whether a refused write left something behind. */
export async function oneClient(send: Send, index: number, isOver: () => boolean): Promise<void> {
  const own = ownRows(send, 100_000 * (index + 1))
  for (let turn = index; !isOver(); turn++) {
    const id = 1 + ((turn * 97 + index * 31) % fixedRows)
    if (turn % 3 === 2) await own.write()
    else await reads[turn % reads.length]?.(send, id)
  }
  await own.settle()
}

type Read = (send: Send, id: number) => Promise<boolean>

const readRow: Read = (send, id) => send({ what: 'GET row', path: `${table}/${id}`, rows: [itemOf(id)] })

const readList: Read = (send, id) => {
  const found = fixed.filter(({ price }) => price > id % 1_000).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const filter = `price > ${id % 1_000} and id <= ${fixedRows}`
  return send({ what: 'GET list', path: path({ filter, order: 'name' }), rows: found.slice(0, 25) })
}

const readCount: Read = (send, id) => {
  const count = fixed.filter(({ size }) => size < id * 10).length
  const filter = `size < ${id * 10} and id <= ${fixedRows}`
  return send({ what: 'GET count', path: path({ fields: 'COUNT(*)', filter }), exactly: [{ count }] })
}

const readFields: Read = (send, id) => {
  const filter = `name = 'item ${id}'`
  return send({ what: 'GET fields', path: path({ fields: 'id,size', filter }), exactly: [{ id, size: itemOf(id).size }] })
}

/** Every few: more than the 1,000 rows of one statement, so that changes fall between two pages. */
const readStream: Read = (send, id) => {
  const last = id % 8 === 0 ? fixedRows : 50
  return send({ what: 'NDJSON', path: path({ filter: `id <= ${last}` }), rows: fixed.slice(0, last), ndjson: true })
}

// A number of turns that shares no divisor with the clients' rhythm, so that each kind comes up.
const reads: readonly Read[] = [readRow, readList, readCount, readRow, readFields, readStream, readRow]

interface Step {
  readonly method: Method
  /** The edit that the row is at before and after; null: it is not there. */
  readonly before: number | null
  readonly after: number | null
}

const steps: readonly Step[] = [
  { method: 'POST', before: null, after: 0 },
  { method: 'PATCH', before: 0, after: 1 },
  { method: 'GET', before: 1, after: 1 },
  { method: 'PUT', before: 1, after: 2 },
  { method: 'DELETE', before: 2, after: null },
]

/** Makes, changes, reads, replaces and deletes one own row after the other. */
function ownRows(send: Send, firstId: number) {
  let id = firstId
  let at = 0
  /** Rows whose write was refused, as they must be still. */
  const refused = new Map<number, Item | null>()

  const bodyOf = ({ method, after }: Step): object | undefined => {
    const { id: _, ...values } = itemOf(id, after ?? 0)
    return { POST: itemOf(id), PATCH: { note: values.note }, PUT: values, GET: undefined, DELETE: undefined }[method]
  }
  return {
    async write() {
      const step = steps[at % steps.length] as Step
      const { method, before, after } = step
      const where = method === 'POST' ? table : `${table}/${id}`
      const isDone = await send({
        what: `${method} own`,
        method,
        path: where,
        body: bodyOf(step),
        ...(after === null ? { deleted: 1 } : { rows: [itemOf(id, after)] }),
      })
      if (!isDone && method !== 'GET') refused.set(id, before === null ? null : itemOf(id, before))
      at = isDone || method === 'GET' ? at + 1 : 0
      if (at % steps.length === 0) id += 1
    },
    async settle() {
      for (const [key, item] of refused) {
        await send({ what: 'after refusal', path: path({ filter: `id = ${key}` }), rows: item === null ? [] : [item] })
      }
    },
  }
}
