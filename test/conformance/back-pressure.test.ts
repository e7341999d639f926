/**
 * Readers that are slow, and readers that leave: nothing is read ahead for the first, and what is read for the second ends in the
 * database itself. That the signal of a request aborts is `test/adapters/web.test.ts`; that an aborted signal ends a statement, those
 * of the engines; here is the whole way, from the socket of the client to the list of what the server is doing.
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { expect } from 'chai'
import { path } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { until } from '../support/until.js'
import { countedWire, type HostName, hostNames, isReading, serveStreams, standstill } from './back-pressure-harness.js'

/** Many times what the buffers of the system take between the database and the client. */
const rowCount = 50_000
const wide = 'x'.repeat(800)

/** A list that is continued by its key, page by page, and one that only an open cursor can read. */
const lists = { keyed: 'continued by key', unkeyed: 'without a key' } as const
const listNames = ['keyed', 'unkeyed'] as const

/** Where a statement takes ten minutes. SQLite has none: it runs inside the process, and nothing else does meanwhile. */
const naps: Partial<Record<EngineName, string>> = {
  postgres: 'pg_sleep(600)::text',
  mariadb: 'sleep(600)',
  mysql: 'sleep(600)',
}

describeEngines('back-pressure', (engine) => {
  let database: TestDatabase
  const closing: (() => Promise<void>)[] = []
  const nap = naps[engine]

  before(async () => {
    database = await createDatabase(engine)
    await fill(database)
    if (nap !== undefined) await database.exec(`create view slow as select id, ${nap} as waited from keyed where id = 1`)
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  after(() => database.drop())

  const start = async (host: HostName, dsn: string, max: number) => {
    const running = await serveStreams(host, dsn, max)
    closing.push(running.close)
    return running
  }

  for (const host of hostNames) {
    for (const list of listNames) {
      it(`of a slow reader of a list ${lists[list]} reaches the database, and nobody else waits (${host})`, async () => {
        const wire = await countedWire(database)
        closing.push(wire.close)
        const api = await start(host, wire.dsn, 4)
        const before = wire.read()
        const { response, text, served } = await api.open(path(list))
        await standstill(() => served.bytesWritten + wire.read())
        // By key it holds nothing in the database.
        await until(async () => (await isReading(database)) === (list === 'unkeyed'))
        for (const id of [1, 7, rowCount]) await api.client.get(path('keyed', id)).expect(200)
        const [sent, read] = [served.bytesWritten, wire.read() - before]

        response.resume()
        await once(response, 'end')
        const ids = text().match(/(?<="id":)\d+/g) ?? []
        expect([ids.length, new Set(ids).size]).to.deep.equal([rowCount, rowCount])
        expect(sent).to.be.below(served.bytesWritten / 2)
        if (engine !== 'sqlite') expect(read).to.be.below((wire.read() - before) / 2)
      })
    }

    it(`ends the query of a client that leaves a stream (${host})`, async () => {
      const api = await start(host, database.dsn, 1)
      const { response } = await api.open(path('unkeyed'))
      await until(() => isReading(database))
      response.destroy()
      await until(async () => !(await isReading(database)))
      await api.client.get(path('keyed', 7)).expect(200)
    })

    if (nap === undefined) continue
    it(`ends the query of a client that leaves before it is answered (${host})`, async () => {
      const api = await start(host, database.dsn, 1)
      const asked = request(api.to(path('slow'))).on('error', () => {})
      asked.end()
      await until(() => isReading(database))
      asked.destroy()
      await until(async () => !(await isReading(database)))
      await api.client.get(path('keyed', 7)).expect(200)
    })
  }
})

async function fill({ engine, exec }: TestDatabase): Promise<void> {
  // An open cursor then keeps others from the file; and nobody may wait for it, in the process that would let go of it.
  if (engine === 'sqlite') await exec('pragma journal_mode = delete', 'pragma busy_timeout = 0')
  const digits = ['a', 'b', 'c', 'd', 'e']
  const id = digits.map((digit, place) => `${digit}.n * ${10 ** place}`).join(' + ')
  await exec(
    'create table digit (n integer not null primary key)',
    'insert into digit values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)',
    'create table keyed (id integer not null primary key, note varchar(800) not null)',
    `insert into keyed select ${id} + 1, '${wide}' from ${digits.map((digit) => `digit ${digit}`).join(' cross join ')} where e.n < 5`,
    'create view unkeyed as select id, note from keyed',
  )
}
