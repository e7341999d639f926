import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import pg from 'pg'
import { type Api, path, serve } from '../support/api.js'
import {
  createDatabase,
  describeEngine,
  describeEngines,
  type EngineName,
  postgresUrl,
  type TestDatabase,
} from '../support/databases.js'

/** A collation by which case does not matter, and one by which it does. */
const collations: Record<EngineName, { readonly lax: string; readonly strict: string }> = {
  sqlite: { lax: 'collate nocase', strict: 'collate binary' },
  postgres: { lax: 'collate lax', strict: '' },
  mariadb: { lax: 'collate utf8mb4_general_ci', strict: 'collate utf8mb4_bin' },
  mysql: { lax: 'collate utf8mb4_general_ci', strict: 'collate utf8mb4_bin' },
}

const definition = (rules: string) => `id varchar(20) ${rules} not null primary key, name varchar(20) ${rules}`

/** Both columns with other rules. */
function recollate(engine: EngineName, rules: string): string[] {
  if (engine === 'postgres')
    return ['id', 'name'].map((column) => `alter table t alter column ${column} type varchar(20) ${rules || 'collate "default"'}`)
  if (engine !== 'sqlite') return [`alter table t modify id varchar(20) ${rules} not null, modify name varchar(20) ${rules}`]
  return [
    `create table made (${definition(rules)})`,
    'insert into made select id, name from t',
    'drop table t',
    'alter table made rename to t',
  ]
}

describeEngines('which texts are equal', (engine) => {
  const { lax, strict } = collations[engine]
  let database: TestDatabase
  let api: Api
  const start = async (rules: string) => {
    await database.exec(
      `create table t (${definition(rules)})`,
      "insert into t values ('a', 'ada'), ('B', 'Ada'), ('c', 'bob'), ('d', null)",
    )
    api = await serve(database.dsn)
  }
  beforeEach(async () => {
    database = await createDatabase(engine)
    if (engine === 'postgres')
      await database.exec("create collation lax (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })
  const look = async (...statements: readonly string[]) => {
    for (const statement of statements) await database.exec(statement)
    await api.controller.refresh('db')
  }
  const get = async (query: Record<string, string>) => {
    const { status, body } = await api.request.get(path('t')).query(query)
    return status === 200 ? body.resource : [status, body.code]
  }
  /** Everything that depends on it. */
  const answers = async () => ({
    equal: await get({ fields: 'id', filter: "name = 'ada'" }),
    others: await get({ fields: 'id', filter: "name <> 'ada'" }),
    some: await get({ fields: 'id', filter: "name in ('ADA', 'bob')" }),
    ordered: await get({ fields: 'name', order: 'name desc', filter: 'name is not null' }),
    after: await get({ fields: 'id', filter: "name > 'B'" }),
    groups: await get({ fields: 'COUNT(*)', group: 'name', order: 'count' }),
    named: (await get({ fields: 'name,COUNT(*)', group: 'name' })).map(({ name, count }: { name: string; count: number }) => [
      name?.toLowerCase(),
      count,
    ]),
    distinct: await get({ fields: 'COUNT(DISTINCT name)' }),
    least: (await get({ fields: 'MIN(name)' }))[0].min_name.toLowerCase(),
    ids: await get({ fields: 'id', ids: 'A,b,c', order: 'id' }),
    row: (await api.request.get(path('t', 'A'))).status,
    keys: await get({ fields: 'id', order: 'id' }),
  })

  for (const [what, before, after] of [
    ['that come to see no case', strict, lax],
    ['that come to see case', lax, strict],
  ] as const) {
    it(`stays what it was by rules ${what}`, async () => {
      await start(before)
      const promised = await answers()
      await look(...recollate(engine, after))
      expect(await answers()).to.deep.equal(promised)
      const [change, ...more] = (await api.controller.diff('db')).changes
      expect([change?.kind, change?.class, change?.hold, more.length]).to.deep.equal([
        'collation-changed',
        'breaking',
        'converted',
        1,
      ])
      await api.controller.promote('db')
      expect(await answers()).to.not.deep.equal(promised)
      await look(...recollate(engine, before))
      const pinned = await api.request.get(path('t')).query({ filter: "name = 'ada'", fields: 'id' }).set('Faucet-Contract', '1')
      expect(pinned.body.resource).to.deep.equal(promised.equal)
    })
  }

  it('is what rows are chosen by for a write', async () => {
    await start(strict)
    await look(...recollate(engine, lax))
    expect((await api.request.patch(path('t')).query({ filter: "name = 'ada'" }).send({ name: 'x' })).body.meta?.count).to.equal(
      1,
    )
    expect((await api.request.patch(path('t', 'A')).send({ name: 'y' })).status).to.equal(404)
    expect((await api.request.patch(path('t', 'a')).send({ name: 'y' })).status).to.equal(200)
    expect((await api.request.delete(path('t', 'b'))).status).to.equal(404)
    expect((await api.request.delete(path('t')).query({ filter: "name in ('ADA', 'ada')" })).body.meta.count).to.equal(0)
    expect(await database.value('select count(*) from t')).to.equal('4')
    expect(await database.value("select name from t where id = 'a'")).to.equal('y')
    expect((await api.request.post(path('t')).send({ id: 'A', name: 'z' })).status).to.equal(409)
  })

  it('makes an id that has come to mean several rows no id', async () => {
    await start(lax)
    await look(...recollate(engine, strict), "insert into t values ('A', 'twin')")
    expect((await api.request.get(path('t', 'a'))).status).to.equal(503)
    expect((await api.request.get(path('t')).query({ ids: 'a' })).status).to.equal(503)
    expect((await api.request.patch(path('t', 'a')).send({ name: 'x' })).status).to.equal(409)
    expect((await api.request.delete(path('t', 'a'))).status).to.equal(409)
    expect((await api.request.patch(path('t', 'C')).send({ name: 'x' })).status).to.equal(200)
    expect(await database.value('select count(*) from t')).to.equal('5')
  })

  it('does not matter to a contract that does not know it', async () => {
    await start(strict)
    expect((await api.controller.diff('db')).changes).to.deep.equal([])
  })
})

for (const engine of ['mariadb', 'mysql'] as const) {
  describeEngine(engine, `which texts are equal [${engine}]`, () => {
    let database: TestDatabase
    let api: Api
    beforeEach(async () => {
      database = await createDatabase(engine)
    })
    afterEach(async () => {
      await api.close()
      await database.drop()
    })
    const status = async (filter: string) => {
      const { status: code, body } = await api.request.get(path('t')).query({ filter, fields: 'id', order: 'id' })
      return code === 200 ? body.resource.map(({ id }: { id: number }) => id) : code
    }

    it('stays what it was in another character set, as far as that has the text', async () => {
      await database.exec(
        'create table t (id integer primary key, name varchar(20) character set latin1 collate latin1_bin)',
        "insert into t values (1, 'ada'), (2, 'Ada'), (3, 'é')",
      )
      api = await serve(database.dsn)
      await database.exec('alter table t modify name varchar(20) character set utf8mb4 collate utf8mb4_general_ci')
      await api.controller.refresh('db')
      expect([await status("name = 'ada'"), await status("name = 'e'"), await status("name >= 'b'")]).to.deep.equal([
        [1],
        [],
        [3],
      ])
      await database.exec("insert into t values (4, '日'), (5, '?')")
      expect([await status("name = '?'"), await status("name >= 'b'"), await status("name = '日'")]).to.deep.equal([
        [5],
        503,
        503,
      ])
      expect((await api.request.delete(path('t')).query({ filter: "name = '?'" })).body.meta.count).to.equal(1)
    })

    it('stays what it was when text becomes an enum', async () => {
      await database.exec(
        'create table t (id integer primary key, name varchar(20) collate utf8mb4_general_ci)',
        "insert into t values (1, 'on'), (2, 'off')",
      )
      api = await serve(database.dsn)
      const asked = ["name = 'ON'", "name <> 'ON'", "name in ('Off', 'x')", "name = 'on '"]
      const promised = await Promise.all(asked.map(status))
      expect(promised[0]).to.deep.equal([1])
      await database.exec("alter table t modify name enum('on', 'off')")
      await api.controller.refresh('db')
      expect(await Promise.all(asked.map(status))).to.deep.equal(promised)
    })
  })
}

describeEngine('postgres', 'which texts are equal [citext]', () => {
  it('stays what it was by rules that come to see no case, and by rules that come to see case', async () => {
    // An extension is of a whole database.
    const admin = new pg.Client({ connectionString: postgresUrl })
    await admin.connect()
    const name = `faucet_test_${randomBytes(5).toString('hex')}`
    await admin.query(`create database ${name}`)
    const dsn = new URL(postgresUrl)
    dsn.pathname = `/${name}`
    const client = new pg.Client({ connectionString: dsn.href })
    await client.connect()
    const api = await (async () => {
      await client.query('create extension citext; create table t (id text primary key, name text, lax citext)')
      await client.query("insert into t values ('a', 'ada', 'ada'), ('B', 'Ada', 'Ada'), ('c', 'bob', 'bob')")
      return serve(dsn.href)
    })()
    const ask = (query: Record<string, string>) => api.rows('t', { fields: 'id', order: 'id', ...query })
    const answers = async () => [
      await ask({ filter: "name = 'ada'" }),
      await ask({ filter: "lax = 'ADA'" }),
      await ask({ filter: "lax starts with 'AD'" }),
      await ask({ filter: "name contains 'D'" }),
      await ask({ ids: 'A,b,c' }),
      await ask({ order: 'name' }),
      (await api.rows('t', { fields: 'COUNT(*)', group: 'name', order: 'count' })).length,
      (await api.rows('t', { fields: 'COUNT(*)', group: 'lax', order: 'count' })).length,
    ]
    const promised = await answers()
    await client.query('alter table t alter id type citext, alter name type citext, alter lax type text')
    expect(await answers()).to.deep.equal(promised)
    expect((await api.request.delete(path('t', 'b'))).status).to.equal(404)
    expect((await api.request.delete(path('t')).query({ filter: "lax = 'ADA'" })).body.meta.count).to.equal(2)
    await api.close()
    await client.end()
    await admin.query(`drop database ${name}`)
    await admin.end()
  })
})

describeEngine('postgres', 'enums and arrays [postgres]', () => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase('postgres')
    await database.exec(
      "create type state as enum ('on', 'off')",
      'create domain guarded as state',
      "create table t (id integer primary key, held guarded, past state[] default '{on}', a numeric(6,1)[], b numeric(6,2)[])",
      "insert into t values (1, 'on', '{on}', '{1.5,2}', '{1.25,2.5}'), (2, 'off', '{off}', null, null)",
    )
    api = await serve(database.dsn)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })

  it('a domain over an enum is compared as the enum, also when a label has another name', async () => {
    const answers = () =>
      Promise.all(
        [
          { filter: "held = 'on'", fields: 'id' },
          { filter: "held in ('on', 'off')", fields: 'id', order: 'held desc' },
          { filter: "held > 'on'", fields: 'id' },
          { fields: 'MIN(held),MAX(held)' },
          { fields: 'held,COUNT(*)', group: 'held' },
        ].map((query) => api.rows('t', query)),
      )
    const promised = [
      [{ id: 1 }],
      [{ id: 2 }, { id: 1 }],
      [{ id: 2 }],
      [{ min_held: 'on', max_held: 'off' }],
      [
        { held: 'on', count: 1 },
        { held: 'off', count: 1 },
      ],
    ]
    expect(await answers()).to.deep.equal(promised)
    await database.exec("alter type state rename value 'on' to 'switched on'")
    expect(await answers()).to.deep.equal(promised)
    await api.controller.refresh('db')
    expect(await answers()).to.deep.equal(promised)
    const changes = (await api.controller.diff('db')).changes.map(({ column, kind }) => [column, kind])
    expect(changes).to.deep.equal([
      ['held', 'enum-value-renamed'],
      ['past', 'enum-value-renamed'],
    ])
    expect((await api.request.delete(path('t')).query({ filter: "held = 'on'" })).body.meta.count).to.equal(1)
  })

  it('decimals in arrays keep their digits', async () => {
    const rows = await api.rows('t', { order: 'id' })
    await database.exec('alter table t alter a type numeric(7,2)[], alter b type numeric[]')
    expect(await api.rows('t', { order: 'id' })).to.deep.equal(rows)
    await api.controller.refresh('db')
    expect(await api.rows('t', { order: 'id' })).to.deep.equal(rows)
    const made = await api.request.post(path('t')).send({ id: 3, a: ['1.5', '2'], b: ['1.2'] })
    expect([made.body.resource[0].a, made.body.resource[0].b]).to.deep.equal([['1.5', '2.0'], ['1.20']])
    await database.exec('alter table t alter b type numeric(6,1)[]')
    const bent = await api.request.post(path('t')).send({ id: 4, b: ['1.25'] })
    expect([bent.status, bent.body.code]).to.deep.equal([409, 'contract-drift'])
    const kept = await api.request.post(path('t')).send({ id: 4, b: ['1.5'] })
    expect(kept.body.resource[0].b).to.deep.equal(['1.50'])
  })
})
