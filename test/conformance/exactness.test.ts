import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'

/** `alter … type` as engines say it; SQLite makes the table anew. */
function retype(engine: EngineName, column: 'n' | 'id', type: string): string[] {
  const notNull = column === 'id' ? ' not null' : ''
  if (engine === 'postgres') return [`alter table t alter column ${column} type ${type} using ${column}::${type}`]
  if (engine !== 'sqlite') return [`alter table t modify ${column} ${type}${notNull}`]
  const types = { id: 'integer', n: 'integer', [column]: type }
  return [
    `create table made (id ${types.id} not null primary key, n ${types.n}, a varchar(20))`,
    'insert into made select id, n, a from t',
    'drop table t',
    'alter table made rename to t',
  ]
}

describeEngines('exactly what was promised', (engine) => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase(engine)
    await database.exec(
      'create table t (id integer not null primary key, n integer, a varchar(20))',
      "insert into t values (1, 5, 'one'), (2, 6, 'two'), (3, null, 'three')",
    )
    api = await serve(database.dsn)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })
  const look = async (...statements: readonly string[]) => {
    for (const statement of statements) await database.exec(statement)
    await api.controller.refresh('db')
  }
  const get = (query: Record<string, string>, pin?: string) => {
    const request = api.request.get(path('t')).query(query)
    return pin === undefined ? request : request.set('Faucet-Contract', pin)
  }

  it('a rename that was settled is about that column, not about whatever gets its name later', async () => {
    await look('alter table t rename column a to c')
    if (engine === 'mariadb') await api.controller.resolve('db', { kind: 'confirm-rename', table: 't', column: 'a', to: 'c' })
    await api.controller.promote('db')
    await api.controller.rollback('db', { version: 1 })
    expect((await get({ fields: 'a', filter: 'id = 1' })).body.resource).to.deep.equal([{ a: 'one' }])
    await look('alter table t drop column c')
    await look('alter table t add column c varchar(20)', "update t set c = 'stranger'")
    const { status, body } = await get({ fields: 'id,a', filter: 'id = 1' })
    expect(JSON.stringify([status, body])).to.not.contain('stranger')
    const patched = await api.request.patch(path('t', 1)).send({ a: 'mine' })
    expect(patched.status).to.equal(409)
    expect(await database.value('select c from t where id = 1')).to.equal('stranger')
  })

  it('a promotion hands no other column to those who pin an older version', async () => {
    await look('alter table t drop column a')
    await look('alter table t add column a varchar(20)', "update t set a = 'new'")
    await api.controller.promote('db')
    const { status, body } = await get({ fields: 'id,a', filter: 'id = 1' }, '1')
    expect(JSON.stringify([status, body])).to.not.contain('new')
    expect((await get({ fields: 'a', filter: 'id = 1' })).body.resource).to.deep.equal([{ a: 'new' }])
  })

  it('no row is chosen by a value that does not convert', async () => {
    await look(
      ...retype(engine, 'n', 'varchar(20)'),
      "insert into t values (4, '05', 'four'), (5, 'x', 'five'), (6, '5 ', 'six')",
    )
    for (const filter of ['n <> 6', 'not (n = 6)', 'n not in (6)', 'n > 1']) {
      const { status, body } = await api.request.delete(path('t')).query({ filter })
      expect([filter, status, body.code]).to.deep.equal([filter, 503, 'contract-unservable'])
    }
    expect((await get({ fields: 'COUNT(DISTINCT n)' })).status).to.equal(503)
    expect((await api.request.delete(path('t')).query({ filter: 'n = 5' })).body.meta.count).to.equal(1)
    expect(await database.value('select count(*) from t')).to.equal('5')
  })

  it('a value that a narrowed column cannot hold equals nothing there', async () => {
    if (engine === 'sqlite') await look(...retype(engine, 'n', 'smallint'))
    else await look(...retype(engine, 'n', 'smallint'), ...retype(engine, 'id', 'smallint'))
    expect((await get({ fields: 'id', filter: 'n < 100000' })).body.resource).to.deep.equal([{ id: 1 }, { id: 2 }])
    expect((await get({ filter: 'n = 100000' })).body.resource).to.deep.equal([])
    expect((await get({ fields: 'id', ids: '1,100000' })).body.resource).to.deep.equal([{ id: 1 }])
    expect((await api.request.get(path('t', 100_000))).status).to.equal(404)
    expect((await api.request.delete(path('t', 100_000))).status).to.equal(404)
  })

  it('a list is never cut short without a word', async () => {
    const first = await get({ order: 'n', limit: '1', filter: 'n is not null' })
    expect(first.body.meta.next_cursor).to.be.a('string')
    await look(...retype(engine, 'n', engine === 'postgres' ? 'double precision' : 'double'))
    const seen: number[] = []
    for (let cursor = first.body.meta.next_cursor; cursor !== undefined; ) {
      const { status, body } = await get({ order: 'n', limit: '1', filter: 'n is not null', cursor })
      if (status !== 200) {
        expect([status, body.code]).to.deep.equal([503, 'contract-unservable'])
        return
      }
      seen.push(...body.resource.map(({ id }: { id: number }) => id))
      cursor = body.meta.next_cursor
    }
    expect(seen).to.deep.equal([2])
  })

  it('an extreme is one of the promised values, or none', async () => {
    await look(...retype(engine, 'n', 'bigint'), 'update t set n = 5000000000 where id = 2')
    const { status } = await get({ fields: 'MAX(n)' })
    // An INTEGER of SQLite may be that large.
    expect(status).to.equal(engine === 'sqlite' ? 200 : 503)
    expect((await get({ fields: 'MIN(n)' })).body.resource).to.deep.equal([{ min_n: 5 }])
  })

  it('64-bit integers that are numbers stay numbers', async () => {
    await api.close()
    await database.exec(...retype(engine, 'n', 'bigint'))
    api = await serve(database.dsn, { bigints: 'number' })
    await look(...retype(engine, 'n', 'varchar(20)'))
    expect((await get({ fields: 'n', filter: 'id = 1' })).body.resource).to.deep.equal([{ n: 5 }])
  })
})
