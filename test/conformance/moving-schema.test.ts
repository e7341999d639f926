import { once } from 'node:events'
import { createServer, request as open } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import type { KyselyTarget } from 'faucet-db'
import { createFaucet } from 'faucet-db/node'
import { type Api, path, serve, wholeText } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

type Host = KyselyTarget['kysely']

/** Called before a statement or a connection is asked for, so that something can come between two of them. */
type Before = (sql: string | null) => Promise<void>

function interrupted(kysely: Host, before: Before): Host {
  return {
    withoutPlugins: () => interrupted(kysely.withoutPlugins(), before),
    async executeQuery(query) {
      await before(query.sql)
      return kysely.executeQuery(query)
    },
    connection: () => ({
      async execute(work) {
        await before(null)
        return kysely.connection().execute((db) => work(interrupted(db, before)))
      },
    }),
  }
}

/** A failure as the driver reports it when no connection can be had. */
const unreachable: Record<EngineName, Error> = {
  sqlite: new Database.SqliteError('unable to open database file', 'SQLITE_CANTOPEN'),
  postgres: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  mariadb: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  mysql: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
}

describeEngines('a schema that moves', (engine) => {
  let database: TestDatabase
  let close: () => Promise<void>
  let step: Before

  beforeEach(async () => {
    database = await createDatabase(engine)
    step = async () => {}
    close = async () => {}
  })
  afterEach(async () => {
    await close()
    await database.drop()
  })

  const start = async (): Promise<Api> => {
    const api = await serve(database.dsn)
    close = () => api.close()
    return api
  }
  /** The API on the host's own Kysely, where `step` runs before every statement. */
  const startInterrupted = async (): Promise<Api> => {
    const kysely = hostKysely(database)
    const api = await serve({ kysely: interrupted(kysely, (sql) => step(sql)), engine })
    close = async () => {
      await api.close()
      await kysely.destroy()
    }
    return api
  }
  /** Runs `work` before the `nth` thing that `isIt` is true of, once. */
  const beforeNth = (nth: number, isIt: (sql: string | null) => boolean, work: () => Promise<unknown>) => {
    let seen = 0
    step = async (sql) => {
      if (!isIt(sql)) return
      seen += 1
      if (seen === nth) await work()
    }
  }
  const transaction = (sql: string | null) => sql === null
  /** A page of a list. SQLite has one connection for everything, so there it is what comes before that is asked for. */
  const page = (sql: string | null) => (engine === 'sqlite' ? sql === null : sql !== null && /\bc0\b.* order by/s.test(sql))
  /** Whatever the engine: the table anew, with its rows, under its name. */
  const rebuild = (table: string, body: string, columns: string) =>
    database.exec(
      `create table new_${table} (${body})`,
      `insert into new_${table} (${columns}) select ${columns} from ${table}`,
      `drop table ${table}`,
      `alter table new_${table} rename to ${table}`,
    )
  const stream = (api: Api) => api.request.get(path('t')).set('accept', 'application/x-ndjson').buffer(true).parse(wholeText)
  const lines = (body: string) =>
    body
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

  describe('under a batch with continue=true', () => {
    beforeEach(() =>
      database.exec(
        'create table t (id integer primary key, name varchar(20) not null, nick varchar(20))',
        "insert into t values (1, 'a', 'n'), (2, 'b', 'n'), (3, 'c', 'n'), (4, 'd', 'n')",
      ),
    )
    const moveBeforeThird = () => beforeNth(3, transaction, () => database.exec('alter table t drop column nick'))

    it('plans each created row anew and writes none twice', async () => {
      const api = await startInterrupted()
      moveBeforeThird()
      const rows = [5, 6, 7, 8].map((id) => ({ id, name: 'x' }))
      const { body } = await api.request.post(path('t')).query({ continue: true }).send(rows).expect(201)
      expect(body.meta).to.deep.include({ count: 4, succeeded: 4, errors: [] })
      expect(body.resource).to.deep.equal(rows.map((row) => ({ ...row, nick: null })))
      expect(await database.value('select count(*) from t')).to.equal('8')
    })

    it('plans each row of PUT, PATCH and DELETE anew', async () => {
      const api = await startInterrupted()
      moveBeforeThird()
      const rows = [1, 2, 3, 4].map((id) => ({ id, name: 'put' }))
      const put = await api.request.put(path('t')).query({ continue: true }).send(rows).expect(200)
      expect(put.body.meta).to.deep.include({ succeeded: 4, errors: [] })
      beforeNth(3, transaction, () => database.exec('alter table t add column more integer', 'alter table t drop column name'))
      const patched = await api.request
        .patch(path('t'))
        .query({ continue: true, ids: '1,2,3,4' })
        .send({ name: 'patched' })
        .expect(200)
      expect(patched.body.meta).to.deep.include({ succeeded: 2, errors: [2, 3] })
      expect(patched.body.resource[2].error.context.code).to.equal('contract-drift')
      beforeNth(3, transaction, () => database.exec('alter table t add column most integer'))
      const { body } = await api.request.delete(path('t')).query({ continue: true, ids: '1,2,3,4' }).expect(200)
      expect(body.meta).to.deep.include({ succeeded: 4, errors: [] })
      expect(await database.value('select count(*) from t')).to.equal('0')
    })

    it('answers a row that could not reach the database in its place', async () => {
      const api = await startInterrupted()
      const begin = (sql: string | null) => (engine === 'sqlite' ? sql?.startsWith('begin') === true : sql === null)
      beforeNth(2, begin, () => Promise.reject(unreachable[engine]))
      const rows = [5, 6, 7].map((id) => ({ id, name: 'x' }))
      const { body } = await api.request.post(path('t')).query({ continue: true }).send(rows).expect(201)
      expect(body.meta).to.deep.include({ count: 3, succeeded: 2, errors: [1] })
      expect(body.resource[1].error).to.deep.include({ code: 503 })
      expect(await database.value('select count(*) from t where id > 4')).to.equal('2')
    })

    it('answers a row that failed as nobody foresaw in its place, without the text of the failure', async () => {
      const api = await startInterrupted()
      beforeNth(
        2,
        (sql) => sql !== null && /\binsert\b.* into\b/s.test(sql),
        () => Promise.reject(new Error('a secret')),
      )
      const rows = [5, 6, 7].map((id) => ({ id, name: 'x' }))
      const { body, text } = await api.request.post(path('t')).query({ continue: true }).send(rows).expect(201)
      expect(body.meta).to.deep.include({ count: 3, succeeded: 2, errors: [1] })
      expect(body.resource[1].error).to.nested.include({ 'code': 500, 'context.code': 'internal' })
      expect(text).to.not.contain('secret')
    })
  })

  describe('under a stream', () => {
    beforeEach(() =>
      database.exec(
        'create table t (id integer primary key, a varchar(20) not null, b varchar(20) not null, c varchar(20))',
        `insert into t values ${numbers(2500).map((id) => `(${id}, 'a${id}', 'b${id}', 'c')`)}`,
      ),
    )

    it('goes on from page to page', async () => {
      const api = await startInterrupted()
      beforeNth(2, page, () => database.exec('alter table t drop column c'))
      const rows = lines((await stream(api).expect(200)).body)
      expect(rows.map(({ id }) => id)).to.deep.equal(numbers(2500))
      expect(rows.map(({ c }) => c)).to.deep.equal(numbers(2500).map((id) => (id <= 1000 ? 'c' : null)))
    })

    it('ends where the contract was promoted to mean something else', async () => {
      const api = await startInterrupted()
      beforeNth(2, page, async () => {
        // MariaDB keeps nothing by which an exchange of names would be seen, only that one of them went.
        const last = engine === 'mariadb' ? 'alter table t drop column x' : 'alter table t rename column x to b'
        await database.exec('alter table t rename column a to x', 'alter table t rename column b to a', last)
        await api.controller.refresh('db')
        const { fingerprint } = await api.controller.diff('db')
        await api.controller.promote('db', { expect: fingerprint })
      })
      const parts: string[] = []
      const failure = await new Promise((resolve) => {
        const { host, port } = new URL(api.request.get('/').url)
        const asked = open(
          { host: host.split(':')[0], port, path: path('t'), headers: { accept: 'application/x-ndjson' } },
          (response) => {
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => parts.push(chunk))
            response.on('error', resolve).on('end', () => resolve(null))
          },
        )
        asked.end()
      })
      const rows = lines(parts.join(''))
      expect(failure).to.include({ code: 'ECONNRESET' })
      expect(rows.pop()).to.have.nested.property('error.context.code', 'contract-unservable')
      expect(rows).to.have.length(1000)
      expect(rows.every(({ id, a, b }) => a === `a${id}` && b === `b${id}`)).to.equal(true)
    })

    it('goes on under a pinned version while another is promoted', async () => {
      const api = await startInterrupted()
      beforeNth(2, page, async () => {
        await database.exec('alter table t rename column c to d')
        await api.controller.promote('db')
      })
      const rows = lines((await stream(api).set('Faucet-Contract', '1').expect(200)).body)
      expect(rows).to.deep.equal(numbers(2500).map((id) => ({ id, a: `a${id}`, b: `b${id}`, c: 'c' })))
      expect((await api.controller.status('db')).contract).to.include({ version: 2 })
    })

    it('survives a revision that only adds', async () => {
      const api = await startInterrupted()
      beforeNth(2, page, async () => {
        await database.exec('alter table t add column d integer')
        await api.controller.refresh('db')
      })
      const rows = lines((await stream(api).expect(200)).body)
      expect(rows).to.have.length(2500)
      expect(rows.at(-1)).to.deep.equal({ id: 2500, a: 'a2500', b: 'b2500', c: 'c' })
      expect((await api.controller.status('db')).contract).to.include({ version: 1, revision: 1 })
    })
  })

  describe('with a key that is no key any more', () => {
    let api: Api
    const dropKey: Record<EngineName, () => Promise<void>> = {
      sqlite: () => rebuild('t', 'id integer not null, v varchar(20)', 'id, v'),
      postgres: () => database.exec('alter table t drop constraint t_pkey'),
      mariadb: () => database.exec('alter table t drop primary key'),
      mysql: () => database.exec('alter table t drop primary key'),
    }
    const content = async () => {
      const all = await api.rows('t', { filter: 'id < 10' })
      return all.map(({ id, v }: { id: number; v: string }) => `${id}${v}`).sort()
    }
    const before = ['1x', '1y', '2z']
    // Their UPDATE cannot answer with rows.
    const needsKey = engine === 'mariadb' || engine === 'mysql'

    beforeEach(async () => {
      await database.exec(
        'create table t (id integer not null primary key, v varchar(20))',
        "insert into t values (1, 'x'), (2, 'z')",
      )
      api = await start()
      await dropKey[engine]()
      await database.exec("insert into t values (1, 'y')")
    })

    for (const isNoticed of [true, false]) {
      it(`touches no row that was not asked for, ${isNoticed ? 'noticed' : 'not noticed yet'}`, async () => {
        if (isNoticed) await api.controller.refresh('db')
        const refused = [
          await api.request.patch(path('t', 1)).send({ v: 'new' }),
          await api.request.put(path('t', 1)).send({ v: 'new' }),
          await api.request.put(path('t')).send([{ id: 1, v: 'new' }]),
          await api.request.delete(path('t', 1)),
          await api.request.patch(path('t')).query({ ids: '1' }).send({ v: 'new' }),
          await api.request.delete(path('t')).query({ ids: '1' }),
          // One id has two rows and the other none: as many rows as ids.
          ...(isNoticed
            ? [
                await api.request.patch(path('t')).query({ ids: '1,3' }).send({ v: 'new' }),
                await api.request.delete(path('t')).query({ ids: '1,3' }),
              ]
            : []),
        ]
        expect(refused.map(({ status, body }) => [status, body.code])).to.deep.equal(refused.map(() => [409, 'contract-drift']))
        expect(await content()).to.deep.equal(before)
        const one = await api.request.patch(path('t')).query({ filter: "v = 'x'" }).send({ v: 'new' })
        if (needsKey) expect([one.status, one.body.code]).to.deep.equal([409, 'contract-drift'])
        else expect(one.body.resource).to.deep.equal([{ id: 1, v: 'new' }])
        expect(await content()).to.deep.equal(needsKey ? before : ['1new', '1y', '2z'])
        await api.request.delete(path('t')).query({ ids: '2,2' }).expect(200)
        expect(await content()).to.have.length(2)
      })

      it(`answers no ids that mean several rows, ${isNoticed ? 'noticed' : 'not noticed yet'}`, async () => {
        if (isNoticed) await api.controller.refresh('db')
        const { body } = await api.request.get(path('t')).query({ ids: '1' }).expect(503)
        expect(body.code).to.equal('contract-unservable')
        if (isNoticed) await api.request.get(path('t')).query({ ids: '1,3' }).expect(503)
        expect(await api.rows('t', { ids: '2,3' })).to.deep.equal([{ id: 2, v: 'z' }])
      })
    }

    it('pages by it only between rows of different ids, and loses no row', async () => {
      await database.exec(`insert into t values ${numbers(1500).map((n) => `(10, 'v${n}')`)}`)
      await api.controller.refresh('db')
      await api.request.get(path('t')).query({ limit: 2 }).expect(503)
      const { body } = await api.request.get(path('t')).query({ limit: 3 }).expect(200)
      expect(body.meta).to.have.property('next_cursor')
      expect(lines((await stream(api).expect(200)).body)).to.have.length(1503)
    })
  })

  it('pages no list whose key is held in part', async () => {
    await database.exec(
      'create table t (a integer not null, b integer not null, v integer, primary key (a, b))',
      `insert into t values ${numbers(1500).map((n) => `(1, ${n}, ${n})`)}`,
    )
    const api = await start()
    const first = await api.request.get(path('t')).query({ limit: 2 }).expect(200)
    expect(first.body.meta).to.have.property('next_cursor')
    await rebuild('t', 'a integer not null, v integer', 'a, v')
    await api.controller.refresh('db')
    // Without a cursor it would look like the end; who counts rows can go on.
    await api.request.get(path('t')).query({ limit: 2, fields: 'a,v' }).expect(503)
    await api.request.get(path('t')).query({ limit: 2, offset: 2, fields: 'a,v' }).expect(200)
    const all = await stream(api).query({ fields: 'a,v' }).expect(200)
    expect(lines(all.body)).to.have.length(1500)
  })

  it('says which contract the answer was planned on', async () => {
    await database.exec('create table t (id integer primary key, v varchar(20))', "insert into t values (1, 'x')")
    let admitted = () => {}
    const isAdmitted = new Promise<void>((resolve) => {
      admitted = resolve
    })
    const { router, controller } = createFaucet({
      services: [{ name: 'db', dsn: database.dsn, settle: '1h', probeInterval: '1h' }],
      access: {
        authorize: () => {
          admitted()
          return true
        },
        operate: () => ({ actor: 'tester' }),
      },
      store: ':memory:',
    })
    const server = createServer(router).listen(0, '127.0.0.1')
    await once(server, 'listening')
    close = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await controller.close()
    }
    await controller.ready()
    const { port } = server.address() as AddressInfo
    const body = JSON.stringify({ v: 'y' })
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const asked = open({ host: '127.0.0.1', port, path: path('t', 1), method: 'PATCH', headers })
    asked.write(body.slice(0, 3))
    await isAdmitted
    await database.exec('alter table t add column more integer')
    await controller.refresh('db')
    expect((await controller.status('db')).contract).to.include({ revision: 1 })
    asked.end(body.slice(3))
    const [response] = await once(asked, 'response')
    expect(response.statusCode).to.equal(200)
    const row = await json(response)
    // Where the statement itself sees that the table has moved, it was planned anew, on the revision.
    expect(response.headers['faucet-contract']).to.match('more' in Object(row) ? /^db@1\.1; / : /^db@1; /)
  })

  describe('for writers', () => {
    let api: Api
    const table = 'id integer not null primary key, n integer default 5 not null, m integer, v varchar(20)'
    beforeEach(async () => {
      await database.exec(`create table t (${table})`, "insert into t values (1, 1, 1, 'x')")
      api = await start()
    })

    const compute: Record<EngineName, () => Promise<void>> = {
      sqlite: () =>
        rebuild(
          't',
          'id integer not null primary key, n integer default 5 not null, m integer as (id + 1) stored, v varchar(20)',
          'id, n, v',
        ),
      postgres: () => database.exec('alter table t alter column n drop default, alter column n add generated always as identity'),
      mariadb: () => database.exec('alter table t modify column m integer as (id + 1) stored'),
      mysql: () => database.exec('alter table t modify column m integer as (id + 1) stored'),
    }
    const column = engine === 'postgres' ? 'n' : 'm'

    for (const isNoticed of [true, false]) {
      it(`refuses by name a column that only the database writes now, ${isNoticed ? 'noticed' : 'not noticed yet'}`, async () => {
        await compute[engine]()
        if (isNoticed) await api.controller.refresh('db')
        const refused = [
          await api.request.post(path('t')).send({ id: 2, [column]: 7 }),
          await api.request.patch(path('t', 1)).send({ [column]: 7 }),
          await api.request.put(path('t', 1)).send({ [column]: 7 }),
        ]
        for (const { status, body } of refused) {
          expect([status, body.code]).to.deep.equal([409, 'contract-drift'])
          expect(body.detail).to.contain(`"t.${column}"`)
        }
        await api.request.patch(path('t', 1)).send({ v: 'y' }).expect(200)
        expect(await database.value('select count(*) from t')).to.equal('1')
      })
    }

    it('says that a column may not be left out any more', async () => {
      if (engine === 'sqlite') await rebuild('t', table.replace('default 5', ''), 'id, n, m, v')
      else await database.exec('alter table t alter column n drop default')
      const { body } = await api.request.post(path('t')).send({ id: 2 }).expect(409)
      expect(body.code).to.equal('contract-drift')
      expect(body.error.context).to.include({ table: 't', column: 'n' })
      await api.request.post(path('t')).send({ id: 2, n: 1 }).expect(201)
    })

    it('leaves nothing behind when the row that was written cannot be answered', async () => {
      const loosen: Record<EngineName, () => Promise<void>> = {
        sqlite: () => rebuild('t', 'id integer not null primary key, n integer, m integer, v varchar(20)', 'id, n, m, v'),
        postgres: () => database.exec('alter table t alter column n drop not null, alter column n drop default'),
        mariadb: () => database.exec('alter table t modify column n integer'),
        mysql: () => database.exec('alter table t modify column n integer'),
      }
      await loosen[engine]()
      await database.exec("insert into t values (2, null, 2, 'z')")
      await api.controller.refresh('db')
      const refused = [
        await api.request.post(path('t')).send({ id: 3 }),
        await api.request.post(path('t')).send([{ id: 3, n: 3 }, { id: 4 }]),
        await api.request.patch(path('t', 2)).send({ v: 'new' }),
        await api.request.patch(path('t')).query({ filter: 'id > 0' }).send({ v: 'new' }),
        await api.request.put(path('t')).send([
          { id: 1, v: 'new' },
          { id: 2, v: 'new' },
        ]),
      ]
      expect(refused.map(({ status, body }) => [status, body.code])).to.deep.equal(
        refused.map(() => [503, 'contract-unservable']),
      )
      const each = await api.request
        .post(path('t'))
        .query({ continue: true })
        .send([{ id: 3 }])
        .expect(201)
      expect(each.body.meta).to.deep.include({ failed: 1 })
      expect(await database.value('select count(*) from t')).to.equal('2')
      expect(await database.value("select count(*) from t where v = 'new'")).to.equal('0')
    })
  })

  if (engine === 'postgres') {
    it('takes the key of an always numbered table as the address of a PUT', async () => {
      await database.exec(
        'create table t (id integer generated always as identity primary key, v text)',
        "insert into t (v) values ('x')",
      )
      const api = await start()
      const { body } = await api.request
        .put(path('t'))
        .send([{ id: 1, v: 'y' }])
        .expect(200)
      expect(body.resource).to.deep.equal([{ id: 1, v: 'y' }])
      await api.request.post(path('t')).send({ id: 9, v: 'z' }).expect(400)
    })
  }
})
