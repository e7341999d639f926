import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const system = '/system/contract/db'

describeEngines('rolling back', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(
      'create table users (id integer primary key, email varchar(50) not null, age integer)',
      "insert into users (id, email, age) values (1, 'ada@x', 36)",
    )
    api = await serve(database.dsn, {}, store)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const promoteAfter = async (...statements: string[]) => {
    await database.exec(...statements)
    return (await api.controller.promote('db')).contract
  }

  it('serves the earlier version under a new number, and merges nothing of the later again', async () => {
    await promoteAfter(
      'alter table users add column city varchar(20)',
      'create table logs (id integer primary key)',
      'alter table users rename column email to mail',
      "update users set city = 'Rome'",
    )
    const dry = await api.controller.rollback('db', { version: 1, dryRun: true })
    expect(dry.declined).to.deep.equal([
      { table: 'logs', column: null },
      { table: 'users', column: 'city' },
    ])
    expect(dry.holds.map(({ kind, column, hold }) => `${kind} ${column} ${hold}`)).to.deep.equal(['column-renamed email mapped'])
    expect(dry.changes.map(({ kind }) => kind)).to.have.members(['table-dropped', 'column-dropped', 'column-renamed'])
    expect((await api.controller.status('db')).contract?.version).to.equal(2)

    await api.request.post(`${system}/rollback`).send({ version: 1 }).expect(428)
    const stale = await api.request.post(`${system}/rollback`).send({ version: 1, expect: 'x' }).expect(409)
    expect(stale.body.code).to.equal('contract-moved')
    const body = { version: 1, expect: dry.fingerprint, reason: 'too soon' }
    const { contract } = (await api.request.post(`${system}/rollback`).send(body).expect(200)).body
    expect(contract).to.include({ version: 3, revision: 0, kind: 'rollback', actor: 'tester', reason: 'too soon' })
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
    await api.request.get(path('logs')).expect(404)
    await api.controller.refresh('db')
    expect((await api.controller.status('db')).contract).to.include({ version: 3, revision: 0 })
    const later = await api.request.get(path('users', 1)).set('Faucet-Contract', '2').expect(200)
    expect(later.body).to.deep.equal({ id: 1, mail: 'ada@x', age: 36, city: 'Rome' })

    await api.controller.promote('db', { tables: ['users', 'logs'] })
    expect(await api.rows('users')).to.deep.equal([{ id: 1, mail: 'ada@x', age: 36, city: 'Rome' }])
    expect((await api.controller.status('db')).resolutions).to.deep.equal([])
    expect((await api.controller.status('db')).state).to.equal('green')
  })

  it('refuses where promises could not be kept, unless that is accepted', async () => {
    await promoteAfter('alter table users drop column age')
    const dry = await api.controller.rollback('db', { version: 1, dryRun: true })
    expect(dry.holds.map(({ column, hold }) => [column, hold])).to.deep.equal([['age', 'null']])
    const options = { version: 1, expect: dry.fingerprint }
    const refused = await api.request.post(`${system}/rollback`).send(options).expect(409)
    expect(refused.body.code).to.equal('rollback-holds')
    expect(refused.body.error.context.holds).to.deep.equal([
      { kind: 'column-dropped', table: 'users', column: 'age', hold: 'null' },
    ])
    expect((await api.controller.status('db')).contract?.version).to.equal(2)
    await api.request
      .post(`${system}/rollback`)
      .send({ ...options, acceptHolds: true })
      .expect(200)
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: null }])
  })

  it('takes back what was merged', async () => {
    await database.exec('alter table users add column city varchar(20)')
    await api.controller.refresh('db')
    expect(Object.keys((await api.rows('users'))[0])).to.include('city')
    const { contract } = await api.controller.rollback('db', { version: 1, revision: 0 })
    expect(contract.version).to.equal(2)
    await api.controller.refresh('db')
    expect(Object.keys((await api.rows('users'))[0])).to.deep.equal(['id', 'email', 'age'])
    expect((await api.controller.status('db')).state).to.equal('green')
  })

  it('knows where it can go', async () => {
    await promoteAfter('create table logs (id integer primary key)')
    expect((await api.request.post(`${system}/rollback`).send({ version: 9 }).expect(404)).body.hint).to.equal('kept are 2, 1')
    await api.request.post(`${system}/rollback`).send({ version: 2 }).expect(400)
    await api.request.post(`${system}/rollback`).send({ version: '1' }).expect(400)
    await api.request.post(`${system}/rollback`).send({}).expect(400)
  })
})
