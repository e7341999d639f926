import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const rows = "insert into item values (1, 'anvil', 'eu', 3), (2, 'bolt', 'us', 40)"
const create = (name: string, columns = 'name varchar(20), region varchar(20), stock integer') =>
  `create table ${name} (id integer not null primary key, ${columns})`
const rename = (from: string, to: string) => `alter table item rename column ${from} to ${to}`

/** A table that is made anew is known by its names alone: those of the moment before, which need not be the contract's. */
describeEngines('a table made anew', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string
  const rebuild = async (columns: string, list: string) => {
    await database.exec(create('made', columns), `insert into made select id, ${list} from item`)
    await database.exec('drop table item', 'alter table made rename to item')
  }
  const look = () => api.controller.refresh('db')
  const swap = async () => {
    for (const step of [rename('name', 'between_two'), rename('region', 'name'), rename('between_two', 'region')]) {
      await database.exec(step)
      await look()
    }
  }

  /** MySQL carries what is known of columns over to the new table by the names they had there. */
  const expectPromisedOrHeld = async (query: Record<string, string>, promised: unknown) => {
    const { status, body } = await api.request.get(path('item')).query(query)
    expect(status).to.equal(engine === 'mysql' ? 200 : 503)
    if (status === 200) expect(body.resource).to.eql(promised)
  }

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec(create('item'), rows)
    api = await serve(database.dsn, {}, store)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  it('is not served by names that columns had exchanged before', async () => {
    await swap()
    await rebuild('region varchar(20), name varchar(20), stock integer', 'region, name, stock')
    for (let looks = 0; looks < 3; looks++) {
      await look()
      await expectPromisedOrHeld({ fields: 'name' }, [{ name: 'anvil' }, { name: 'bolt' }])
      await expectPromisedOrHeld({ fields: 'id', filter: "region = 'us'" }, [{ id: 2 }])
      expect(await api.rows('item', { fields: 'id,stock' })).to.eql([
        { id: 1, stock: 3 },
        { id: 2, stock: 40 },
      ])
    }
    await api.controller.promote('db')
    expect(await api.rows('item', { fields: 'id,name', limit: 1 })).to.eql([{ id: 1, name: 'eu' }])
  })

  it('is not served by them in another database either', async () => {
    await swap()
    await api.close()
    const earlier = database
    database = await createDatabase(engine)
    await database.exec(create('item', 'region varchar(20), name varchar(20), stock integer'), rows)
    api = await serve(database.dsn, {}, store)
    await earlier.drop()
    expect((await api.request.get(path('item')).query({ fields: 'name' })).status).to.equal(503)
    expect((await api.controller.diff('db')).changes.map(({ kind }) => kind)).to.include('database-changed')
  })

  it('keeps the guess that a column was renamed with it', async () => {
    await database.exec(rename('name', 'title'))
    await rebuild('title varchar(20), region varchar(20), stock bigint', 'title, region, stock')
    await look()
    await database.exec('create table other (id integer not null primary key)')
    for (let looks = 0; looks < 2; looks++) {
      await look()
      const found = (await api.controller.diff('db')).changes.find(({ column }) => column === 'name')
      expect(found).to.include({ kind: 'column-renamed', evidence: 'likely', hold: 'unservable' })
    }
    // What is no guess is known from here on.
    await database.exec(rename('stock', 'left_over'))
    await look()
    await database.exec('alter table item add column stock bigint')
    await look()
    expect((await api.request.get(path('item')).query({ fields: 'stock' })).status).to.not.equal(200)
  })

  it('is not served by a name that tables had exchanged before', async () => {
    await database.exec(create('second'), "insert into second values (1, 'x', 'y', 1)")
    await api.controller.promote('db')
    for (const [from, to] of [
      ['item', 'between_two'],
      ['second', 'item'],
      ['between_two', 'second'],
    ])
      await database.exec(`alter table ${from} rename to ${to}`)
    await look()
    await rebuild('name varchar(20), region varchar(20), stock integer', 'name, region, stock')
    for (let looks = 0; looks < 2; looks++) {
      await look()
      for (const [table, names] of Object.entries({ item: ['anvil', 'bolt'], second: ['x'] })) {
        const { status, body } = await api.request.get(path(table)).query({ fields: 'name' })
        expect(status).to.be.oneOf([200, 503])
        if (status === 200) expect(body.resource).to.eql(names.map((name) => ({ name })))
      }
    }
  })

  it('is served as before, with others in one look', async () => {
    await database.exec(create('second'), "insert into second values (1, 'x', 'y', 1)")
    await look()
    await rebuild('name varchar(20), region varchar(20), stock bigint', 'name, region, stock')
    await database.exec(
      create('made', 'name varchar(30), region varchar(20), stock integer'),
      'insert into made select * from second',
    )
    await database.exec('drop table second', 'alter table made rename to second')
    await look()
    expect(await api.rows('item', { fields: 'name,stock', limit: 1 })).to.eql([{ name: 'anvil', stock: 3 }])
    expect(await api.rows('second', { fields: 'name' })).to.eql([{ name: 'x' }])
  })

  it('is served as before where only names that were kept are asked for', async () => {
    await rebuild('name varchar(20), region varchar(20), stock integer', 'name, region, stock')
    await look()
    expect((await api.controller.diff('db')).changes).to.eql([])
    expect(await api.rows('item', { fields: 'name', limit: 1 })).to.eql([{ name: 'anvil' }])
  })
})
