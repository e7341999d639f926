import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { FaucetEventName } from 'faucet-db'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type EngineName, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const stampPattern = /\[faucet:[0-9a-f]{16}\]/

/** Engines whose columns have comments. */
const engines: Record<Exclude<EngineName, 'sqlite'>, { comment(table: string, column: string): string }> = {
  postgres: {
    comment: (table, column) => `select coalesce(col_description('${table}'::regclass, attnum), '') from pg_attribute
      where attrelid = '${table}'::regclass and attname = '${column}'`,
  },
  mariadb: { comment: inCatalog },
  mysql: { comment: inCatalog },
}

function inCatalog(table: string, column: string): string {
  return `select column_comment from information_schema.columns
    where table_schema = database() and table_name = '${table}' and column_name = '${column}'`
}

const rename = (from: string, to: string) => `alter table t rename column ${from} to ${to}`
const swap = [rename('a', 'tmp'), rename('b', 'a'), rename('tmp', 'b')]

for (const engine of Object.keys(engines) as (keyof typeof engines)[]) {
  describeEngine(engine, `stamps [${engine}]`, () => {
    let database: TestDatabase
    let file: string
    const open: Api[] = []
    const start = async (settings: Parameters<typeof serve>[1] = {}, dsn = database.dsn) => {
      const api = await serve(dsn, { stampIdentities: true, ...settings }, file)
      open.push(api)
      return api
    }
    const comment = async (column: string, table = 't') => (await database.value(engines[engine].comment(table, column))) ?? ''
    const changesOf = async ({ controller }: Api) => {
      await controller.refresh('db')
      return (await controller.diff('db')).changes.map(({ kind, column, evidence, hold }) => ({ kind, column, evidence, hold }))
    }
    const row = async (api: Api) => (await api.request.get(path('t', 1)).expect(200)).body

    beforeEach(async () => {
      file = temporaryStore()
      database = await createDatabase(engine)
      await database.exec(
        'create table t (id integer primary key, a varchar(20), b varchar(20), c varchar(20))',
        "insert into t values (1, 'A', 'B', 'C')",
      )
    })
    afterEach(async () => {
      for (const api of open.splice(0)) await api.close()
      await database.drop()
      removeStore(file)
    })

    const annotate = async (column: string, text: string) =>
      engine === 'postgres'
        ? database.exec(`comment on column t.${column} is '${text}'`)
        : database.exec(`alter table t modify column ${column} varchar(20) comment '${text}'`)

    it('writes nothing unless asked to', async () => {
      await start({ stampIdentities: false })
      expect(await comment('a')).to.equal('')
    })

    it('keeps what people wrote, shows no key, and is no drift', async () => {
      await annotate('a', "What it''s for")
      const api = await start({ schemaLock: 'strict' })
      expect(await comment('a')).to.match(/^What it's for \[faucet:[0-9a-f]{16}\]$/)
      expect(await comment('b')).to.match(stampPattern)
      const events: FaucetEventName[] = []
      for (const name of ['drift', 'promotion', 'lock', 'error'] as const) api.controller.on(name, () => events.push(name))
      expect(await changesOf(api)).to.deep.equal([])
      expect((await api.controller.status('db')).state).to.equal('green')
      const texts = [(await api.request.get('/db/_schema/t')).text, (await api.request.get('/system/contract/db/diff')).text]
      expect(texts.join()).to.not.include('faucet:')
      expect(events).to.deep.equal([])
    })

    it('promises the same with and without', async () => {
      const plain = await serve(database.dsn, {}, ':memory:')
      open.push(plain)
      const stamped = await start()
      const digest = async (api: Api) => (await api.request.get(path('t', 1))).headers['faucet-contract']
      expect(await digest(stamped)).to.equal(await digest(plain))
      await plain.controller.refresh('db')
      expect((await plain.controller.status('db')).state).to.equal('green')
    })

    it('writes at a lock and a promotion only, and what is there only once', async () => {
      const api = await start()
      const before = await comment('a')
      await database.exec('alter table t add column d varchar(20)')
      await api.controller.refresh('db')
      expect(await comment('d')).to.equal('')
      await api.close()
      open.splice(0)
      const again = await start()
      expect(await comment('d')).to.equal('')
      await again.controller.promote('db')
      expect(await comment('d')).to.match(stampPattern)
      expect(await comment('a')).to.equal(before)
    })

    it('stamps a contract that was locked without, when it is promoted', async () => {
      await (await start({ stampIdentities: false })).close()
      open.splice(0)
      const api = await start()
      expect(await comment('a')).to.equal('')
      await api.controller.promote('db', { dryRun: true })
      expect(await comment('a')).to.equal('')
      await api.controller.promote('db')
      expect(await comment('a')).to.match(stampPattern)
    })

    it('shares keys with other services', async () => {
      await start()
      const before = await comment('a')
      const other = await serve(database.dsn, { stampIdentities: true }, ':memory:')
      open.push(other)
      expect(await comment('a')).to.equal(before)
      await database.exec(rename('a', 'x'), 'alter table t add column d varchar(20)')
      await other.controller.refresh('db')
      expect((await row(other)).a).to.equal('A')
    })

    it('follows a renamed column', async () => {
      const api = await start()
      await database.exec(rename('b', 'x'), 'alter table t add column d varchar(20)')
      // MySQL's own proof ends where something else happened to the table in the same look.
      const evidence = engine === 'postgres' ? 'proven' : 'stamped'
      expect(await changesOf(api)).to.deep.include({ kind: 'column-renamed', column: 'b', evidence, hold: 'mapped' })
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C', d: null })
      await api.request.patch(path('t', 1)).send({ b: 'new' }).expect(200)
      expect(await database.value('select x from t')).to.equal('new')
      const before = await changesOf(api)
      await database.exec(rename('x', 'y'))
      expect(await changesOf(api)).to.deep.equal(before)
      expect((await row(api)).b).to.equal('new')
      await api.controller.promote('db')
      expect(await changesOf(api)).to.deep.equal([])
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A', y: 'new', c: 'C', d: null })
    })

    it('follows two columns of one type that exchanged names', async () => {
      const api = await start()
      await database.exec(...swap)
      await api.controller.refresh('db')
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
      const evidence = engine === 'mariadb' ? 'stamped' : 'proven'
      expect(await changesOf(api)).to.deep.include({ kind: 'column-swapped', column: 'a', evidence, hold: 'mapped' })
      await database.exec(...swap)
      expect(await changesOf(api)).to.deep.equal([])
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
    })

    it('tells a new column under the old name from the old one', async () => {
      const api = await start()
      await database.exec(rename('b', 'b_old'), 'alter table t add column b varchar(20)', "update t set b = 'NEW'")
      const changes = await changesOf(api)
      expect(changes).to.deep.include({ ...changes[0], kind: 'column-replaced', column: 'b', hold: 'unservable' })
      await api.request.get(path('t', 1)).query({ fields: 'b' }).expect(503)
    })

    if (engine !== 'postgres') {
      it('follows names that were exchanged and put back in their places', async () => {
        const api = await start()
        const kept = await comment('b')
        await database.exec(...swap, `alter table t modify column a varchar(20) comment '${kept}' after id`)
        await api.controller.refresh('db')
        expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
      })

      it('leaves columns alone that are only moved', async () => {
        const api = await start()
        const kept = await comment('a')
        // Without a stamp the newcomer of its type before `a` would leave it in doubt.
        await database.exec(
          `alter table t modify column a varchar(20) comment '${kept}' after b`,
          'alter table t add column d varchar(20) after b',
        )
        expect(await changesOf(api)).to.deep.equal([])
        expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C', d: null })
      })
    }

    it('knows the columns of a table that was dropped and restored with other names', async () => {
      const api = await start()
      const kept = [await comment('a'), await comment('b'), await comment('c')]
      await database.exec('drop table t', 'create table t (id integer primary key, x varchar(20), a varchar(20), c varchar(20))')
      // `a` lives on as `x`, `b` as `a`: as a restore and two renames leave them.
      for (const [index, column] of ['x', 'a', 'c'].entries()) await annotate(column, kept[index] ?? '')
      await database.exec("insert into t values (1, 'A', 'B', 'C')")
      const changes = await changesOf(api)
      expect(changes).to.deep.include({ kind: 'column-renamed', column: 'a', evidence: 'stamped', hold: 'mapped' })
      expect(changes).to.deep.include({ kind: 'column-renamed', column: 'b', evidence: 'stamped', hold: 'mapped' })
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
      // It is known by now, whatever becomes of the comment.
      await annotate('x', 'mine')
      await database.exec('create table other (id integer primary key)')
      expect(await changesOf(api)).to.deep.include({ kind: 'column-renamed', column: 'a', evidence: 'stamped', hold: 'mapped' })
      await api.close()
      open.splice(0)
      expect(await row(await start())).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
    })

    it('knows the columns in another database that was restored from this one', async () => {
      const home = await start()
      const kept = [await comment('a'), await comment('b'), await comment('c')]
      await home.close()
      open.splice(0)
      const first = database
      database = await createDatabase(engine)
      await database.exec('create table t (id integer primary key, x varchar(20), b varchar(20), c varchar(20))')
      for (const [index, column] of ['x', 'b', 'c'].entries()) await annotate(column, kept[index] ?? '')
      await database.exec("insert into t values (1, 'A2', 'B2', 'C2')")
      const api = await start()
      expect(await changesOf(api)).to.deep.equal([{ kind: 'column-renamed', column: 'a', evidence: 'stamped', hold: 'mapped' }])
      expect(await row(api)).to.deep.equal({ id: 1, a: 'A2', b: 'B2', c: 'C2' })
      await first.drop()
    })

    it('takes nothing on the word of keys that two columns have', async () => {
      const api = await start()
      const kept = await comment('b')
      await database.exec('alter table t add column copy varchar(20)')
      await annotate('copy', kept)
      await api.controller.refresh('db')
      await database.exec('alter table t drop column b', "update t set copy = 'OTHER'")
      const changes = await changesOf(api)
      expect(changes.filter(({ hold }) => hold === 'mapped')).to.deep.equal([])
      expect(changes.map(({ evidence }) => evidence)).to.not.include('stamped')
      const { body } = await api.request.get(path('t', 1)).query({ fields: 'b' })
      expect(body.b ?? null).to.not.equal('OTHER')
    })

    it('never takes a copy of a table for the table', async () => {
      const api = await start()
      const copy = engine === 'postgres' ? 'create table u (like t including all)' : 'create table u like t'
      await database.exec(copy, "insert into u values (1, 'archived', 'x', 'y')")
      await api.controller.refresh('db')
      expect(await comment('a', 'u')).to.match(stampPattern)
      await database.exec('drop table t')
      await api.controller.refresh('db')
      await api.request.get(path('t', 1)).expect(503)
      expect((await changesOf(api)).map(({ evidence }) => evidence)).to.not.include('stamped')
    })

    it('gives the copy and the original keys of their own at the next promotion', async () => {
      const api = await start()
      await database.exec(engine === 'postgres' ? 'create table u (like t including all)' : 'create table u like t')
      await api.controller.refresh('db')
      await api.controller.promote('db')
      expect(await comment('a', 'u')).to.match(stampPattern)
      expect(await comment('a', 'u')).to.not.equal(await comment('a'))
    })

    it('falls back to what else is known when a comment is edited', async () => {
      const api = await start()
      await annotate('b', 'mine alone')
      await database.exec(rename('b', 'x'))
      const found = (await changesOf(api)).find(({ column }) => column === 'b')
      expect(found).to.deep.include(
        engine === 'mariadb' ? { evidence: 'likely', hold: 'unservable' } : { evidence: 'proven', hold: 'mapped' },
      )
    })

    it('is not led astray by keys that somebody moves', async () => {
      const api = await start()
      const [a, b] = [await comment('a'), await comment('b')]
      await annotate('a', '')
      await annotate('b', a)
      await database.exec('alter table t add column d varchar(20)')
      await api.controller.refresh('db')
      const answers = ['a', 'b'].map((fields) => api.request.get(path('t', 1)).query({ fields }))
      expect((await answers[0])?.body.a ?? 'A').to.equal('A')
      expect((await answers[1])?.body.b ?? 'B').to.equal('B')
      expect(b).to.match(stampPattern)
    })

    it('serves all the same without the right, and says what to grant', async () => {
      const name = `faucet_reader_${randomBytes(4).toString('hex')}`
      const { create, grantee, rights } = readers[engine](name, new URL(database.dsn))
      await database.exec(...create, `grant select, insert on t to ${grantee}`)
      try {
        const dsn = new URL(database.dsn)
        dsn.username = name
        const api = await start({}, dsn.href)
        const errors: unknown[] = []
        api.controller.on('error', ({ error }) => errors.push(error))
        expect(await row(api)).to.deep.equal({ id: 1, a: 'A', b: 'B', c: 'C' })
        await database.exec('alter table t add column d varchar(20)')
        await api.controller.promote('db')
        expect(await comment('a')).to.equal('')
        const [error] = errors as [{ code: string; hint: string; context: { columns: string[] } }]
        expect(errors).to.have.length(1)
        expect(error.code).to.equal('forbidden')
        expect(error.hint).to.match(rights)
        expect(error.context.columns).to.deep.equal(['t.id', 't.a', 't.b', 't.c', 't.d'])
        await api.close()
        open.splice(0)
      } finally {
        await database.exec(
          ...(engine === 'postgres' ? [`drop owned by ${name}`, `drop role ${name}`] : [`drop user ${grantee}`]),
        )
      }
    })

    it('waits for nobody who holds a table', async function () {
      this.timeout(20_000)
      const [begin, hold] =
        engine === 'postgres' ? ['begin', 'lock table t in share update exclusive mode'] : ['begin', 'select * from t']
      await (await start({ stampIdentities: false })).close()
      open.splice(0)
      await database.exec('create table u (id integer primary key)')
      const api = await start()
      await database.exec(begin, hold)
      await api.controller.promote('db')
      await database.exec('rollback')
      expect(await comment('a')).to.equal('')
      expect(await comment('id', 'u')).to.match(stampPattern)
    })
  })
}

const readers: Record<
  keyof typeof engines,
  (name: string, dsn: URL) => { readonly create: readonly string[]; readonly grantee: string; readonly rights: RegExp }
> = {
  postgres: (name, dsn) => ({
    create: [`create role ${name} login`, `grant usage on schema ${dsn.searchParams.get('schema')} to ${name}`],
    grantee: name,
    rights: /owns/,
  }),
  mariadb: (name) => ({ create: [`create user ${name}@'%'`], grantee: `${name}@'%'`, rights: /ALTER/ }),
  mysql: (name) => ({ create: [`create user ${name}@'%'`], grantee: `${name}@'%'`, rights: /ALTER/ }),
}
