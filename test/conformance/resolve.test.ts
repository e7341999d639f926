import { expect } from 'chai'
import type { ResolutionRequest } from 'faucet-db'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const system = '/system/contract/db'

describeEngines('resolving', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string
  /** Another process on the same store. */
  let other: Api | null = null

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
    await other?.close()
    other = null
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const resolve = (request: object) => api.request.post(`${system}/resolve`).send(request)
  const status = () => api.controller.status('db')
  const kinds = async () => (await api.controller.diff('db')).changes.map(({ kind, column }) => `${kind} ${column}`)

  it('writes down who said what, and takes it back', async () => {
    await database.exec('alter table users rename column email to mail')
    const { body } = await resolve({
      kind: 'confirm-rename',
      table: 'users',
      column: 'email',
      to: 'mail',
      reason: 'JIRA-7',
    }).expect(200)
    expect(body.contract.version).to.equal(1)
    const [settled] = body.resolutions
    expect(settled).to.include({ actor: 'tester', reason: 'JIRA-7' })
    expect(settled.resolution).to.include({ kind: 'confirm-rename', table: 'users', column: 'email', to: 'mail' })
    expect(await api.rows('users', { filter: "email = 'ada@x'" })).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
    await api.request.post(path('users')).send({ id: 2, email: 'bob@x', age: 1 }).expect(201)
    expect(await database.value('select mail from users where id = 2')).to.equal('bob@x')
    const [change] = (await api.controller.diff('db')).changes
    expect(change).to.include({ kind: 'column-renamed', hold: 'mapped' })
    await resolve({ kind: 'withdraw', subject: settled.subject }).expect(200)
    expect((await status()).resolutions).to.deep.equal([])
    await api.request.get(path('users')).expect(engine === 'mariadb' ? 503 : 200)
    const [gone, said] = await api.controller.history('db')
    expect([gone?.event, gone?.details.withdrawn, said?.details.withdrawn]).to.deep.equal(['resolve', true, false])
    await resolve({ kind: 'withdraw', subject: settled.subject }).expect(400)
  })

  if (engine === 'mariadb') {
    it('serves a rename that nothing proves as soon as it is confirmed, in every process', async () => {
      other = await serve(database.dsn, {}, store)
      await database.exec('alter table users rename column email to mail')
      await api.controller.refresh('db')
      await other.controller.refresh('db')
      await api.request.get(path('users')).expect(503)
      await api.controller.resolve('db', { kind: 'confirm-rename', table: 'users', column: 'email', to: 'mail' })
      expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
      await other.controller.refresh('db')
      expect(await other.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
      await other.controller.resolve('db', { kind: 'refute-rename', table: 'users', column: 'email', to: 'mail' })
      expect((await status()).resolutions.map(({ resolution }) => resolution.kind)).to.deep.equal(['refute-rename'])
      await other.request.get(path('users')).expect(503)
      expect(await kinds()).to.include.members(['column-dropped email'])
    })

    it('serves a rename that the configuration confirms, until an operator says otherwise', async () => {
      await database.exec('alter table users rename column email to mail')
      await api.close()
      api = await serve(database.dsn, { renames: { columns: { users: { email: 'mail' }, nobody: { a: 'b' } } } }, store)
      expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
      expect((await status()).configured).to.deep.equal([
        { kind: 'confirm-rename', table: 'users', column: 'email', says: 'mail', known: true },
        { kind: 'confirm-rename', table: 'nobody', column: 'a', says: 'b', known: false },
      ])
      await api.controller.resolve('db', { kind: 'refute-rename', table: 'users', column: 'email', to: 'mail' })
      await api.request.get(path('users')).expect(503)
    })
  }

  it('lets a value stand in for a lost one', async () => {
    await database.exec('alter table users drop column email')
    await api.request.get(path('users')).expect(503)
    const wrong = await resolve({ kind: 'stand-in', table: 'users', column: 'email', value: 7 }).expect(400)
    expect(wrong.body.code).to.equal('invalid-value')
    await resolve({ kind: 'stand-in', table: 'users', column: 'email', value: 'nobody' }).expect(200)
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'nobody', age: 36 }])
    await resolve({ kind: 'stand-in', table: 'users', column: 'email', value: null }).expect(200)
    await api.request.get(path('users')).expect(503)
  })

  it('has the last word over a configured stand-in, by the name a version has for it', async () => {
    await api.close()
    api = await serve(database.dsn, { standIns: { users: { email: 'configured' } } }, store)
    await database.exec('alter table users drop column email')
    await api.controller.refresh('db')
    expect((await api.rows('users'))[0].email).to.equal('configured')
    await resolve({ kind: 'stand-in', table: 'users', column: 'email', value: 'said' }).expect(200)
    expect((await api.rows('users'))[0].email).to.equal('said')
    await database.exec('alter table users rename to people')
    await api.controller.promote('db')
    const { body } = await api.request.get(path('users', 1)).set('Faucet-Contract', '1').expect(200)
    expect(body).to.deep.equal({ id: 1, email: 'said', age: 36 })
  })

  it('hides what is declined until its table is promoted by name', async () => {
    await database.exec('alter table users add column note varchar(20)', 'create table junk (id integer primary key)')
    await resolve({ kind: 'decline', table: 'users', column: 'note' }).expect(200)
    await resolve({ kind: 'decline', table: 'junk' }).expect(200)
    await api.controller.refresh('db')
    expect(await status()).to.include({ state: 'green' })
    expect((await status()).contract).to.include({ version: 1, revision: 0 })
    expect((await api.controller.diff('db')).changes.map(({ table, withheld }) => `${table} ${withheld}`)).to.deep.equal([
      'junk declined',
      'users declined',
    ])
    await database.exec('alter table users add column city varchar(20)')
    await api.controller.refresh('db')
    expect(Object.keys((await api.rows('users'))[0])).to.deep.equal(['id', 'email', 'age', 'city'])
    await api.controller.promote('db')
    expect((await status()).contract).to.include({ version: 1, revision: 1 })
    await api.request.get(path('junk')).expect(404)
    await api.controller.promote('db', { tables: ['users', 'junk'] })
    expect(Object.keys((await api.rows('users'))[0])).to.have.members(['id', 'email', 'age', 'city', 'note'])
    expect((await status()).resolutions).to.deep.equal([])
    await api.request.get(path('junk')).expect(200)
  })

  it('acknowledges what was merged', async () => {
    await database.exec('alter table users add column city varchar(20)')
    await api.controller.refresh('db')
    expect((await status()).state).to.equal('yellow')
    expect((await resolve({ kind: 'acknowledge' }).expect(200)).body.state).to.equal('green')
  })

  it('takes a column under its name for what was promised', async () => {
    await database.exec('alter table users drop column age', 'alter table users add column age integer')
    await api.controller.refresh('db')
    await resolve({ kind: 'bind-by-name', table: 'users', column: 'age' }).expect(200)
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: null }])
    expect(await kinds()).to.deep.equal([])
  })

  it('accepts another database', async () => {
    await api.close()
    const copy = await createDatabase(engine)
    await copy.exec(
      'create table users (id integer primary key, email varchar(50) not null, age integer, city varchar(20) not null)',
      "insert into users (id, email, age, city) values (1, 'copy@x', 1, 'Rome')",
    )
    api = await serve(copy.dsn, {}, store)
    await api.request.get(path('users')).expect(503)
    expect((await status()).state).to.equal('red')
    await resolve({ kind: 'accept-database' }).expect(200)
    expect(await kinds()).to.deep.equal(['required-column-added city'])
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'copy@x', age: 1 }])
    // From here on identities are known: a rename is what it was elsewhere.
    await copy.exec('alter table users rename to people')
    expect((await api.request.get(path('users')).expect(200)).body.resource[0].email).to.equal('copy@x')
    await api.close()
    api = await serve(database.dsn, {}, store)
    expect(await api.rows('users')).to.deep.equal([{ id: 1, email: 'ada@x', age: 36 }])
    await copy.drop()
  })

  it('promotes with renames', async () => {
    await database.exec('alter table users rename column email to mail', 'alter table users rename to people')
    await api.controller.refresh('db')
    const renames = { tables: { users: 'people' }, columns: { users: { email: 'mail' } } }
    const reviewed = await api.controller.promote('db', { renames, dryRun: true })
    expect(reviewed.changes.map(({ kind, hold }) => `${kind} ${hold}`)).to.have.members([
      'column-renamed mapped',
      'table-renamed mapped',
    ])
    const body = { renames, expect: reviewed.fingerprint }
    await api.request.post(`${system}/promote`).send({ renames }).expect(428)
    expect((await api.request.post(`${system}/promote`).send(body).expect(200)).body.contract.version).to.equal(2)
    expect(await api.rows('people')).to.deep.equal([{ id: 1, mail: 'ada@x', age: 36 }])
    expect((await api.request.get(path('users', 1)).set('Faucet-Contract', '1').expect(200)).body.email).to.equal('ada@x')
    await api.request
      .post(`${system}/promote`)
      .send({ renames: { tables: { usres: 'x' } } })
      .expect(404)
  })

  it('refuses what means nothing, with the nearest name', async () => {
    const cases: readonly [object, number, string][] = [
      [{}, 400, 'one of confirm-rename'],
      [{ kind: 'declin', table: 'x' }, 400, '"decline"'],
      [{ kind: 'decline' }, 400, 'give table'],
      [{ kind: 'acknowledge', table: 'users' }, 400, 'it takes kind'],
      [{ kind: 'confirm-rename', table: 'usres', to: 'users' }, 404, '"users"'],
      [{ kind: 'confirm-rename', table: 'users', to: 'user' }, 404, '"users"'],
      [{ kind: 'confirm-rename', table: 'users', column: 'emial', to: 'age' }, 400, '"email"'],
      [{ kind: 'confirm-rename', table: 'users', column: 'email', to: 'aeg' }, 400, '"age"'],
      [{ kind: 'confirm-rename', table: 'users', column: 'email', to: 'age' }, 400, 'two'],
      [{ kind: 'stand-in', table: 'users', column: 'emial', value: 1 }, 400, '"email"'],
      [{ kind: 'stand-in', table: 'usres', column: 'email', value: 1 }, 404, '"users"'],
      [{ kind: 'decline', table: 'users', column: 'email' }, 400, 'additions'],
      [{ kind: 'decline', table: 'users', column: 'x' }, 400, ''],
      [{ kind: 'bind-by-name', table: 'users', column: 'emial' }, 400, '"email"'],
    ]
    for (const [request, code, hint] of cases) {
      const { body } = await resolve(request).expect(code)
      expect(body.hint ?? '', JSON.stringify(request)).to.contain(hint)
    }
    await resolve({ kind: 'accept-database' }).expect(200)
    expect((await status()).resolutions).to.deep.equal([])
    expect(await api.controller.history('db')).to.have.length(1)
    const wrong = { kind: 'decline', table: 7 } as unknown as ResolutionRequest
    await api.controller.resolve('db', wrong).then(
      () => expect.fail('accepted'),
      (error) => expect(error.code).to.equal('invalid-body'),
    )
    await api.controller.unlock('db')
    await resolve({ kind: 'acknowledge' }).expect(409)
  })
})
