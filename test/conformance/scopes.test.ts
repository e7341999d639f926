import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, describeEngines, type TestDatabase } from '../support/databases.js'
import { type Cluster, createCluster, describeClusters } from '../support/postgres-cluster.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const refused = 'contract-unservable'

/** A service on one database after the other, with one store. */
function onOneStore() {
  let file: string
  let api: Api | undefined
  beforeEach(() => {
    file = temporaryStore()
  })
  const close = async () => {
    await api?.close()
    api = undefined
  }
  afterEach(async () => {
    await close()
    removeStore(file)
  })
  return {
    close,
    async at(dsn: string): Promise<Api> {
      await close()
      api = await serve(dsn, {}, file)
      return api
    },
  }
}

/** What pending changes there are, as `kind table`. */
async function pending({ controller }: Api): Promise<string[]> {
  await controller.refresh('db')
  return (await controller.diff('db')).changes.map(({ kind, table }) => `${kind} ${table}`)
}

async function expectRefused(api: Api, tables: readonly string[]): Promise<void> {
  expect(await pending(api)).to.include.members(tables.map((table) => `database-changed ${table}`))
  expect((await api.controller.status('db')).state).to.equal('red')
  for (const table of tables) {
    for (const request of [api.request.get(path(table)), api.request.post(path(table)).send({ id: 7 })]) {
      const { status, body } = await request
      expect([status, body.code]).to.deep.equal([503, refused])
    }
  }
}

async function revisions({ controller }: Api): Promise<string[]> {
  return (await controller.history('db')).map(({ event }) => event)
}

describeEngines('a service pointed at another database', (engine) => {
  const service = onOneStore()
  const made: TestDatabase[] = []
  const make = async (...statements: string[]) => {
    const database = await createDatabase(engine)
    made.push(database)
    await database.exec(...statements)
    return database
  }
  afterEach(async () => {
    await service.close()
    for (const database of made.splice(0)) await database.drop()
  })

  it('refuses what is not as promised and merges nothing until promoted', async () => {
    const home = await make(
      'create table t (id integer not null primary key, a varchar(20), b varchar(20))',
      'create table u (id integer not null primary key, a varchar(20))',
      "insert into t values (1, 'home', 'B')",
    )
    const other = await make(
      'create table t (id integer not null primary key, a varchar(20), y varchar(20))',
      'create table u (id integer not null primary key, a varchar(20), more varchar(20))',
      'create table w (id integer not null primary key)',
      "insert into t values (1, 'theirs', 'Y')",
    )
    await service.at(home.dsn)
    const strange = await service.at(other.dsn)
    await expectRefused(strange, ['t', 'u'])
    await strange.request.get(path('w')).expect(404)
    expect(await revisions(strange)).to.deep.equal(['lock'])
    // Back home nothing has happened.
    const back = await service.at(home.dsn)
    expect(await pending(back)).to.deep.equal([])
    expect(await back.rows('t')).to.deep.equal([{ id: 1, a: 'home', b: 'B' }])
    const accepted = await service.at(other.dsn)
    await accepted.controller.promote('db')
    expect(await pending(accepted)).to.deep.equal([])
    expect(await accepted.rows('t')).to.deep.equal([{ id: 1, a: 'theirs', y: 'Y' }])
    expect(await accepted.rows('w')).to.deep.equal([])
  })
})

describeClusters('a promoted copy of a PostgreSQL server', () => {
  const service = onOneStore()
  const clusters: Cluster[] = []
  let home: Cluster
  beforeEach(async function () {
    this.timeout(60_000)
    home = await createCluster()
    clusters.push(home)
    await home.exec(
      'create table t (id integer primary key, a text)',
      'create table u (id integer primary key, a text)',
      "insert into t values (1, 'A'); insert into u values (1, 'A')",
      // Something to write for the checkpoint after a promotion.
      'create schema filler',
      "create table filler.pages as select repeat('x', 400) as text from generate_series(1, 4000)",
    )
  })
  afterEach(async function () {
    this.timeout(60_000)
    await service.close()
    for (const cluster of clusters.splice(0)) await cluster.drop()
  })
  const copy = async () => {
    const cluster = await home.promotedCopy()
    clusters.push(cluster)
    return cluster
  }
  /** Both go on from the same catalog: the same numbers mean other columns, and `u` lost nothing over there. */
  const atHome = ['alter table t add column x text', 'alter table u add column x text', "update t set x = 'HX'"]
  const elsewhere = ['alter table t add column y text', 'create table w (id integer primary key)', "update t set y = 'EY'"]

  it('is another database: the same numbers prove nothing', async function () {
    this.timeout(60_000)
    await service.at(home.dsn)
    await service.close()
    const away = await copy()
    await home.exec(...atHome)
    await away.exec(...elsewhere)
    const locked = await service.at(home.dsn)
    await locked.controller.promote('db')
    expect(await locked.rows('t')).to.deep.equal([{ id: 1, a: 'A', x: 'HX' }])
    const made = await revisions(locked)
    const strange = await service.at(away.dsn)
    await expectRefused(strange, ['t', 'u'])
    await strange.request.get(path('w')).expect(404)
    expect(await revisions(strange)).to.deep.equal(made)
    const back = await service.at(home.dsn)
    expect(await pending(back)).to.deep.equal([])
    expect(await back.rows('t')).to.deep.equal([{ id: 1, a: 'A', x: 'HX' }])
  })
})

describeEngine('sqlite', 'a backup restored into a SQLite file that is served', () => {
  const service = onOneStore()
  let database: TestDatabase
  let file: string
  let backup: string
  beforeEach(async () => {
    database = await createDatabase('sqlite')
    file = database.dsn.slice('sqlite:'.length)
    backup = join(dirname(file), 'backup.db')
    await database.exec(
      'create table t (id integer primary key, a text, b text)',
      'create table u (id integer primary key, a text)',
      "insert into t values (1, 'A', 'B')",
      "insert into u values (1, 'U')",
    )
  })
  afterEach(async () => {
    await service.close()
    await database.drop()
  })

  /** Written over the served file page by page, as the driver's `backup` does. */
  async function restore(): Promise<void> {
    const { ino } = statSync(file)
    const source = new Database(backup)
    await source.backup(file)
    source.close()
    expect(statSync(file).ino).to.equal(ino)
  }

  /** What happens after the backup, is looked at and promoted; then the answer to a promised column of row 1 once it is restored. */
  const stories: Record<string, { readonly since: readonly string[]; readonly answers: Record<string, unknown> }> = {
    'nothing has changed since': { since: [], answers: { 't.a': 'A', 't.b': 'B', 'u.a': 'U' } },
    'a column whose place another had': {
      since: ['alter table t drop column b', 'alter table t add column c text', "update t set c = 'C'"],
      answers: { 't.c': refused },
    },
    // Which is what DROP COLUMN leaves behind, to the letter.
    'a column that was not there': { since: ['alter table t add column c text'], answers: { 't.c': null, 't.a': 'A' } },
    'a table whose place another had': {
      since: ['drop table u', 'create table v (id integer primary key, a text)', "insert into v values (1, 'V')"],
      answers: { 'v.a': refused, 't.a': 'A' },
    },
    'columns that have gone by other names': {
      since: ['alter table t rename column a to x', 'alter table t rename column b to a'],
      answers: { 't.x': refused, 't.a': refused },
    },
  }

  for (const [title, { since, answers }] of Object.entries(stories)) {
    for (const when of ['while it is served', 'between two runs']) {
      it(`nothing is mapped, nulled or merged by mistake: ${title}, ${when}`, async () => {
        let api = await service.at(database.dsn)
        const source = new Database(file)
        await source.backup(backup)
        source.close()
        await database.exec(...since)
        await api.controller.refresh('db')
        if (since.length > 0) await api.controller.promote('db')
        const made = await revisions(api)
        if (when === 'between two runs') await service.close()
        await restore()
        if (when === 'between two runs') api = await service.at(database.dsn)
        for (const [name, expected] of Object.entries(answers)) {
          const [table = '', column = ''] = name.split('.')
          const { status, body } = await api.request.get(path(table, 1)).query({ fields: column })
          expect(status === 200 ? body[column] : body.code, name).to.equal(expected)
        }
        await api.controller.refresh('db')
        expect(await revisions(api)).to.deep.equal(made)
      })
    }
  }
})
