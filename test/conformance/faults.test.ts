import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { createFaucet } from 'faucet-db/node'
import { sql } from 'kysely'
import { path, serve, wholeText } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'
import { until } from '../support/until.js'

/** A way to a database that can be cut: a TCP proxy, or the file's name. */
interface Way {
  readonly dsn: string
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

const ways: Record<EngineName, (dsn: string) => Promise<Way>> = {
  sqlite: file,
  postgres: proxy,
  mariadb: proxy,
  mysql: proxy,
}

async function file(dsn: string): Promise<Way> {
  const name = dsn.slice('sqlite:'.length)
  const aside = (from: string, to: string) => {
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix)
  }
  return {
    dsn,
    cut: async () => aside(name, `${name}.aside`),
    mend: async () => aside(`${name}.aside`, name),
    close: async () => {},
  }
}

async function proxy(dsn: string): Promise<Way> {
  const target = new URL(dsn)
  const sockets = new Set<Socket>()
  const port = Number(target.port || (target.protocol === 'postgres:' ? 5432 : 3306))
  const listen = (at: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        const upstream = connect(port, target.hostname)
        for (const [one, other] of [
          [socket, upstream],
          [upstream, socket],
        ] as const) {
          sockets.add(one)
          one.on('error', () => other.destroy()).on('close', () => other.destroy())
          one.pipe(other)
        }
      }).listen(at, '127.0.0.1', () => resolve(server))
    })
  let server = await listen(0)
  const own = (server.address() as AddressInfo).port
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await new Promise((resolve) => server.close(resolve))
  }
  const through = new URL(dsn)
  through.hostname = '127.0.0.1'
  through.port = String(own)
  return {
    dsn: through.href,
    cut: stop,
    mend: async () => {
      server = await listen(own)
    },
    close: stop,
  }
}

describeEngines('faults', (engine) => {
  it('answers 503 while the database is down at the start, and works when it returns', async () => {
    const database = await createDatabase(engine)
    await database.exec('create table t (id integer primary key)', 'insert into t values (1)')
    const way = await ways[engine](database.dsn)
    await way.cut()
    const api = await serve(way.dsn)
    const down = await api.request.get(path('t'))
    expect([down.status, down.body.code]).to.deep.equal([503, 'database-unavailable'])
    expect(down.text).to.not.match(/ECONN|SQLITE|127\.0\.0\.1|Users|postgres/)
    expect((await api.request.get('/healthz')).status).to.equal(200)
    expect((await api.request.get('/readyz')).status).to.equal(503)
    expect((await api.request.get('/system/contract/db')).body).to.include({ database: 'down' })
    await way.mend()
    await until(async () => (await api.request.get(path('t'))).status === 200)
    expect((await api.request.get('/readyz')).body).to.deep.equal({ status: 'ready' })
    await api.close()
    await way.close()
    await database.drop()
  })

  if (engine !== 'sqlite') {
    it('answers 503 while the database is away in between, reports it once and works when it returns', async () => {
      const database = await createDatabase(engine)
      await database.exec('create table t (id integer primary key)', 'insert into t values (1)')
      const way = await ways[engine](database.dsn)
      const api = await serve(way.dsn, { probeInterval: 100 })
      let reconnects = 0
      api.controller.on('reconnect', () => {
        reconnects += 1
      })
      await api.request.get(path('t')).expect(200)
      await way.cut()
      await until(async () => (await api.request.get(path('t'))).status === 503)
      await until(async () => (await api.controller.status('db')).database === 'down')
      await way.mend()
      await until(async () => (await api.request.get(path('t'))).status === 200)
      await until(async () => reconnects === 1)
      expect((await api.controller.status('db')).contract).to.include({ version: 1, revision: 0 })
      expect((await api.controller.diff('db')).changes).to.deep.equal([])
      await api.close()
      await way.close()
      await database.drop()
    })
  }

  it("uses the host's own Kysely and leaves its pool open", async () => {
    const database = await createDatabase(engine)
    await database.exec(
      'create table t (id integer primary key, big bigint, day varchar(10))',
      "insert into t values (1, 9223372036854775807, '2024-01-01')",
    )
    const kysely = hostKysely(database)
    const api = await serve({ kysely, engine })
    const first = { id: 1, big: '9223372036854775807', day: '2024-01-01' }
    if (engine === 'sqlite') {
      // The host's driver rounds integers beyond 2^53 before anything of ours sees them, so they are refused.
      expect((await api.request.get(path('t', 1))).body.code).to.equal('contract-unservable')
      await database.exec('update t set big = 5')
    }
    const row = engine === 'sqlite' ? { ...first, big: '5' } : first
    expect(await api.rows('t')).to.deep.equal([row])
    expect(
      (
        await api.request
          .post(path('t'))
          .send([{ id: 2, big: '7' }, { id: 3 }])
          .expect(201)
      ).body.resource[1],
    ).to.deep.equal({ id: 3, big: null, day: null })
    expect((await api.request.patch(path('t', 2)).send({ day: 'later' }).expect(200)).body).to.deep.equal({
      id: 2,
      big: '7',
      day: 'later',
    })
    await api.request
      .post(path('t'))
      .send([{ id: 4 }, { id: 1 }])
      .expect(409)
    await api.request.delete(path('t')).query({ ids: '2,3' }).expect(200)
    expect(await database.value('select count(*) from t')).to.equal('1')
    const streamed = await api.request
      .get(path('t'))
      .set('accept', 'application/x-ndjson')
      .buffer(true)
      .parse(wholeText)
      .expect(200)
    expect(streamed.body).to.equal(`${JSON.stringify(row)}\n`)
    await api.close()
    expect(await sql`select id from t`.execute(kysely)).to.deep.include({ rows: [{ id: 1 }] })
    await kysely.destroy()
    await database.drop()
  })

  it('lets the process end after close()', async () => {
    const database = await createDatabase(engine)
    await database.exec('create table t (id integer primary key)')
    const script = `import { createFaucet } from 'faucet-db/node'
      const { controller } = createFaucet({ services: [{ name: 'db', dsn: ${JSON.stringify(database.dsn)} }], access: 'public-read', store: ':memory:' })
      await controller.ready()
      console.log((await controller.status('db')).state)
      await controller.close()
      await controller.close()`
    const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
    })
    expect([stdout.trim(), status, stderr]).to.deep.equal(['green', 0, ''])
    await database.drop()
  })
})

describe('a store that cannot be used', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faucet_store_'))
    new Database(join(folder, 'data.db')).exec('create table t (id integer primary key)').close()
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const answer = async (store: string) => {
    const { router, controller } = createFaucet({
      services: [{ name: 'db', dsn: `sqlite:${join(folder, 'data.db')}` }],
      access: 'public-read',
      store,
    })
    const failure: unknown = await controller.ready().then(
      () => null,
      (error: unknown) => error,
    )
    await controller.close()
    expect(router).to.be.a('function')
    return failure
  }

  it('is refused when it is no database, and left as it was', async () => {
    const store = join(folder, 'contracts.db')
    writeFileSync(store, 'this is no database, but somebody needs it')
    expect(await answer(store)).to.include({ code: 'store-corrupt' })
    expect(statSync(store).size).to.equal(42)
  })

  it("is refused when it is another application's database", async () => {
    const store = join(folder, 'contracts.db')
    new Database(store).exec('create table theirs (x)').close()
    expect(await answer(store))
      .to.have.property('code')
      .that.matches(/^store-/)
  })

  it('is refused when it is a folder', async () => {
    const store = join(folder, 'contracts.db')
    mkdirSync(store)
    expect(await answer(store)).to.include({ code: 'store-unavailable' })
  })

  it('is made 0600 with its folder', async () => {
    const store = join(folder, 'new', 'contracts.db')
    expect(await answer(store)).to.equal(null)
    expect(statSync(store).mode & 0o777).to.equal(0o600)
    chmodSync(store, 0o600)
  })
})
