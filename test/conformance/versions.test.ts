import { expect } from 'chai'
import { type Api, path, serve, wholeText } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

describeEngines('pinned versions', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(
      'create table users (id integer primary key, email varchar(50) not null, age integer)',
      "insert into users (id, email, age) values (1, 'ada@x', 36), (2, 'bob@x', 40)",
    )
    api = await serve(database.dsn, { retainVersions: 5 }, store)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const pinned = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', url: string, pin: string) =>
    api.request[method](url).set('Faucet-Contract', pin)
  const promoteAfter = async (...statements: string[]) => {
    await database.exec(...statements)
    return (await api.controller.promote('db')).contract
  }
  const threeRenames = async () => {
    await promoteAfter('alter table users rename column email to mail')
    await promoteAfter('alter table users rename to people')
    await promoteAfter('alter table people rename column age to years')
  }

  it('go on working through three renames and three promotions', async () => {
    await threeRenames()
    expect((await api.rows('people', { order: 'id' }))[0]).to.deep.equal({ id: 1, mail: 'ada@x', years: 36 })
    const list = await pinned('get', path('users'), '1').query({ filter: "email = 'bob@x'", fields: 'email,age' }).expect(200)
    expect(list.body.resource).to.deep.equal([{ email: 'bob@x', age: 40 }])
    expect(list.headers['faucet-contract']).to.match(/^db@1; digest=[0-9a-f]{16}$/)

    const made = await pinned('post', path('users'), 'db@1').send({ id: 3, email: 'cyd@x', age: 7 }).expect(201)
    expect(made.body.resource).to.deep.equal([{ id: 3, email: 'cyd@x', age: 7 }])
    await pinned('patch', path('users'), '1').query({ filter: 'age < 10' }).send({ age: 8 }).expect(200)
    await pinned('put', path('users', 2), '1.0').send({ email: 'bob@y' }).expect(200)
    await pinned('delete', path('users', 1), '1').expect(200)
    const stream = await pinned('get', path('users'), '1')
      .set('Accept', 'application/x-ndjson')
      .buffer(true)
      .parse(wholeText)
      .expect(200)
    expect(
      String(stream.body)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).to.deep.equal([
      { id: 2, email: 'bob@y', age: 40 },
      { id: 3, email: 'cyd@x', age: 8 },
    ])
    expect(stream.headers['faucet-contract']).to.match(/^db@1;/)
    expect(await api.rows('people', { order: 'id' })).to.deep.equal([
      { id: 2, mail: 'bob@y', years: 40 },
      { id: 3, mail: 'cyd@x', years: 8 },
    ])
  })

  it('answer in the names of their version, errors too', async () => {
    await threeRenames()
    const schema = await pinned('get', '/db/_schema/users', '2').expect(200)
    expect(schema.body.columns.map(({ name }: { name: string }) => name)).to.deep.equal(['id', 'mail', 'age'])
    expect((await pinned('get', '/db/_table', '3').expect(200)).body.resource).to.deep.equal([{ name: 'people' }])
    const unknown = await pinned('get', path('users'), '2').query({ fields: 'mial' }).expect(400)
    expect(unknown.body.hint).to.contain('"mail"')
    expect(unknown.headers['faucet-contract']).to.match(/^db@2;/)
    expect((await pinned('get', path('people'), '1').expect(404)).headers['faucet-contract']).to.match(/^db@1;/)
    const twice = await pinned('post', path('users'), '1').send({ id: 1, email: 'x', age: 1 }).expect(409)
    expect(twice.headers['faucet-contract']).to.match(/^db@1;/)
  })

  it('follow the database without a promotion', async () => {
    await promoteAfter('alter table users add column city varchar(20)')
    expect((await pinned('get', path('users', 1), '1').expect(200)).body).to.deep.equal({ id: 1, email: 'ada@x', age: 36 })
    await database.exec('alter table users drop column age')
    const { body } = await pinned('get', path('users', 1), '1').expect(200)
    expect(body).to.deep.equal({ id: 1, email: 'ada@x', age: null })
    await database.exec('alter table users rename to people')
    // A table's rename is proven everywhere, if it is all that happened between two looks.
    expect((await pinned('get', path('users', 2), '1').expect(200)).body.email).to.equal('bob@x')
  })

  it('serve what was dropped as what it was', async () => {
    await promoteAfter('alter table users drop column age')
    expect((await pinned('get', path('users', 1), '1').expect(200)).body).to.deep.equal({ id: 1, email: 'ada@x', age: null })
    await pinned('post', path('users'), '1').send({ id: 3, email: 'c', age: 3 }).expect(409)
    // A column that came later under the same name is another one.
    await promoteAfter('alter table users add column age varchar(20)', "update users set age = 'old'")
    expect((await api.rows('users', { ids: '1' }))[0].age).to.equal('old')
    expect((await pinned('get', path('users', 1), '1').expect(200)).body.age).to.equal(null)
    await promoteAfter('drop table users')
    expect((await pinned('get', path('users'), '1').expect(503)).body.code).to.equal('contract-unservable')
  })

  it('are the revision that was asked for', async () => {
    await database.exec('alter table users add column city varchar(20)')
    await api.controller.refresh('db')
    await database.exec('alter table users add column zip varchar(20)')
    await api.controller.refresh('db')
    const columns = async (pin: string) => Object.keys((await pinned('get', path('users', 1), pin).expect(200)).body)
    const digests = new Map<string, string>()
    for (const [pin, more, name] of [
      ['1.0', [], 'db@1;'],
      ['1.1', ['city'], 'db@1.1;'],
      ['1', ['city', 'zip'], 'db@1.2;'],
      ['db@1.2', ['city', 'zip'], 'db@1.2;'],
    ] as const) {
      expect(await columns(pin)).to.deep.equal(['id', 'email', 'age', ...more])
      const { headers } = await pinned('get', '/db/_table', pin).expect(200)
      expect(headers['faucet-contract']).to.contain(name)
      digests.set(pin, headers['faucet-contract']?.split('; ')[1] ?? '')
    }
    await pinned('get', '/db/_table', `1; ${digests.get('1')}`).expect(200)
    const other = await pinned('get', '/db/_table', `1; ${digests.get('1.0')}`).expect(410)
    expect(other.body.code).to.equal('contract-gone')
    await promoteAfter('alter table users add column street varchar(20)')
    expect(await columns('1')).to.deep.equal(['id', 'email', 'age', 'city', 'zip'])
    await pinned('get', '/db/_table', `1; ${digests.get('1')}`).expect(200)
  })

  it('are gone, unreadable or of no service', async () => {
    for (let version = 2; version <= 7; version++) await promoteAfter(`create table t${version} (id integer primary key)`)
    const gone = await pinned('get', path('users'), '2').expect(410)
    expect(gone.body.code).to.equal('contract-gone')
    expect(gone.body.hint).to.equal('served is 7; kept are 7, 6, 5, 4, 3')
    expect(gone.body.error.context.kept).to.deep.equal(['7', '6', '5', '4', '3'])
    await pinned('get', path('users'), '3').expect(200)
    for (const pin of ['8', '0', '3.1']) await pinned('get', path('users'), pin).expect(410)
    for (const pin of ['', 'latest', 'other@7', '7.', '-1', '7; digest=xyz'])
      expect((await pinned('get', path('users'), pin).expect(400)).body.code).to.equal('invalid-parameter')
    await api.controller.unlock('db')
    await pinned('get', path('users'), '7').expect(410)
  })

  // SQLite adds no such column without a default.
  if (engine !== 'sqlite') {
    it('from before a required column take inserts with its stand-in, or not at all', async () => {
      await promoteAfter('delete from users', 'alter table users add column city varchar(20) not null')
      const row = { id: 3, email: 'cyd@x', age: 7 }
      expect((await pinned('post', path('users'), '1').send(row).expect(409)).body.code).to.equal('contract-drift')
      await api.controller.resolve('db', { kind: 'stand-in', table: 'users', column: 'city', value: 'Rome' })
      const made = await pinned('post', path('users'), '1').send(row).expect(201)
      expect(made.body.resource).to.deep.equal([row])
      expect(await database.value('select city from users where id = 3')).to.equal('Rome')
      await api.request.post(path('users')).send({ id: 4, email: 'd', age: 1 }).expect(400)
    })
  }

  it('have cursors of their own', async () => {
    await promoteAfter('alter table users add column city varchar(20)')
    const query = { limit: 1, fields: 'id' }
    const { body } = await pinned('get', path('users'), '1').query(query).expect(200)
    const cursor = body.meta.next_cursor
    const next = await pinned('get', path('users'), '1')
      .query({ ...query, cursor })
      .expect(200)
    expect(next.body.resource).to.deep.equal([{ id: 2 }])
    const foreign = await pinned('get', path('users'), '2')
      .query({ ...query, cursor })
      .expect(400)
    expect(foreign.body.code).to.equal('invalid-cursor')
  })
})
