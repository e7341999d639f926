import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { KyselyTarget } from 'faucet-db'
import pg from 'pg'
import { path, serve } from '../support/api.js'
import { createDatabase, describeEngine, describeEngines, type EngineName, postgresUrl } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'
import { until } from '../support/until.js'

type HostKysely = KyselyTarget['kysely']

/** Something only a reading of the schema asks for: neither the probe nor a request's statement does. */
const readings = /json_build_array|key_column_usage|sqlite_schema/

/** The host's Kysely, whose readings of the schema fail for as long as `fails` says so. */
function unreliable(kysely: HostKysely, fails: () => boolean): HostKysely {
  return {
    withoutPlugins: () => unreliable(kysely.withoutPlugins(), fails),
    executeQuery: (query) =>
      fails() && readings.test(query.sql) ? Promise.reject(new Error('the catalog does not answer')) : kysely.executeQuery(query),
    connection: () => ({ execute: (work) => kysely.connection().execute((db) => work(unreliable(db, fails))) }),
  }
}

/** What becomes of a read of a table that stayed as it is: SQLite tells statements only that something in the file has moved. */
const untouched: Record<EngineName, string | undefined> = {
  sqlite: 'contract-unservable',
  postgres: undefined,
  mariadb: undefined,
  mysql: undefined,
}

describeEngines('a schema that cannot be read', (engine) => {
  it('is what it was when it was read last; told once, and read again when it can be', async () => {
    const database = await createDatabase(engine)
    await database.exec(
      'create table t (id integer primary key, n integer)',
      'create table u (id integer primary key)',
      'insert into t values (1, 1)',
    )
    let fails = false
    const kysely = hostKysely(database)
    const api = await serve({ kysely: unreliable(kysely, () => fails), engine }, { probeInterval: '100ms' })
    const told: string[] = []
    for (const name of ['error', 'reconnect', 'drift', 'promotion'] as const) api.controller.on(name, () => told.push(name))

    fails = true
    await database.exec('drop table u')
    await until(() => told.length > 0)
    for (let looks = 0; looks < 2; looks++) expect(await api.controller.refresh('db').catch(() => 'failed')).to.equal('failed')
    expect((await api.request.get(path('t'))).body.code).to.equal(untouched[engine])
    expect((await api.request.get(path('u'))).body.code).to.equal('contract-unservable')
    expect((await api.controller.diff('db')).changes).to.deep.equal([])
    expect(await api.controller.status('db')).to.deep.include({ state: 'green', database: 'down' })
    expect(await api.controller.promote('db').catch(() => 'failed')).to.equal('failed')
    expect(told).to.deep.equal(['error'])

    fails = false
    const kinds = (await api.controller.diff('db')).changes.map(({ kind, table }) => `${kind} ${table}`)
    expect(kinds).to.deep.equal(['table-dropped u'])
    expect(told.filter((name) => name !== 'drift')).to.deep.equal(['error', 'reconnect'])
    await api.close()
    await kysely.destroy()
    await database.drop()
  })
})

describeEngine('postgres', 'a catalog that somebody holds', () => {
  it('costs a look its time-out and nothing else', async () => {
    // Of its own, because everybody in a database shares its catalog.
    const name = `faucet_test_${randomBytes(5).toString('hex')}`
    const server = new pg.Client({ connectionString: postgresUrl })
    await server.connect()
    await server.query(`create database ${name}`)
    const dsn = new URL(postgresUrl)
    dsn.pathname = `/${name}`
    const dba = new pg.Client({ connectionString: dsn.href })
    await dba.connect()
    await dba.query(
      'create table t (id integer primary key, n integer); create table u (id integer primary key); insert into t values (1, 1)',
    )
    const api = await serve(dsn.href, { limits: { statementTimeout: '500ms' } })
    const told: string[] = []
    for (const event of ['error', 'reconnect', 'drift', 'promotion'] as const) api.controller.on(event, () => told.push(event))
    try {
      await api.rows('t')
      await dba.query('drop table u')
      await dba.query('begin; lock table pg_catalog.pg_enum in access exclusive mode')
      expect(await api.controller.refresh('db').catch(() => 'failed')).to.equal('failed')
      expect(await api.rows('t')).to.deep.equal([{ id: 1, n: 1 }])
      expect(await api.controller.status('db')).to.include({ state: 'green', database: 'down' })
      expect(told).to.deep.equal(['error'])
      await dba.query('rollback')
      expect(await api.controller.refresh('db')).to.include({ state: 'red', database: 'up' })
      expect(told).to.have.members(['error', 'reconnect', 'drift'])
    } finally {
      await api.close()
      await dba.end()
      await server.query(`drop database ${name}`)
      await server.end()
    }
  })
})
