import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { type FaucetError, isFaucetError } from 'faucet-db'
import pg from 'pg'
import { listen } from '../../adapters/database/postgres/notifications.js'
import { type Api, serve } from '../support/api.js'
import { createDatabase, describeEngine, postgresUrl } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

const name = `faucet_test_ddl_${process.pid}`
const role = `faucet_role_ddl_${process.pid}`

function urlOf(over: { readonly database?: string; readonly user?: string } = {}): string {
  const url = new URL(postgresUrl)
  url.pathname = `/${over.database ?? name}`
  if (over.user !== undefined) url.username = over.user
  return url.href
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

// Event triggers are a whole database's: these tests have one of their own.
describeEngine('postgres', 'postgres tells of changes', () => {
  let server: pg.Client
  let dba: pg.Client
  let user: pg.Client
  let api: Api | undefined

  before(async () => {
    server = await connected(postgresUrl)
    await server.query(`create role ${role} login`)
  })
  after(async () => {
    await server.query(`drop role ${role}`)
    await server.end()
  })
  beforeEach(async () => {
    await server.query(`create database ${name}`)
    dba = await connected(urlOf())
    user = await connected(urlOf({ user: role }))
    await dba.query('create table t (id integer primary key, a text); create schema other')
  })
  afterEach(async () => {
    await api?.close()
    api = undefined
    await dba.end()
    await user.end()
    await server.query(`drop database ${name}`)
  })

  /** Resolves when the service has as many connections of its own for listening. */
  async function listeners(count: number): Promise<void> {
    const query = "select count(*) from pg_stat_activity where datname = $1 and application_name = 'faucet-db listener'"
    while (Number((await server.query(query, [name])).rows[0].count) !== count) await sleep(20)
  }

  async function start(): Promise<Api> {
    api = await serve(urlOf(), { probeInterval: '1h' })
    // A connection is held only where something is told.
    await listeners(0)
    await api.controller.installDdlNotifications('db', { actor: 'dba' })
    await listeners(1)
    return api
  }

  /** The kinds of pending changes in the next `drift` event, which nobody asks for: `statement` is all that happens. */
  async function drift({ controller }: Api, statement: string): Promise<string[]> {
    const event = new Promise<readonly { kind: string }[]>((resolve) => {
      const heard = ({ changes }: { changes: readonly { kind: string }[] }) => {
        controller.off('drift', heard)
        resolve(changes)
      }
      controller.on('drift', heard)
    })
    await dba.query(statement)
    return (await event).map(({ kind }) => kind)
  }

  /** What a listener hears of `statements`, each run alone. */
  async function heard(statements: readonly string[], by = dba): Promise<(string | undefined)[]> {
    const listener = await connected(urlOf())
    const payloads: (string | undefined)[] = []
    await listener.query('listen faucet_ddl')
    listener.on('notification', ({ payload }) => payloads.push(payload))
    for (const statement of statements) await by.query(statement)
    const end = once(listener, 'notification')
    await dba.query("notify faucet_ddl, 'end'")
    for (await end; payloads.at(-1) !== 'end'; ) await once(listener, 'notification')
    await listener.end()
    return payloads.slice(0, -1)
  }

  it('a change is drift without any request', async () => {
    const running = await start()
    expect(await drift(running, 'alter table t add column b integer')).to.deep.equal(['column-added'])
    expect(await drift(running, 'alter table t drop column a')).to.include('column-dropped')
    expect(await drift(running, 'drop table t')).to.include('table-dropped')
  })

  it('a table that leaves the schema, or goes with a schema it depends on, is drift', async () => {
    await dba.query("create type other.mood as enum ('ok'); create table m (id integer primary key, mood other.mood)")
    const running = await start()
    expect(await drift(running, "alter type other.mood add value 'fine'")).to.deep.equal(['enum-value-added'])
    expect(await drift(running, 'drop schema other cascade')).to.include('column-dropped')
    await dba.query('create schema elsewhere')
    expect(await drift(running, 'alter table t set schema elsewhere')).to.include('table-dropped')
  })

  it('of changes in quick succession none is lost', async () => {
    const running = await start()
    const all = new Promise<void>((resolve) => {
      running.controller.on('drift', ({ changes }) => {
        if (changes.length === 30) resolve()
      })
    })
    for (let number = 0; number < 30; number++) await dba.query(`alter table t add column c${number} integer`)
    await all
  })

  it('says which schemas were touched, and nothing of what is rolled back or temporary', async () => {
    await start()
    expect(
      await heard([
        'begin; alter table t add column b integer; drop table t; rollback',
        'create temp table passing (id serial primary key, a text default 1); alter table passing add column b int; drop table passing',
        'create temp table passing on commit drop as select 1 as one',
        'create table other."o""x" (id integer)',
        'drop table other."o""x"',
        'begin; create table u (); create table other.u (); commit',
        'drop table u, other.u',
        'grant select on t to public',
      ]),
    ).to.deep.equal(['["other"]', '["other"]', '["public"]', '["other"]', '["other", "public"]', ''])
  })

  it("is not called for another schema's changes", async () => {
    await start()
    let client: pg.Client | undefined
    let calls = 0
    const connect = async () => {
      client = await connected(urlOf())
      return client
    }
    const watch = await listen(connect, 'public', () => {
      calls += 1
    })
    await dba.query('create table other.u (); alter table other.u add column a integer; drop table other.u')
    // What the server has to tell comes before its answers.
    for (let round = 0; round < 2; round++) await client?.query('select 1')
    expect(calls).to.equal(0)
    await dba.query('create table u ()')
    for (let round = 0; round < 2; round++) await client?.query('select 1')
    expect(calls).to.equal(1)
    await watch.close()
  })

  it('outlives its connection, and looks for what it missed meanwhile', async () => {
    const running = await start()
    const kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'faucet-db listener'"
    expect(await drift(running, `${kill} and datname = '${name}'; alter table t add column b integer`)).to.have.length(1)
    expect(await drift(running, 'alter table t add column c integer')).to.have.length(2)
    await listeners(1)
  })

  it('leaves no connection behind', async () => {
    const running = await start()
    await running.close()
    api = undefined
    await listeners(0)
  })

  it('is installed twice as if once, and removed by two statements', async () => {
    const running = await start()
    await running.controller.installDdlNotifications('db')
    await Promise.all([1, 2].map(() => running.controller.installDdlNotifications('db')))
    expect(await heard(['create table u ()'])).to.deep.equal(['["public"]'])
    await dba.query('drop function faucet.notify_ddl() cascade; drop schema faucet')
    expect(await heard(['create table v ()'])).to.deep.equal([])
    expect((await dba.query('select from pg_event_trigger')).rowCount).to.equal(0)
  })

  it("never fails another role's statement, whatever that role may not do", async () => {
    await start()
    const statements = [
      'create table other.theirs (id integer)',
      'alter table other.theirs add column a text',
      'drop table other.theirs',
    ]
    await dba.query(`revoke all on schema faucet from public; revoke all on function faucet.notify_ddl() from public;
      grant usage, create on schema other to ${role}`)
    expect(await heard(statements, user)).to.deep.equal(['["other"]', '["other"]', '["other"]'])
    await dba.query('revoke all on function pg_notify(text, text) from public')
    expect(await heard(statements, user)).to.deep.equal([])
  })

  it('says to a role without the right what one with it can run', async () => {
    await dba.query(`grant select on t to ${role}; grant create on database ${name} to ${role}`)
    api = await serve(urlOf({ user: role }), { probeInterval: '1h' })
    const error = await refusal(api)
    expect(error.code).to.equal('forbidden')
    expect(error.message).to.include('superuser')
    expect((await dba.query("select from pg_namespace where nspname = 'faucet'")).rowCount).to.equal(0)
    await dba.query(String(error.context.sql))
    // The next look finds it installed.
    await api.controller.refresh('db')
    await listeners(1)
    expect(await drift(api, 'alter table t add column b integer')).to.deep.equal(['column-added'])
  })

  it("is not supported on a host's own Kysely or where the engine cannot", async () => {
    const kysely = hostKysely({ engine: 'postgres', dsn: `${urlOf()}?schema=public`, ...nothing })
    const hosted = await serve({ kysely, engine: 'postgres' })
    expect((await refusal(hosted)).code).to.equal('not-supported')
    await hosted.close()
    await kysely.destroy()
    const file = await createDatabase('sqlite')
    const plain = await serve(file.dsn)
    expect((await refusal(plain)).code).to.equal('not-supported')
    await plain.close()
    await file.drop()
  })
})

const nothing = { exec: async () => {}, value: async () => null, drop: async () => {} }

async function refusal({ controller }: Api): Promise<FaucetError> {
  const error: unknown = await controller.installDdlNotifications('db').then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!isFaucetError(error)) throw new Error(`expected a refusal, not ${error}`)
  return error
}
