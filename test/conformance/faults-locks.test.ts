import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { tableLocks } from '../support/locks.js'

/** What a request to a locked table is answered when its time is over. */
const codes: Record<EngineName, string> = {
  sqlite: 'database-busy',
  postgres: 'statement-timeout',
  mariadb: 'statement-timeout',
  mysql: 'statement-timeout',
}

describeEngines('a table that a migration holds', (engine) => {
  const { hold, release } = tableLocks[engine]
  let database: TestDatabase
  let elsewhere: TestDatabase
  let api: Api
  let other: Api
  let told: string[]

  beforeEach(async () => {
    database = await createDatabase(engine)
    // Without WAL a writer keeps readers out of an SQLite file.
    if (engine === 'sqlite') await database.exec('pragma journal_mode = delete')
    await database.exec(
      'create table t (id integer primary key, n integer default 5, check (n > 0))',
      'create table u (id integer primary key)',
      'insert into t (id) values (1)',
      'insert into u values (1)',
    )
    elsewhere = await createDatabase('sqlite')
    await elsewhere.exec('create table t (id integer primary key)')
    api = await serve(database.dsn, { limits: { statementTimeout: '1s' }, settle: 0 })
    other = await serve(elsewhere.dsn)
    told = []
    for (const name of ['drift', 'promotion', 'error'] as const) api.controller.on(name, () => told.push(name))
    await api.rows('t')
  })
  afterEach(async () => {
    await api.close()
    await other.close()
    await database.drop()
    await elsewhere.drop()
  })

  it('answers while it is still held, and keeps nobody else waiting', async () => {
    const requests = [
      () => api.request.get(path('t', 1)),
      () => api.request.patch(path('t', 1)).send({ n: 6 }),
      () => api.request.post(path('t')).send({ id: 2 }),
    ]
    await database.exec(...hold('t'))
    const began = performance.now()
    let answered = 0
    const sent = requests.map(async (send) => {
      const response = await send()
      answered++
      return { response, took: performance.now() - began }
    })
    // In this process nothing stands still: a stalled event loop would answer these after those.
    for (let asked = 0; asked < 5; asked++) await other.request.get(path('t')).expect(200)
    if (engine !== 'sqlite') await api.request.get(path('u')).expect(200)
    expect(answered).to.equal(0)
    const answers = await Promise.all(sent)
    await database.exec(release)
    expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 5 }])
    expect(told).to.deep.equal([])
    for (const { response, took } of answers) {
      expect([response.status, response.body.code]).to.deep.equal([503, codes[engine]])
      expect(took, 'as long as a statement may take, not several times').to.be.lessThan(2_500)
    }
  })

  it('is looked at without waiting, and nothing is reported that did not happen', async () => {
    await database.exec(...hold('t'))
    const looks = await Promise.allSettled([api.controller.refresh('db'), api.controller.diff('db')])
    const held = await api.controller.status('db')
    await database.exec(release)
    // The whole of an SQLite file is kept from readers; a look that fails changes nothing.
    if (engine !== 'sqlite') expect(looks.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled'])
    expect(held).to.include({ state: 'green' })
    const after = await api.controller.refresh('db')
    expect(after).to.include({ state: 'green', database: 'up' })
    expect(after.contract).to.include({ version: 1, revision: 0 })
    expect(told).to.deep.equal(engine === 'sqlite' ? ['error'] : [])
    expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 5 }])
  })

  it('and changes when it lets go: the request that waited is answered by the contract', async () => {
    await api.close()
    api = await serve(database.dsn, { trustLikelyRenames: true })
    await api.rows('t')
    await database.exec(...hold('t'))
    const sent = api.request.get(path('t', 1)).then((response) => response)
    // Not before the statement waits, or it would find what it looks for.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await database.exec(
      'alter table t add column more integer',
      engine === 'sqlite' || engine === 'postgres' ? 'commit' : release,
    )
    expect((await sent).body).to.deep.equal({ id: 1, n: 5 })
  })
})
