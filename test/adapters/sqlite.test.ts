import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect } from 'chai'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { sqlite } from '../../adapters/database/sqlite/index.js'
import { locationOf } from '../../adapters/database/sqlite/location.js'
import type { Database, HostKysely, Row } from '../../lib/database.js'
import { compiled, createFiles, failure, raw, settings } from './sqlite-files.js'

describe('sqlite', () => {
  const files = createFiles()
  after(() => files.clean())

  const shop = `create table parent (id integer primary key);
    create table item (id integer primary key, code text unique, n int not null, k int check (k > 0), f int references parent, g int as (n + 1));
    create table strict_item (id integer primary key, i int) strict; create view v as select n from item;`

  const collect = async (rows: AsyncIterable<readonly Row[]>) => {
    const chunks: (readonly Row[])[] = []
    for await (const chunk of rows) chunks.push(chunk)
    return chunks
  }

  describe('location', () => {
    const paths: [string, string | null, boolean][] = [
      ['sqlite:./shop.db', './shop.db', false],
      ['sqlite:shop.db', 'shop.db', false],
      ['sqlite:../up/shop.db?mode=ro', '../up/shop.db', true],
      ['sqlite:///var/shop.db', '/var/shop.db', false],
      ['sqlite:/var/shop.db', '/var/shop.db', false],
      ['sqlite://./shop.db', './shop.db', false],
      ['sqlite:a%20%23b%25%C3%A9.db', 'a #b%é.db', false],
      ['sqlite::memory:', null, false],
    ]
    for (const [dsn, path, readOnly] of paths) it(dsn, () => expect(locationOf(new URL(dsn))).to.deep.equal({ path, readOnly }))
    it('refuses a DSN without a file', () =>
      expect(() => locationOf(new URL('sqlite:')))
        .to.throw('names no file')
        .with.property('code', 'invalid-config'))
  })

  describe('opening', () => {
    it('does not create a missing file and connects once it is there', async () => {
      const path = files.path()
      const database = await files.open(path)
      expect((await failure(database.query(raw('select 1')))).kind).to.equal('unavailable')
      expect((await failure(database.introspect(null))).kind).to.equal('unavailable')
      expect(existsSync(path)).to.equal(false)
      files.raw(path, 'create table t (a)')
      expect((await database.query(raw('select count(*) from t'))).rows).to.deep.equal([[0]])
    })
    it('calls a missing folder, a folder and a file of something else unavailable', async () => {
      const text = files.path('text.db')
      writeFileSync(text, 'nothing like a database, but long enough to have a header of its own: '.repeat(20))
      for (const path of [join(files.path('none'), 'x.db'), join(text, '..'), text]) {
        expect((await failure((await files.open(path)).query(raw('select 1 from sqlite_schema')))).kind).to.equal('unavailable')
      }
    })
    it('reads only with mode=ro', async () => {
      const path = files.path()
      files.raw(path, shop)
      const database = await sqlite.open({ dsn: new URL(`sqlite:${path}?mode=ro`) }, settings)
      expect((await database.query(raw('select count(*) from item'))).rows).to.deep.equal([[0]])
      expect((await failure(database.query(raw('insert into parent values (1)')))).kind).to.equal('read-only')
      expect(await database.transaction((session) => session.query(raw('select 1')))).to.deep.equal({ rows: [[1n]], affected: 0 })
      expect((await failure(database.transaction((session) => session.query(raw('delete from parent'))))).kind).to.equal(
        'read-only',
      )
      await database.close()
    })
    it('answers unavailable after close, and closes twice', async () => {
      const path = files.path()
      files.raw(path, shop)
      for (const database of [await files.open(path), await files.open(':memory:')]) {
        await database.query(raw('select 1'))
        await database.close()
        await database.close()
        expect((await failure(database.query(raw('select 1')))).kind).to.equal('unavailable')
        expect((await failure(database.transaction(async (session) => session.query(raw('select 1'))))).kind).to.equal(
          'unavailable',
        )
      }
    })
    it('notices at probe() that the file was replaced or deleted', async () => {
      const path = files.path()
      files.raw(path, 'create table t (a); insert into t values (1)')
      const database = await files.open(path)
      const first = await database.probe()
      const fresh = files.path()
      files.raw(fresh, 'create table t (a); insert into t values (2)')
      renameSync(fresh, path)
      const second = await database.probe()
      expect(second).to.not.equal(first)
      expect((await database.query(raw('select a from t'))).rows).to.deep.equal([[2]])
      rmSync(path)
      expect((await failure(database.probe())).kind).to.equal('unavailable')
      copyFileSync(files.path('text.db'), path)
      expect((await failure(database.query(raw('select a from t')))).kind).to.equal('unavailable')
    })
  })

  describe('statements', () => {
    const kinds = async (): Promise<[string, Database][]> => {
      const path = files.path()
      files.raw(path, '')
      const host = new Kysely<never>({ dialect: new SqliteDialect({ database: files.raw(files.path()) }) })
      return [
        ['file', await files.open(path)],
        ['memory', await files.open(':memory:')],
        ['host', await sqlite.open({ kysely: host as unknown as HostKysely }, settings)],
      ]
    }
    let databases: [string, Database][]
    before(async () => {
      databases = await kinds()
      for (const [, database] of databases) for (const one of shop.split(';').slice(0, -1)) await database.query(raw(one))
    })
    const onEach = (title: string, work: (database: Database, name: string) => Promise<void>) => {
      for (const [index, name] of ['file', 'memory', 'host'].entries())
        it(`${title} (${name})`, () => work(databases[index]?.[1] as Database, name))
    }

    onEach('writes, counts and returns', async (database) => {
      expect(await database.query(raw('insert into parent values (?), (?), (?)', 1, 2, 3))).to.deep.equal({
        rows: [],
        affected: 3,
      })
      expect((await database.query(raw('update parent set id = id where id < ?', 3))).affected).to.equal(2)
      const returned = await database.query(raw('delete from parent where id > ? returning id as c0, typeof(id) as c1', 1))
      expect(returned.rows.map((row) => row.map(String))).to.deep.equal([
        ['2', 'integer'],
        ['3', 'integer'],
      ])
      expect(returned.affected).to.equal(2)
    })
    onEach('keeps names and binds storage classes', async (database) => {
      const { rows } = await database.query(
        raw(
          'select typeof(?) as c0, typeof(?) as c1, typeof(?) as c2, typeof(?) as c3, typeof(?) as c4',
          5,
          1.5,
          true,
          Buffer.from('x'),
          null,
        ),
      )
      expect(rows).to.deep.equal([['integer', 'real', 'integer', 'blob', 'null']])
      await database.query(
        compiled(
          sql`create table ${sqlite.sql.table(null, 'we"ird.😀 select')} (${sql.id('__proto__')} int, ${sql.id('a.b')} int)`,
        ),
      )
      await database.query(compiled(sql`insert into ${sqlite.sql.table(null, 'we"ird.😀 select')} values (1, 2)`))
      const read = await database.query(
        compiled(
          sql`select ${sql.id('a.b')} as c0, ${sql.id('__proto__')} as c1 from ${sqlite.sql.table(null, 'we"ird.😀 select')}`,
        ),
      )
      expect(read.rows[0]?.map(String)).to.deep.equal(['2', '1'])
    })
    onEach('takes no double-quoted text for a string', async (database) => {
      expect((await failure(database.query(raw('select "nope" as c0')))).kind).to.equal('schema')
    })
    onEach('rolls back when work or a statement fails, and commits else', async (database) => {
      await database.query(raw('delete from parent'))
      const boom = new Error('boom')
      const work = database.transaction(async (session) => {
        await session.query(raw('insert into parent values (50)'))
        throw boom
      })
      expect(
        await work.then(
          () => null,
          (error: unknown) => error,
        ),
      ).to.equal(boom)
      expect(
        (await failure(database.transaction((session) => session.query(raw('insert into parent values (1), (1)'))))).kind,
      ).to.equal('unique')
      const count = await database.transaction(async (session) => {
        await session.query(raw('insert into parent values (51)'))
        return (await session.query(raw('select count(*) as c0 from parent'))).rows
      })
      expect(count.map(String)).to.deep.equal(['1'])
      expect((await database.query(raw('select id as c0 from parent'))).rows.map(String)).to.deep.equal(['51'])
    })
    onEach('runs transactions one after the other', async (database) => {
      await database.query(raw('create table counter (n int)'))
      await database.query(raw('insert into counter values (0)'))
      const add = () =>
        database.transaction(async (session) => {
          const { rows } = await session.query(raw('select n as c0 from counter'))
          await new Promise((resolve) => setImmediate(resolve))
          await session.query(raw('update counter set n = ?', Number(rows[0]?.[0]) + 1))
        })
      await Promise.all([
        ...Array.from({ length: 20 }, add),
        ...Array.from({ length: 20 }, () => database.query(raw('update counter set n = n + 1'))),
      ])
      expect((await database.query(raw('select n as c0 from counter'))).rows.map(String)).to.deep.equal(['40'])
    })
    onEach('streams in chunks and can be left early', async (database) => {
      const numbers = raw('with recursive n(i) as (select 1 union all select i + 1 from n where i < 1201) select i as c0 from n')
      const chunks = await collect(database.stream(numbers))
      expect(chunks.map((chunk) => chunk.length)).to.deep.equal([500, 500, 201])
      expect(String(chunks[2]?.[200])).to.equal('1201')
      for await (const chunk of database.stream(numbers)) {
        expect(chunk.length).to.equal(500)
        break
      }
      expect((await failure(collect(database.stream(raw('select nope from parent'))))).kind).to.equal('schema')
      await database.query(raw('insert into parent values (60)'))
    })
    onEach('refuses an aborted statement before it runs', async (database) => {
      const signal = AbortSignal.abort()
      expect((await failure(database.query(raw('delete from parent'), { signal }))).kind).to.equal('cancelled')
      expect(
        (await failure(database.transaction((session) => session.query(raw('delete from parent')), { signal }))).kind,
      ).to.equal('cancelled')
    })

    const failures: [string, unknown[], string, object][] = [
      ['select nope from item', [], 'schema', {}],
      ['insert into item (nope) values (1)', [], 'schema', {}],
      ['select * from nope', [], 'schema', {}],
      ['select nope(1)', [], 'schema', {}],
      ['insert into item (id) values (1)', [], 'not-null', { table: 'item', column: 'n' }],
      [`insert into item (n, code) values (1, 'a'), (2, 'a')`, [], 'unique', { table: 'item', column: 'code' }],
      ['insert into item (id, n) values (1, 1), (1, 1)', [], 'unique', { table: 'item', column: 'id' }],
      ['insert into item (n, k) values (1, 0)', [], 'check', {}],
      [`insert into strict_item (i) values ('x')`, [], 'value', { table: 'strict_item', column: 'i' }],
      [`insert into parent values ('x')`, [], 'value', {}],
      ['insert into item (n, g) values (1, 1)', [], 'read-only', { column: 'g' }],
      ['update item set g = 1', [], 'read-only', { column: 'g' }],
      ['insert into v values (1)', [], 'read-only', { table: 'v' }],
      ['insert into item (n) values (?)', [2n ** 63n], 'out-of-range', {}],
      ['select abs(-9223372036854775808)', [], 'out-of-range', {}],
      ['select zeroblob(2000000000)', [], 'too-long', {}],
      ['selec 1', [], 'unknown', {}],
    ]
    for (const [text, parameters, kind, facts] of failures) {
      onEach(`classifies ${text}`, async (database) => {
        const error = await failure(database.query(raw(text, ...parameters)))
        expect([error.kind, error.facts]).to.deep.equal([kind, facts])
        expect(error.message).to.equal(`database failure: ${kind}`)
        expect(error.cause).to.be.instanceOf(Error)
      })
    }
    it('holds foreign keys, also those deferred to COMMIT', async () => {
      for (const [, database] of databases.slice(0, 2)) {
        expect((await failure(database.query(raw('insert into item (n, f) values (1, 9)')))).kind).to.equal('foreign-key')
        await database.query(raw('create table late (f int references parent deferrable initially deferred)'))
        expect(
          (await failure(database.transaction((session) => session.query(raw('insert into late values (9)'))))).kind,
        ).to.equal('foreign-key')
        expect(Number((await database.query(raw('select count(*) from late'))).rows[0]?.[0])).to.equal(0)
      }
    })
    it('takes 32,766 parameters', async () => {
      for (const [, database] of databases) {
        const query = raw(
          `select count(*) as c0 from parent where id in (${Array(sqlite.can.maxParameters).fill('?').join()})`,
          ...Array(sqlite.can.maxParameters).fill(-1),
        )
        expect((await database.query(query)).rows.map(String)).to.deep.equal(['0'])
      }
    })
  })

  describe('locks', () => {
    it('waits for another connection without stopping the event loop', async () => {
      const path = files.path()
      const other = files.raw(path, shop)
      const database = await files.open(path)
      await database.query(raw('select 1'))
      other.exec('begin exclusive')
      const settled: string[] = []
      const work = Promise.all([
        database.query(raw('select count(*) from parent')).then(() => settled.push('read')),
        database.query(raw('insert into parent values (7)')).then(() => settled.push('write')),
        database
          .transaction((session) => session.query(raw('insert into parent values (8)')))
          .then(() => settled.push('transaction')),
        database.probe().then(() => settled.push('probe')),
        database.introspect(null).then(() => settled.push('introspection')),
      ])
      // The loop turns all the while: each turn here is one that a waiting call would have blocked.
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect(settled).to.deep.equal([])
      other.exec('commit')
      await work
      expect((await database.query(raw('select count(*) from parent'))).rows).to.deep.equal([[2]])
    })
    it('gives up after the statement time-out and can go on afterwards', async () => {
      const path = files.path()
      const other = files.raw(path, shop)
      const database = await files.open(path, { statementTimeout: 30 })
      other.exec('begin exclusive')
      expect((await failure(database.query(raw('select * from parent')))).kind).to.equal('busy')
      expect((await failure(database.query(raw('insert into parent values (1)')))).kind).to.equal('busy')
      expect((await failure(database.transaction(async () => {}))).kind).to.equal('busy')
      other.exec('commit')
      expect((await database.query(raw('insert into parent values (1)'))).affected).to.equal(1)
    })
    it('does not wait longer than the time-out for its own transactions, and leaves the queue when aborted', async () => {
      const path = files.path()
      files.raw(path, shop)
      for (const database of [
        await files.open(path, { statementTimeout: 30 }),
        await files.open(':memory:', { statementTimeout: 30 }),
      ]) {
        const controller = new AbortController()
        await database.transaction(async () => {
          expect((await failure(database.query(raw('create table if not exists x (a)')))).kind).to.equal('busy')
          const aborted = failure(database.transaction(async () => {}, { signal: controller.signal }))
          controller.abort()
          expect((await aborted).kind).to.equal('cancelled')
        })
        await database.query(raw('create table if not exists x (a)'))
      }
    })
    it('reads beside a transaction of its own, without what that has not committed', async () => {
      const path = files.path()
      files.raw(path, shop)
      const database = await files.open(path)
      await database.transaction(async (session) => {
        await session.query(raw('insert into parent values (1)'))
        expect((await database.query(raw('select count(*) from parent'))).rows).to.deep.equal([[0]])
      })
      expect((await database.query(raw('select count(*) from parent'))).rows).to.deep.equal([[1]])
    })
    it('streams one state in WAL mode while others write', async () => {
      const path = files.path()
      const other = files.raw(
        path,
        `pragma journal_mode = wal; create table t (a); with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) insert into t select i from n`,
      )
      const database = await files.open(path)
      let rows = 0
      for await (const chunk of database.stream(raw('select a from t'))) {
        if (rows === 0) {
          await database.query(raw('delete from t where a > 1'))
          other.exec('insert into t values (1)')
        }
        rows += chunk.length
      }
      expect(rows).to.equal(1000)
    })
  })

  it('answers with numbers until one is beyond what they keep', async () => {
    const path = files.path()
    files.raw(path, 'create table t (i integer, r real); insert into t values (9007199254740991, 0.5), (9007199254740993, 1)')
    const database = await files.open(path)
    const read = async (most: number) =>
      (await database.query({ ...raw('select i, r from t order by i limit ?'), parameters: [most] })).rows.map(([i, r]) => [i, r])
    expect(await read(1)).to.deep.equal([[9007199254740991, 0.5]])
    expect((await read(2))[1]).to.deep.equal([9007199254740993n, 1])
    expect(await read(1)).to.deep.equal([[9007199254740991n, 0.5]])
    await database.close()
  })

  it('refuses integers that the host’s driver has rounded', async () => {
    const connection = new BetterSqlite3(':memory:')
    connection.exec(
      'create table t (i bigint, r real, d decimal(20,2)); insert into t values (9007199254740993, 1e300, 9007199254740993)',
    )
    const host = new Kysely<never>({ dialect: new SqliteDialect({ database: connection }) })
    const database = await sqlite.open({ kysely: host as unknown as HostKysely }, settings)
    const [row] = (await database.query(raw('select i as c0, r as c1, d as c2 from t'))).rows
    const { encoder } = sqlite.sql
    expect(() => encoder({ name: 'bigint', unsigned: false })(row?.[0])).to.throw('may have rounded')
    expect(() => encoder({ name: 'decimal', precision: 20, scale: 2, unsigned: false })(row?.[2])).to.throw('may have rounded')
    expect(() => encoder({ name: 'any' })(row?.[0])).to.throw('may have rounded')
    expect(encoder({ name: 'float', bits: 64 })(row?.[1])).to.equal('1e+300')
    await database.close()
    expect(connection.open).to.equal(true)
    connection.close()
  })
})
