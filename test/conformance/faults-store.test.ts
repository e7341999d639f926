import { execFileSync, spawnSync } from 'node:child_process'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

/** The largest file this process may write, in bytes: none of it is left on a disk that is full. Only the limit that can be lifted again. */
function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}

const canLimit = spawnSync('prlimit', ['--version']).status === 0
const title = 'a contract store without room'

if (!canLimit && process.env.CI !== undefined) it(title, () => Promise.reject(new Error('CI requires prlimit')))
;(canLimit ? describe : describe.skip)(canLimit ? title : `${title} SKIPPED: no prlimit`, () => {
  let database: TestDatabase
  let store: string
  let api: Api
  let told: string[]

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase('sqlite')
    await database.exec(
      'create table t (id integer primary key, n integer)',
      'create table u (id integer primary key, m integer)',
      'insert into t values (1, 2)',
    )
    api = await serve(database.dsn, {}, store)
    told = []
    api.controller.on('error', ({ service, error }) => told.push(`error ${service} ${(error as { code?: string }).code}`))
    for (const name of ['drift', 'promotion', 'reconnect'] as const) api.controller.on(name, () => told.push(name))
  })
  afterEach(async () => {
    limitFiles('unlimited')
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: { code?: string }) => error.code,
    )
  /** What the file has, as another process finds it. */
  const onDisk = () => {
    const db = new Database(store, { readonly: true })
    try {
      const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all() as string[]
      const rows = tables.map((name) => [name, db.prepare(`select * from "${name}" order by 1`).all()])
      return { sound: db.pragma('integrity_check', { simple: true }), rows }
    } finally {
      db.close()
    }
  }

  it('does not keep anybody from what is served', async () => {
    const before = onDisk()
    limitFiles('0')
    expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 2 }])
    for (let looks = 0; looks < 2; looks++) await api.controller.refresh('db').catch(() => {})
    expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 2 }])
    expect(await api.controller.status('db')).to.include({ state: 'green' })
    expect(told.filter((event) => !event.startsWith('error null store-unavailable'))).to.deep.equal([])
    expect(told.length).to.be.at.most(1)
    limitFiles('unlimited')
    await api.controller.refresh('db')
    expect(onDisk().sound).to.equal(before.sound)
  })

  it('does not keep a change from being noticed, or a pinned version from being served', async () => {
    await api.controller.promote('db', { reason: 'version 2' })
    const pinned = async () => (await api.request.get(path('t')).set('Faucet-Contract', '1')).body.resource
    expect(await pinned()).to.deep.equal([{ id: 1, n: 2 }])
    await database.exec('alter table t rename column n to away')
    limitFiles('0')
    expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 2 }])
    expect(await pinned()).to.deep.equal([{ id: 1, n: 2 }])
    limitFiles('unlimited')
    await api.controller.refresh('db')
    expect(told.filter((event) => event === 'drift')).to.have.length(1)
    // What was found meanwhile is written down.
    const other = await serve(database.dsn, {}, store)
    expect(await other.rows('t')).to.deep.equal([{ id: 1, n: 2 }])
    await other.close()
  })

  it('is not mistaken for a database that is away', async () => {
    await database.exec('create table w (id integer primary key)')
    limitFiles('0')
    expect(await codeOf(api.controller.refresh('db'))).to.equal('store-unavailable')
    const meanwhile = await api.controller.status('db')
    limitFiles('unlimited')
    await api.controller.refresh('db')
    expect({ database: meanwhile.database, isToldBack: told.includes('reconnect') }).to.deep.equal({
      database: 'up',
      isToldBack: false,
    })
  })

  it('writes nothing by halves, and what was to be written is written when there is room', async () => {
    await database.exec('create table w (id integer primary key)', 'alter table u drop column m')
    const before = onDisk()
    limitFiles('0')
    expect(await codeOf(api.controller.refresh('db'))).to.equal('store-unavailable')
    expect(await codeOf(api.controller.promote('db'))).to.equal('store-unavailable')
    expect(await codeOf(api.controller.unlock('db'))).to.equal('store-unavailable')
    const refused = await api.request.post('/system/contract/db/promote').send({})
    expect([refused.status, refused.body.code]).to.deep.equal([503, 'store-unavailable'])
    expect(refused.text).to.not.match(/SQLITE|contracts\.db/)
    limitFiles('unlimited')
    expect(onDisk()).to.deep.equal(before)
    expect(before.sound).to.equal('ok')
    expect(told).to.have.members(['drift', 'error null store-unavailable'])

    await api.controller.refresh('db')
    expect(await api.controller.status('db')).to.deep.include({ state: 'red' })
    expect((await api.controller.status('db')).contract).to.include({ version: 1, revision: 1 })
    await api.controller.promote('db')
    expect((await api.controller.history('db')).map(({ event }) => event)).to.deep.equal(['promotion', 'merge', 'lock'])
    expect((await api.request.get(path('w'))).status).to.equal(200)
  })
})
