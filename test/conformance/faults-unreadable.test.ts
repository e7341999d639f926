import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'
import { type ServerName, servers } from '../support/sessions.js'

/** An account of its own without a password, and how it is let into the database. */
const accounts: Record<ServerName, (name: string, schema: string) => { readonly create: string[]; readonly grantee: string }> = {
  postgres: (name, schema) => ({
    create: [`create role ${name} login`, `grant usage on schema ${schema} to ${name}`],
    grantee: name,
  }),
  mariadb: (name) => ({ create: [`create user ${name}@'%'`], grantee: `${name}@'%'` }),
  mysql: (name) => ({ create: [`create user ${name}@'%'`], grantee: `${name}@'%'` }),
}

const changesOf = async ({ controller }: Api) =>
  (await controller.diff('db')).changes.map(({ kind, table, column, hold }) =>
    [kind, table, ...(column === null ? [] : [column]), hold].join(' '),
  )

for (const engine of servers) {
  describeEngine(engine, `a right that is taken back [${engine}]`, () => {
    let database: TestDatabase
    let api: Api
    let grantee: string
    /** Every table has rights of its own: what is granted on the whole hides no table. */
    const grant = (rights: string, table: string) => database.exec(`grant ${rights} on ${table} to ${grantee}`)
    const revoke = (rights: string, table: string) => database.exec(`revoke ${rights} on ${table} from ${grantee}`)

    beforeEach(async () => {
      database = await createDatabase(engine)
      await database.exec(
        'create table t (id integer primary key, n integer, secret integer)',
        'create table u (id integer primary key, m integer)',
        'insert into t values (1, 2, 3)',
        'insert into u values (1, 2)',
      )
      const dsn = new URL(database.dsn)
      const name = `faucet_${randomBytes(5).toString('hex')}`
      const account = accounts[engine](name, dsn.searchParams.get('schema') ?? '')
      grantee = account.grantee
      await database.exec(...account.create)
      await grant('select, insert, update, delete', 't')
      await grant('select', 'u')
      dsn.username = name
      api = await serve(dsn.href)
    })
    afterEach(async () => {
      await api.close()
      if (engine === 'postgres') await database.exec(`drop owned by ${grantee}`, `drop role ${grantee}`)
      else await database.exec(`drop user ${grantee}`)
      await database.drop()
    })

    const expectKept = async () => {
      const { status, body } = await api.request.get(path('t'))
      expect([status, body.code]).to.deep.equal([503, 'contract-unservable'])
      await api.request.get(path('u')).expect(200)
    }
    const expectBack = async (version = 1) => {
      await api.controller.refresh('db')
      expect(await changesOf(api)).to.deep.equal([])
      expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 2, secret: 3 }])
      expect((await api.controller.status('db')).contract).to.include({ version, revision: 0 })
    }

    it('to read a table: it keeps its shape, whoever promotes, and is back with the right', async () => {
      await revoke('select', 't')
      await expectKept()
      await api.controller.refresh('db')
      await expectKept()
      expect(await changesOf(api)).to.deep.equal(['table-unreadable t unservable'])
      await database.exec('alter table u drop column m')
      await api.controller.promote('db')
      await expectKept()
      expect(await changesOf(api)).to.deep.equal(['table-unreadable t unservable'])
      await grant('select', 't')
      await expectBack(2)
    })

    it('to do anything with a table: it is not taken for dropped', async () => {
      await revoke('select, insert, update, delete', 't')
      await api.controller.refresh('db')
      await expectKept()
      expect(await changesOf(api)).to.deep.equal(['table-unreadable t unservable'])
      await grant('select, insert, update, delete', 't')
      await expectBack()
    })

    it('is told from a table that went', async () => {
      await database.exec('drop table t')
      await api.controller.refresh('db')
      expect(await changesOf(api)).to.deep.equal(['table-dropped t unservable'])
      await api.controller.promote('db')
      expect((await api.request.get(path('t'))).body.code).to.equal('unknown-table')
      await api.request.get(path('u')).expect(200)
    })

    for (const [what, left] of [
      ['that can still be written', 'insert (secret)'],
      ['that nothing else may be done with', null],
    ] as const) {
      it(`to read a column ${what}: it is not taken for dropped, and never null`, async () => {
        await revoke('select, insert, update, delete', 't')
        await grant('select (id, n), insert (id, n)', 't')
        if (left !== null) await grant(left, 't')
        await api.controller.refresh('db')
        const { status, body } = await api.request.get(path('t'))
        expect([status, body.code]).to.deep.equal([503, 'contract-unservable'])
        const changes = await changesOf(api)
        expect(changes.join()).to.not.match(/dropped| null/)
        expect(changes).to.not.deep.equal([])
        await revoke('select (id, n), insert (id, n)', 't')
        if (left !== null) await revoke(left, 't')
        await grant('select, insert, update, delete', 't')
        await expectBack()
      })
    }

    if (engine === 'postgres') {
      it('to use the schema: nothing in it is taken for dropped', async () => {
        const schema = new URL(database.dsn).searchParams.get('schema')
        await database.exec(`revoke usage on schema ${schema} from ${grantee}`)
        await api.controller.refresh('db')
        expect(await changesOf(api)).to.deep.equal(['table-unreadable t unservable', 'table-unreadable u unservable'])
        await database.exec(`grant usage on schema ${schema} to ${grantee}`)
        await expectBack()
      })
    }
  })
}

// PostgreSQL lets nobody take away what a view needs.
for (const engine of ['sqlite', 'mariadb', 'mysql'] as const) {
  describeEngine(engine, `a view that the database cannot describe any more [${engine}]`, () => {
    let database: TestDatabase
    let api: Api
    beforeEach(async () => {
      database = await createDatabase(engine)
      await database.exec(
        'create table t (id integer primary key, name varchar(20), n integer)',
        'create table u (id integer primary key)',
        "insert into t values (1, 'Ada', 3)",
        'create view v as select id, name from t',
      )
      api = await serve(database.dsn)
      expect(await api.rows('v')).to.deep.equal([{ id: 1, name: 'Ada' }])
    })
    afterEach(async () => {
      await api.close()
      await database.drop()
    })

    const breaks: readonly (readonly [what: string, broken: string[], repaired: string[]])[] = [
      ['because a column went', ['alter table t drop column name'], ["alter table t add column name varchar(20) default 'Ada'"]],
      ['because its table went', ['alter table t rename to elsewhere'], ['alter table elsewhere rename to t']],
    ]
    for (const [what, broken, repaired] of breaks) {
      it(`${what}: it keeps its shape and is back when it is repaired`, async () => {
        // SQLite checks views before it changes a table unless told otherwise, and then takes them along.
        if (engine === 'sqlite') await database.exec('pragma legacy_alter_table = on')
        await database.exec(...broken)
        const unseen = await api.request.get(path('v'))
        await api.controller.refresh('db')
        const seen = await api.request.get(path('v'))
        expect([unseen.status, unseen.body.code, seen.status, seen.body.code]).to.deep.equal([
          503,
          'contract-unservable',
          503,
          'contract-unservable',
        ])
        expect((await changesOf(api)).filter((change) => change.includes(' v '))).to.deep.equal(['table-unreadable v unservable'])
        await api.request.get(path('u')).expect(200)
        await database.exec(...repaired)
        await api.controller.refresh('db')
        expect((await changesOf(api)).filter((change) => change.includes(' v '))).to.deep.equal([])
        expect(await api.rows('v')).to.deep.equal([{ id: 1, name: 'Ada' }])
      })
    }

    it('keeps its place in the contract through a promotion of the rest', async () => {
      if (engine === 'sqlite') await database.exec('pragma legacy_alter_table = on')
      await database.exec('alter table t rename to elsewhere')
      await api.controller.refresh('db')
      await api.controller.promote('db')
      await database.exec('alter table elsewhere rename to t')
      await api.controller.refresh('db')
      expect(await api.rows('v')).to.deep.equal([{ id: 1, name: 'Ada' }])
    })
  })
}
