import { copyFileSync, renameSync } from 'node:fs'
import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

describeEngine('sqlite', 'a store that lost versions', () => {
  let database: TestDatabase
  let api: Api
  let store: string
  let errors: string[]

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase('sqlite')
    await database.exec('create table users (id integer primary key, email text not null)', "insert into users values (1, 'ada')")
    api = await serve(database.dsn, {}, store)
    errors = []
    api.controller.on('error', ({ error }) => errors.push((error as { code: string }).code))
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  /** Puts a copy of the store in its place, as a restored backup would be. */
  const restore = async (copy: string) => {
    copyFileSync(copy, `${store}.new`)
    renameSync(`${store}.new`, store)
    // The first attempt notices that the file is another one.
    await api.controller.refresh('db').catch(() => {})
    errors.length = 0
    await api.controller.refresh('db')
  }

  it('is not written to, while what is known is served on, until it has them again', async () => {
    copyFileSync(store, `${store}.old`)
    await database.exec('alter table users rename column email to mail')
    await api.controller.promote('db')
    copyFileSync(store, `${store}.newest`)
    await restore(`${store}.old`)
    for (let times = 0; times < 3; times++) await api.controller.refresh('db')
    expect(errors).to.deep.equal(['store-regressed'])
    expect(await api.rows('users')).to.deep.equal([{ id: 1, mail: 'ada' }])
    const status = await api.controller.status('db')
    expect(status).to.include({ store: 'regressed', database: 'up' })
    expect(status.contract?.version).to.equal(2)
    const ready = await api.request.get('/readyz').expect(200)
    expect(ready.body.degraded).to.deep.equal(['contract store of db'])

    // The database goes on moving under it.
    for (const step of ['alter table users rename column mail to letter', 'alter table users add column age integer']) {
      await database.exec(step)
      await api.controller.refresh('db')
      expect(await api.rows('users')).to.deep.equal([{ id: 1, mail: 'ada' }])
    }
    const system = '/system/contract/db'
    for (const [method, url, body] of [
      ['post', `${system}/promote`, {}],
      ['post', `${system}/rollback`, { version: 1 }],
      ['post', `${system}/resolve`, { kind: 'acknowledge' }],
      ['put', `${system}/mode`, { mode: 'strict' }],
      ['delete', system, undefined],
    ] as const) {
      const refused = await api.request[method](url).send(body).expect(503)
      expect(refused.body.code).to.equal('store-regressed')
    }
    expect((await api.controller.history('db')).map(({ event }) => event)).to.deep.equal(['lock'])

    await restore(`${store}.newest`)
    expect(await api.controller.status('db')).to.include({ store: 'ok' })
    expect((await api.controller.promote('db')).contract.version).to.equal(3)
    expect(await api.rows('users')).to.deep.equal([{ id: 1, letter: 'ada', age: null }])
    await api.request.get('/readyz').expect(200, { status: 'ready' })
  })

  it('is not trusted when its numbers were given to other versions meanwhile', async () => {
    copyFileSync(store, `${store}.old`)
    await database.exec('create table logs (id integer primary key)')
    await api.controller.promote('db')
    await restore(`${store}.old`)
    const other = await serve(database.dsn, {}, store)
    await database.exec('create table other (id integer primary key)')
    expect((await other.controller.promote('db')).contract.version).to.equal(2)
    await other.close()
    await api.controller.refresh('db')
    expect(await api.controller.status('db')).to.include({ store: 'regressed' })
    await api.request.get(path('other')).expect(404)
    await api.request.get(path('logs')).expect(200)
  })
})
