import { serve } from '../support/api.js'
import { createDatabase, type EngineName } from '../support/databases.js'
import { type Answer, send } from './client.js'
import { type Contents, keepContents, parseContents } from './contents.js'
import { type Cell, listOf } from './requests.js'
import { createAll } from './sql.js'

/** What a database that was never altered answers, and has in its tables afterwards. */
export interface Truth {
  readonly answer: Answer
  readonly contents: Contents
  /** All rows of the table after a write, as the API lists them; '' after a read. */
  readonly listed: string
}

/** The unaltered database. It starts from its first rows for every request, so each request is sent but once. */
export interface Twin {
  ask(cell: Cell): Promise<Truth>
  /** The cursor of a list's first page. */
  cursor(cell: Cell): Promise<string | undefined>
  close(): Promise<void>
}

/** @param statements run after the fixture is made: what the altered database had before its lock, and values that it lost since. */
export async function createTwin(engine: EngineName, statements: readonly string[]): Promise<Twin> {
  const database = await createDatabase(engine)
  await database.exec(...createAll(engine), ...statements)
  const api = await serve(database.dsn)
  const base = new URL(api.request.get('/').url).origin
  const keeper = await keepContents(database)
  const before = await keeper.text()
  const answers = new Map<string, Promise<Truth>>()
  const fresh = async (cell: Cell): Promise<Truth> => {
    const cursor = cell.secondPage === true ? cursorIn(await send(base, cell)) : undefined
    const answer = await send(base, cell, {}, cursor)
    const after = cell.method === 'GET' ? before : await keeper.text()
    const listed = cell.method === 'GET' ? '' : (await send(base, listOf(cell.table))).text
    if (after !== before) await keeper.restore(after)
    return { answer, contents: parseContents(after), listed }
  }
  // One at a time: each request starts from the first rows.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<Truth>): Promise<Truth> => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
  const twin: Twin = {
    ask(cell) {
      const { method, path, query, body, accept, secondPage } = cell
      const key = JSON.stringify([method, path, query, body, accept, secondPage])
      const known = answers.get(key) ?? inTurn(() => fresh(cell))
      answers.set(key, known)
      return known
    },
    async cursor({ secondPage: _, ...cell }) {
      return cursorIn((await twin.ask(cell)).answer)
    },
    async close() {
      await api.close()
      await database.drop()
    },
  }
  return twin
}

function cursorIn({ text }: Answer): string | undefined {
  return (JSON.parse(text) as { meta: { next_cursor?: string } }).meta.next_cursor
}
