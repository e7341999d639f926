import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const system = '/system/contract/db'

interface Reported {
  readonly kind: string
  readonly table: string
  readonly column: string | null
}

const named = (changes: readonly Reported[]) =>
  changes.map(({ kind, table, column }) => `${kind} ${column === null ? table : `${table}.${column}`}`)

describeEngines('promotion', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(
      'create table users (id integer primary key, email varchar(50) not null)',
      'create table logs (id integer primary key, line varchar(100), level integer)',
    )
    api = await serve(database.dsn, {}, store)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  const diff = async (query: object = {}) => (await api.request.get(`${system}/diff`).query(query).expect(200)).body
  const version = async () => (await api.controller.status('db')).contract?.version

  /** Adds a column that inserts must supply. */
  const require = async (table: string, column: string) => {
    if (engine !== 'sqlite') return database.exec(`alter table ${table} add column ${column} varchar(50) not null`)
    // SQLite adds no such column without a default.
    const { body } = await api.request.get(`/db/_schema/${table}`)
    const names = body.columns.map(({ name }: { name: string }) => name)
    expect(names).to.deep.equal(['id', 'line', 'level'])
    return database.exec(
      `drop table ${table}`,
      `create table ${table} (id integer primary key, line varchar(100), level integer, ${column} varchar(50) not null)`,
    )
  }

  it('reports, fingerprints and records exactly the tables that it takes', async () => {
    for (const step of [
      'alter table logs rename to archive',
      'alter table archive drop column level',
      'alter table users rename to logs',
    ]) {
      await database.exec(step)
      await diff()
    }
    const reviewed = await diff({ table: 'users' })
    // Elsewhere nothing proves that the one took the other's name over.
    if (engine === 'postgres') {
      expect(named(reviewed.changes)).to.have.members(['table-renamed users', 'table-renamed logs', 'column-dropped logs.level'])
      await database.exec('alter table archive drop column line')
      await api.request
        .post(`${system}/promote`)
        .send({ tables: ['users'], expect: reviewed.fingerprint })
        .expect(409)
    }
    const again = await diff({ table: 'users' })
    const { body } = await api.request
      .post(`${system}/promote`)
      .send({ tables: ['users'], expect: again.fingerprint })
      .expect(200)
    expect(body.changes).to.deep.equal(again.changes)
    const { body: history } = await api.request.get(`${system}/history`).expect(200)
    expect(history.resource[0].changes).to.deep.equal(again.changes)
    const accepted = new Set(again.changes.map(({ table }: Reported) => table))
    const { changes: made } = await diff({ from: 1, to: 2 })
    for (const { table, kind } of made as Reported[]) {
      if (!kind.endsWith('-added')) expect([...accepted], `${kind} ${table}`).to.include(table)
    }
    expect((await diff({ table: 'users' })).changes).to.deep.equal([])
  })

  for (const mode of ['auto', 'strict'] as const) {
    it(`takes what looks secret only with its table's name, in mode ${mode}`, async () => {
      await api.controller.setMode('db', mode)
      await require('logs', 'password')
      await database.exec(
        'alter table users add column api_key varchar(50)',
        'create table keys_of (id integer primary key, token varchar(50))',
      )
      expect((await api.controller.promote('db', { dryRun: true })).changes.map(({ kind }) => kind)).to.deep.equal([
        'table-added',
      ])
      const { changes, contract } = await api.controller.promote('db')
      expect(named(changes)).to.deep.equal(['table-added keys_of'])
      expect(contract.version).to.equal(2)
      expect(contract.changes).to.deep.equal(changes)
      for (let times = 0; times < 2; times++) {
        const nothing = await api.controller.promote('db')
        expect(nothing.changes).to.deep.equal([])
        expect(nothing.contract.version).to.equal(2)
      }
      expect(named((await diff()).changes)).to.have.members([
        'column-added keys_of.token',
        'required-column-added logs.password',
        'column-added users.api_key',
      ])
      const asked = await api.controller.promote('db', { tables: ['logs', 'users'] })
      expect(named(asked.changes)).to.have.members(['required-column-added logs.password', 'column-added users.api_key'])
      expect(await version()).to.equal(3)
      expect(named((await diff()).changes)).to.deep.equal(['column-added keys_of.token'])
    })
  }

  it('takes everything where the service exposes everything', async () => {
    await api.close()
    api = await serve(database.dsn, { autoExpose: 'all' }, store)
    await database.exec('alter table users add column api_key varchar(50)')
    const { changes } = await api.controller.promote('db')
    expect(named(changes)).to.deep.equal(['column-added users.api_key'])
    expect((await diff()).changes).to.deep.equal([])
  })

  it('lets no breaking change in that came after the harmless ones were found', async () => {
    await database.exec('create table things (id integer primary key)')
    const { promote } = api.controller
    api.controller.promote = async (service, options) => {
      const result = await promote(service, options)
      if (options?.dryRun === true) await database.exec('drop table logs')
      return result
    }
    const { body } = await api.request.post(`${system}/promote`).send({}).expect(409)
    expect(body.code).to.equal('contract-moved')
    expect(await version()).to.equal(1)
    api.controller.promote = promote
    expect((await api.request.post(`${system}/promote`).send({}).expect(428)).body.code).to.equal('review-required')
  })

  it('locks what the database has become since it was unlocked, under the next number, also after a purge', async () => {
    const events: string[] = []
    api.controller.on('lock', ({ version: made }) => void events.push(`lock ${made}`))
    api.controller.on('unlock', () => void events.push('unlock'))
    await api.controller.unlock('db')
    await api.controller.unlock('db')
    await database.exec('alter table users add column city varchar(20)', 'drop table logs')
    expect(await api.controller.lock('db')).to.include({ version: 2, kind: 'lock' })
    expect((await diff()).changes).to.deep.equal([])
    expect((await api.request.get('/db/_schema/users')).body.columns.map(({ name }: { name: string }) => name)).to.include('city')
    await api.request.get(path('logs')).expect(404)
    expect(await api.controller.lock('db')).to.include({ version: 2 })
    await api.controller.unlock('db', { purge: true })
    expect((await api.controller.history('db')).map(({ event }) => event)).to.deep.equal(['unlock'])
    expect(await api.controller.lock('db')).to.include({ version: 3, revision: 0 })
    expect((await diff()).state).to.equal('green')
    await database.exec('alter table users add column country varchar(20)')
    expect((await api.controller.refresh('db')).contract).to.include({ version: 3, revision: 1 })
    expect(events).to.deep.equal(['unlock', 'lock 2', 'unlock', 'lock 3'])
  })

  it('locks once when several processes lock at once, and only the one that did tells', async () => {
    const other = await serve(database.dsn, {}, store)
    const events: number[] = []
    for (const { controller } of [api, other]) controller.on('lock', ({ version: made }) => void events.push(made))
    await api.controller.unlock('db')
    await other.controller.refresh('db')
    const versions = await Promise.all([api, other, api, other].map(({ controller }) => controller.lock('db')))
    expect(versions.map((made) => made.version)).to.deep.equal([2, 2, 2, 2])
    expect(events).to.deep.equal([2])
    await other.close()
  })

  it('says why there is nothing to promote', async () => {
    const hint = async () => (await api.request.post(`${system}/promote`).send({}).expect(409)).body.hint
    await api.controller.setMode('db', 'none')
    expect(await hint()).to.contain('mode')
    await api.controller.setMode('db', null)
    await api.controller.unlock('db')
    expect(await hint()).to.equal('lock it first')
  })

  if (engine === 'postgres') {
    it('finds a copy in another schema the same', async () => {
      const tables = [
        "create type mood as enum ('glad', 'sad')",
        'create type point as (x integer, y integer)',
        'create function is_fine(text) returns boolean immutable language sql as $$ select true $$',
        "create table people (id integer primary key, mood mood check (mood <> 'sad'), name text check (is_fine(name)), at point)",
      ]
      const copy = await createDatabase(engine)
      try {
        await database.exec(...tables)
        await api.controller.promote('db')
        await copy.exec(
          'create table users (id integer primary key, email varchar(50) not null)',
          'create table logs (id integer primary key, line varchar(100), level integer)',
          ...tables,
        )
        await api.close()
        api = await serve(copy.dsn, {}, store)
        expect(named((await diff()).changes)).to.deep.equal([])
        await copy.exec("alter table people drop constraint people_mood_check, add check (mood <> 'glad')")
        expect((await diff()).changes.map(({ kind }: Reported) => kind)).to.deep.equal(['check-changed'])
      } finally {
        await api.close()
        await copy.drop()
        api = await serve(database.dsn, {}, store)
      }
    })
  }
})
