import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

/** What a rename of a column comes to: mapped where the engine proves it, refused by name where it cannot. */
const rename: Record<EngineName, 'mapped' | 'unservable'> = {
  sqlite: 'mapped',
  postgres: 'mapped',
  mariadb: 'unservable',
  mysql: 'mapped',
}

describeEngines('drift', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(
      'create table users (id integer primary key, email varchar(50) not null, nick varchar(20), age integer)',
      'create table logs (id integer primary key, line varchar(100))',
      "insert into users values (1, 'ada@example.com', 'ada', 36), (2, 'grace@example.com', null, 45)",
    )
    api = await serve(database.dsn, {}, store)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const look = async () => (await api.request.get('/system/contract/db/diff').expect(200)).body
  const kinds = async () =>
    (await look()).changes.map(({ kind, column }: { kind: string; column: string }) =>
      column === null ? kind : `${kind} ${column}`,
    )
  const row = async () => (await api.request.get(path('users', 1))).body
  const first = { id: 1, email: 'ada@example.com', nick: 'ada', age: 36 }

  it('locks on first connect and is green', async () => {
    const { body } = await api.request.get('/system/contract/db').expect(200)
    expect(body).to.deep.include({
      service: 'db',
      state: 'green',
      locked: true,
      tables: 2,
      database: 'up',
      pending: { additive: 0, breaking: 0 },
    })
    expect(body.contract).to.include({ version: 1, revision: 0, kind: 'lock', actor: 'faucet' })
    const { body: history } = await api.request.get('/system/contract/db/history').expect(200)
    expect(history.resource).to.have.length(1)
    expect(history.resource[0]).to.include({ event: 'lock', version: 1 })
  })

  it('merges what only adds as a revision, once', async () => {
    const events: string[] = []
    api.controller.on('promotion', ({ version, revision, automatic }) => void events.push(`${version}.${revision} ${automatic}`))
    await database.exec(
      'alter table users add column city varchar(30)',
      'create table things (id integer primary key, name varchar(10))',
      'create view names as select nick from users',
    )
    expect(await row()).to.deep.equal(first)
    expect(await kinds()).to.have.members(['column-added city', 'table-added', 'view-added'])
    expect((await look()).state).to.equal('yellow')
    expect(await row()).to.deep.equal(first)
    const status = await api.controller.refresh('db')
    expect(status).to.deep.include({ state: 'yellow', pending: { additive: 0, breaking: 0 } })
    expect(status.contract).to.include({ version: 1, revision: 1, kind: 'merge' })
    expect(await row()).to.deep.equal({ ...first, city: null })
    await api.request.post(path('things')).send({ id: 1, name: 'new' }).expect(201)
    await api.request.get(path('names')).expect(200)
    expect((await api.request.get(path('users'))).headers['faucet-contract']).to.match(/^db@1\.1; digest=/)
    expect((await look()).promoted).to.have.length(3)
    await api.controller.refresh('db')
    expect(events).to.deep.equal(['1.1 true'])
    await api.request.post('/system/contract/db/promote').send({ reason: 'seen' }).expect(200)
    expect((await look()).state).to.equal('green')
    expect((await api.controller.status('db')).contract).to.include({ version: 1, revision: 1 })
  })

  it('hides everything new in strict mode until promoted', async () => {
    await api.request.put('/system/contract/db/mode').send({ mode: 'strict' }).expect(200)
    await database.exec('alter table users add column city varchar(30)', 'create table things (id integer primary key)')
    await api.controller.refresh('db')
    expect(await row()).to.deep.equal(first)
    await api.request.get(path('things')).expect(404)
    expect((await api.request.post(path('users')).send({ id: 9, email: 'x', city: 'y' }).expect(400)).body.code).to.equal(
      'unknown-column',
    )
    const { body } = await api.request
      .post('/system/contract/db/promote')
      .send({ tables: ['users'] })
      .expect(200)
    expect(body.contract).to.include({ version: 2, actor: 'tester' })
    expect(await row()).to.deep.equal({ ...first, city: null })
    await api.request.get(path('things')).expect(404)
    expect(await kinds()).to.deep.equal(['table-added'])
  })

  it('keeps the old name of a renamed column, or refuses by name where the engine cannot prove it', async () => {
    await database.exec('alter table users rename column email to email_address')
    const report = await look()
    expect(report.state).to.equal('red')
    expect(report.changes).to.have.length(1)
    expect(report.changes[0]).to.include({
      kind: 'column-renamed',
      class: 'breaking',
      table: 'users',
      column: 'email',
      hold: rename[engine],
      evidence: rename[engine] === 'mapped' ? 'proven' : 'likely',
    })
    const filtered = await api.request
      .get(path('users'))
      .query({ filter: "email = 'grace@example.com'", fields: 'id,email', order: 'email DESC' })
    const created = await api.request.post(path('users')).send({ id: 3, email: 'new@example.com' })
    if (rename[engine] === 'mapped') {
      expect(await row()).to.deep.equal(first)
      expect(filtered.body.resource).to.deep.equal([{ id: 2, email: 'grace@example.com' }])
      expect([created.status, created.body.resource[0].email]).to.deep.equal([201, 'new@example.com'])
      await api.request.patch(path('users', 3)).send({ email: 'newer@example.com' }).expect(200)
      expect(await database.value('select email_address from users where id = 3')).to.equal('newer@example.com')
    } else {
      expect((await api.request.get(path('users', 1)).expect(503)).body.code).to.equal('contract-unservable')
      expect(filtered.status).to.equal(503)
      expect(filtered.text).to.not.contain('email_address')
      expect([created.status, created.body.code]).to.deep.equal([409, 'contract-drift'])
      expect((await api.request.get(path('users', 1)).query({ fields: 'id,nick' }).expect(200)).body).to.deep.equal({
        id: 1,
        nick: 'ada',
      })
      expect(await database.value('select count(*) from users')).to.equal('2')
    }
    expect((await api.request.get(path('users', 1)).query({ fields: 'email_address' })).body.code).to.equal('unknown-column')
  })

  it('answers null for a nullable column that was dropped, and never chooses rows for a write by it', async () => {
    await database.exec('alter table users drop column nick')
    expect(await kinds()).to.deep.equal(['column-dropped nick'])
    expect(await row()).to.deep.equal({ ...first, nick: null })
    expect(await api.rows('users', { filter: 'nick is null', fields: 'id' })).to.have.length(2)
    expect(await api.rows('users', { filter: "not nick = 'ada'" })).to.have.length(0)
    const refused = await api.request.delete(path('users')).query({ filter: 'nick IS NULL' }).expect(409)
    expect(refused.body.code).to.equal('contract-drift')
    expect((await api.request.post(path('users')).send({ id: 3, email: 'e', nick: 'lost' }).expect(409)).body.code).to.equal(
      'contract-drift',
    )
    await api.request.post(path('users')).send({ id: 3, email: 'e', nick: null }).expect(201)
    expect(await database.value('select count(*) from users')).to.equal('3')
  })

  it('refuses by name what is gone, and only that', async () => {
    await database.exec('alter table users drop column email', 'drop table logs')
    const refused = await api.request.get(path('users')).expect(503)
    expect(refused.body).to.deep.include({ code: 'contract-unservable', status: 503 })
    expect(refused.body.detail).to.contain('"users.email"')
    expect(refused.headers['retry-after']).to.equal('300')
    expect(refused.headers['cache-control']).to.equal('no-store')
    expect(await api.rows('users', { fields: 'id,age' })).to.have.length(2)
    expect((await api.request.get(path('logs')).expect(503)).body.code).to.equal('contract-unservable')
    expect((await api.request.get('/db/_schema/logs').expect(200)).body.state).to.equal('red')
    const { body } = await api.request.get('/db/_table')
    expect(body.resource).to.deep.equal([{ name: 'logs' }, { name: 'users' }])
  })

  it('promotes breaking changes only as reviewed', async () => {
    await database.exec('drop table logs')
    const { body: refused } = await api.request.post('/system/contract/db/promote').send({}).expect(428)
    expect(refused.code).to.equal('review-required')
    const { fingerprint } = await look()
    await database.exec('alter table users add column city varchar(30)')
    expect((await api.request.post('/system/contract/db/promote').send({ expect: fingerprint }).expect(409)).body.code).to.equal(
      'contract-moved',
    )
    const dry = await api.request.post('/system/contract/db/promote').send({ dryRun: true }).expect(200)
    expect(dry.body).to.deep.include({ dryRun: true })
    expect(dry.body.contract.version).to.equal(1)
    const { body } = await api.request
      .post('/system/contract/db/promote')
      .send({ expect: (await look()).fingerprint, reason: 'release 2' })
      .expect(200)
    expect(body.contract).to.include({ version: 2, revision: 0, actor: 'tester', reason: 'release 2' })
    expect((await look()).state).to.equal('green')
    await api.request.get(path('logs')).expect(404)
    const { body: versions } = await api.request.get('/system/contract/db/diff').query({ from: 1, to: 2 }).expect(200)
    expect(versions.changes.map(({ kind }: { kind: string }) => kind)).to.have.members(['table-dropped', 'column-added'])
  })

  it('lets secret-looking additions wait for their name', async () => {
    await database.exec('alter table users add column password_hash varchar(80)', 'alter table users add column city varchar(30)')
    await api.controller.refresh('db')
    expect(await row()).to.deep.equal({ ...first, city: null })
    const { changes } = await look()
    expect(changes).to.have.length(1)
    expect(changes[0]).to.include({ kind: 'column-added', column: 'password_hash', withheld: 'needs-review' })
    await api.controller.promote('db')
    expect(await row()).to.not.have.property('password_hash')
    await api.controller.promote('db', { tables: ['users'] })
    expect(await row()).to.have.property('password_hash')
  })

  it('keeps migration tools out and lets patterns decide', async () => {
    await database.exec(
      'create table _users_gho (id integer primary key)',
      'create table schema_migrations (version varchar(20))',
    )
    await api.controller.refresh('db')
    expect((await look()).changes).to.deep.equal([])
    const some = await serve(database.dsn, { include: ['user*'], exclude: ['*s'] })
    expect((await some.request.get('/db/_table')).body.resource).to.deep.equal([])
    await some.close()
  })

  it('remembers its contract, mode and unlocking over a restart', async () => {
    await database.exec('alter table users rename column email to email_address')
    expect((await look()).state).to.equal('red')
    await api.close()
    api = await serve(database.dsn, {}, store)
    expect((await api.controller.status('db')).contract).to.include({ version: 1 })
    expect(await kinds()).to.deep.equal(['column-renamed email'])
    if (rename[engine] === 'mapped') expect(await row()).to.deep.equal(first)
    const unlocked = await api.request.delete('/system/contract/db').expect(200)
    expect(unlocked.body).to.include({ state: 'unlocked', locked: false, contract: null })
    expect(await row()).to.have.property('email_address')
    await api.close()
    api = await serve(database.dsn, {}, store)
    const open = await api.request.get(path('users', 1)).expect(200)
    expect(open.headers).to.not.have.property('faucet-contract')
    const { body } = await api.request.post('/system/contract/db').send({ reason: 'again' }).expect(200)
    expect(body).to.include({ version: 2, kind: 'lock', actor: 'tester', reason: 'again' })
    expect(await row()).to.have.property('email_address')
  })

  it('mode none follows the database', async () => {
    await api.controller.setMode('db', 'none')
    await database.exec('alter table users drop column age')
    await api.controller.refresh('db')
    await database.exec('alter table users add column city varchar(30)')
    await api.controller.refresh('db')
    expect(await row()).to.deep.equal({ id: 1, email: 'ada@example.com', nick: 'ada', city: null })
    const back = await api.controller.setMode('db', null)
    expect(back).to.deep.include({ mode: { effective: 'auto', configured: 'auto', override: null }, state: 'red' })
    expect(await row()).to.have.property('age', null)
  })

  it('notices a change by the statement that fails, without waiting for the next look', async () => {
    expect(await row()).to.deep.equal(first)
    await database.exec('alter table users drop column nick')
    expect(await row()).to.deep.equal({ ...first, nick: null })
  })

  it('answers the contract a consumer was built for, or 410', async () => {
    const { headers } = await api.request.get(path('users', 1))
    const [version, digest] = (headers['faucet-contract'] ?? '').split('; digest=')
    const ask = async (header: string) => (await api.request.get(path('users', 1)).set('Faucet-Contract', header)).status
    expect(await ask(String(version))).to.equal(200)
    expect(await ask(`1; digest=${digest}`)).to.equal(200)
    expect(await ask('1; digest=00000000')).to.equal(410)
    expect(await ask('2')).to.equal(410)
    expect(await ask('one')).to.equal(400)
  })
})
