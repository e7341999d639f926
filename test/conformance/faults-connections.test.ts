import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'
import { tableLocks } from '../support/locks.js'
import { type Cluster, createCluster, describeClusters } from '../support/postgres-cluster.js'
import { servers, sessionsOf } from '../support/sessions.js'
import { until } from '../support/until.js'

for (const engine of servers) {
  describeEngine(engine, `connections that break [${engine}]`, () => {
    const { hold, release } = tableLocks[engine]
    let database: TestDatabase
    let watcher: TestDatabase
    let api: Api
    let sessions: ReturnType<typeof sessionsOf>

    beforeEach(async () => {
      database = await createDatabase(engine)
      watcher = await createDatabase(engine)
      sessions = sessionsOf(engine, database, watcher)
      await database.exec('create table t (id integer primary key, n integer)', 'insert into t values (1, 1)')
      api = await serve(database.dsn)
    })
    afterEach(async () => {
      await api.close()
      await database.drop()
      await watcher.drop()
    })

    it('a read is answered 503 and can be sent again', async () => {
      await database.exec(...hold('t'))
      const sent = api.request.get(path('t')).then((response) => response)
      await sessions.waiting()
      expect(await sessions.endWaiting()).to.equal(1)
      const { status, body, text } = await sent
      expect([status, body.code]).to.deep.equal([503, 'database-unavailable'])
      expect(text).to.not.match(/terminat|kill|administrator|connection_lost/i)
      await database.exec(release)
      expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 1 }])
      expect((await api.controller.diff('db')).changes).to.deep.equal([])
    })

    const writes = [
      ['an insert', (own: Api) => own.request.post(path('t')).send({ id: 2, n: 2 })],
      ['an insert of several', (own: Api) => own.request.post(path('t')).send([{ id: 3 }, { id: 2 }])],
      ['an update', (own: Api) => own.request.patch(path('t', 1)).send({ n: 2 })],
      ['a delete by filter', (own: Api) => own.request.delete(path('t')).query({ filter: 'n = 1' })],
    ] as const
    for (const [what, send] of writes) {
      it(`${what}: the outcome is unknown, and it is not done a second time`, async () => {
        // Rows and keys that the write needs are another's for now.
        await database.exec('begin', 'update t set n = n + 10 where id = 1', 'insert into t values (2, 20)')
        const sent = send(api).then((response) => response)
        await sessions.waiting()
        expect(await sessions.endWaiting()).to.equal(1)
        const { status, body } = await sent
        expect([status, body.code, body.error.context.table]).to.deep.equal([503, 'outcome-unknown', 't'])
        await database.exec('rollback')
        expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 1 }])
      })
    }

    it('those that idle are replaced without an answer lost', async () => {
      const ask = () => Promise.all([1, 2, 3].map(() => api.request.get(path('t', 1))))
      await ask()
      expect(await sessions.endIdle()).to.be.greaterThan(0)
      // One that broke unheard may be told as such once; never anything else, and never again.
      for (const { status, body } of await ask()) expect([undefined, 'database-unavailable'], `${status}`).to.include(body.code)
      await until(async () => (await ask()).every(({ status }) => status === 200))
      await api.request.patch(path('t', 1)).send({ n: 7 }).expect(200)
      expect((await api.controller.diff('db')).changes).to.deep.equal([])
    })

    it('none to be had: busy, and nothing ran', async () => {
      const full = await serve(database.dsn, { pool: { max: 1, connectTimeout: '300ms' } })
      try {
        await database.exec(...hold('t'))
        const first = full.request.get(path('t', 1)).then((response) => response)
        await sessions.waiting()
        const [read, write] = await Promise.all([full.request.get(path('t', 1)), full.request.patch(path('t', 1)).send({ n: 5 })])
        await database.exec(release)
        expect((await first).body).to.deep.equal({ id: 1, n: 1 })
        for (const refused of [read, write]) {
          expect([refused.status, refused.body.code]).to.deep.equal([503, 'database-busy'])
          expect(refused.headers['retry-after']).to.equal('1')
        }
        expect(await full.rows('t')).to.deep.equal([{ id: 1, n: 1 }])
      } finally {
        await full.close()
      }
    })
  })
}

describeClusters('a server that restarts under a service', () => {
  let cluster: Cluster
  before(async () => {
    cluster = await createCluster()
    await cluster.exec('create table t (id integer primary key)', 'insert into t values (1)')
  })
  after(() => cluster.drop())

  it('is answered 503, comes back by itself, is told once, and leaves the contract alone', async () => {
    const api = await serve(cluster.dsn, { probeInterval: '100ms' })
    const told: string[] = []
    for (const name of ['reconnect', 'drift', 'promotion', 'lock'] as const) api.controller.on(name, () => told.push(name))
    const before = (await api.controller.status('db')).contract
    await api.request.get(path('t')).expect(200)
    await cluster.stop()
    const read = await api.request.get(path('t'))
    const write = await api.request.post(path('t')).send({ id: 2 })
    await until(async () => (await api.controller.status('db')).database === 'down')
    await cluster.start()
    await until(async () => (await api.request.get(path('t'))).status === 200)
    await until(async () => (await api.controller.status('db')).database === 'up')
    expect([read.status, read.body.code]).to.deep.equal([503, 'database-unavailable'])
    expect(write.status).to.equal(503)
    expect(['database-unavailable', 'outcome-unknown']).to.include(write.body.code)
    expect(await api.rows('t')).to.deep.equal([{ id: 1 }])
    await api.controller.refresh('db')
    expect(told).to.deep.equal(['reconnect'])
    expect((await api.controller.status('db')).contract).to.deep.equal(before)
    await api.close()
  })
})
