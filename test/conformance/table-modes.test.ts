import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

describeEngines('modes of tables', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string

  const columnsOf = async (table: string, pin?: string) => {
    const request = api.request.get(`/db/_schema/${table}`)
    const { body } = await (pin === undefined ? request : request.set('Faucet-Contract', pin)).expect(200)
    return body.columns.map(({ name }: { name: string }) => name)
  }
  const open = async (tables: Parameters<typeof serve>[1]) => {
    await api?.close()
    api = await serve(database.dsn, tables, store)
  }

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(
      'create table users (id integer primary key, email varchar(50) not null)',
      'create table logs (id integer primary key, line varchar(50))',
    )
    await open({ tables: { logs: { schemaLock: 'none' } } })
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  it('none: the table is as it is live, part of no version and of no report', async () => {
    expect((await api.controller.status('db')).tableModes).to.deep.equal({ logs: 'none' })
    await database.exec('alter table logs rename column line to entry', 'alter table logs add column password varchar(9)')
    await api.controller.refresh('db')
    expect(await columnsOf('logs')).to.deep.equal(['id', 'entry', 'password'])
    expect(await columnsOf('logs', '1')).to.deep.equal(['id', 'entry', 'password'])
    await api.request.post(path('logs')).send({ id: 1, entry: 'a', password: 'b' }).expect(201)
    expect(await api.controller.status('db')).to.include({ state: 'green' })
    expect((await api.controller.diff('db')).changes).to.deep.equal([])

    await database.exec('alter table users add column age integer')
    const { fingerprint } = await api.controller.diff('db')
    await database.exec('alter table logs drop column entry')
    const { contract, changes } = await api.controller.promote('db', { expect: fingerprint })
    expect(changes.map(({ kind }) => kind)).to.deep.equal(['column-added'])
    expect(contract.version).to.equal(2)
    expect((await api.controller.diff('db', { from: 1, to: 2 })).changes.map(({ table }) => table)).to.deep.equal(['users'])
    const dry = await api.controller.rollback('db', { version: 1, dryRun: true })
    expect(dry.declined).to.deep.equal([{ table: 'users', column: 'age' }])
    expect(dry.changes.map(({ table }) => table)).to.deep.equal(['users'])
    await database.exec('drop table logs')
    await api.controller.refresh('db')
    await api.request.get(path('logs')).expect(404)
    expect(await api.controller.status('db')).to.include({ state: 'green' })
  })

  it('none: what was locked before is live from then on, and locked again as it was', async () => {
    await open({})
    await api.controller.refresh('db')
    expect(await columnsOf('logs')).to.deep.equal(['id', 'line'])
    await open({ schemaLock: 'strict', tables: { logs: { schemaLock: 'none' } } })
    await database.exec('alter table logs add column level integer')
    await api.controller.refresh('db')
    expect(await columnsOf('logs')).to.deep.equal(['id', 'line', 'level'])
    await open({ schemaLock: 'strict' })
    expect(await columnsOf('logs')).to.deep.equal(['id', 'line'])
    expect((await api.controller.diff('db')).changes.map(({ kind }) => kind)).to.deep.equal(['column-added'])
  })

  for (const [service, table] of [
    ['auto', 'strict'],
    ['strict', 'auto'],
  ] as const) {
    it(`${table} in a service that is ${service}`, async () => {
      await open({ schemaLock: service, tables: { users: { schemaLock: table } } })
      await api.controller.refresh('db')
      await api.controller.promote('db')
      await database.exec('alter table users add column age integer', 'alter table logs add column level integer')
      await api.controller.refresh('db')
      const merged = table === 'auto' ? 'users' : 'logs'
      expect((await columnsOf('users')).includes('age')).to.equal(merged === 'users')
      expect((await columnsOf('logs')).includes('level')).to.equal(merged === 'logs')
      expect((await api.controller.diff('db')).changes.map((change) => change.table)).to.deep.equal([
        merged === 'users' ? 'logs' : 'users',
      ])
    })
  }
})
