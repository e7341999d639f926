import { expect } from 'chai'
import { CompiledQuery } from 'kysely'
import { mariadb } from '../../adapters/database/mariadb/index.js'
import { mysql } from '../../adapters/database/mysql/index.js'
import { type Database, DatabaseError, type DatabaseSettings } from '../../lib/database.js'
import { isFaucetError } from '../../lib/errors.js'
import { isUncertain } from '../../lib/schema/origin.js'
import { type Column, type LiveSchema, tableOf } from '../../lib/schema/table.js'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, mariadbUrl, type TestDatabase } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

// What only MySQL has. What it shares with MariaDB is in mariadb.test.ts, what it shares with all in test/conformance.

const settings: DatabaseSettings = { poolMax: 4, connectTimeout: 5000, statementTimeout: 15_000, onConnectionError: () => {} }
const raw = (text: string, parameters: readonly unknown[] = []): CompiledQuery => CompiledQuery.raw(text, [...parameters])

async function failure(work: Promise<unknown>, what = ''): Promise<DatabaseError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error, what).to.be.instanceOf(DatabaseError)
  return error as DatabaseError
}

function needed<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value')
  return value
}

describeEngine('mysql', 'mysql', () => {
  let database: TestDatabase
  let db: Database

  beforeEach(async () => {
    database = await createDatabase('mysql')
    db = await mysql.open({ dsn: new URL(database.dsn) }, settings)
  })
  afterEach(async () => {
    await db.close()
    await database.drop()
  })

  const columns = (live: LiveSchema, table = 't'): readonly Column[] => needed(tableOf(live.tables, table)).columns
  const idOf = (live: LiveSchema, column: string, table = 't'): string =>
    needed(columns(live, table).find(({ name }) => name === column)?.id)

  /** A look before and one after the statements. */
  async function looks(...statements: string[]): Promise<[LiveSchema, LiveSchema]> {
    const before = await db.introspect(null)
    await database.exec(...statements)
    return [before, await db.introspect(before)]
  }

  describe('identity', () => {
    beforeEach(() =>
      database.exec('create table t (id int primary key, a int, b int, c int)', 'insert into t values (1, 2, 3, 4)'),
    )

    const swaps: Record<string, readonly string[]> = {
      'three renames': [
        'alter table t rename column a to x',
        'alter table t rename column b to a',
        'alter table t rename column x to b',
      ],
      'one statement': ['alter table t rename column a to b, rename column b to a'],
    }
    for (const [how, statements] of Object.entries(swaps)) {
      it(`proves that two columns exchanged names by ${how}`, async () => {
        const [before, after] = await looks(...statements)
        expect([idOf(after, 'a'), idOf(after, 'b')]).to.deep.equal([idOf(before, 'b'), idOf(before, 'a')])
        expect(after.probe).to.not.equal(before.probe)
      })
    }

    it('proves renames, also several and by CHANGE', async () => {
      const [before, after] = await looks('alter table t rename column a to x, change b y int', 'alter table t rename to u')
      const [was, is] = [columns(before), columns(after, 'u')]
      expect(is.map(({ name }) => name)).to.deep.equal(['id', 'x', 'y', 'c'])
      expect(is.map(({ id }) => id)).to.deep.equal(was.map(({ id }) => id))
      expect(tableOf(after.tables, 'u')?.id).to.equal(tableOf(before.tables, 't')?.id)
    })

    it('gives a name that is free again to another column', async () => {
      const [before, renamed] = await looks('alter table t rename column a to x')
      await database.exec('alter table t add column a int')
      const after = await db.introspect(renamed)
      expect(idOf(after, 'x')).to.equal(idOf(before, 'a'))
      expect(idOf(after, 'a')).to.not.equal(idOf(before, 'a'))
      expect(new Set(columns(after).map(({ id }) => id)).size).to.equal(5)
    })

    it('takes no drop and addition in place for a rename', async () => {
      const [before, after] = await looks('alter table t drop column b', 'alter table t add column x int after a')
      expect(columns(after).map(({ name }) => name)).to.deep.equal(['id', 'a', 'x', 'c'])
      expect(isUncertain(idOf(after, 'x'))).to.equal(true)
      expect(idOf(after, 'c')).to.equal(idOf(before, 'c'))
    })

    it('holds no name for proven when columns changed places while others came', async () => {
      const [, after] = await looks(
        'alter table t rename column a to b, rename column b to a',
        'alter table t add column d int first',
      )
      expect([isUncertain(idOf(after, 'a')), isUncertain(idOf(after, 'b'))]).to.deep.equal([true, true])
      expect(isUncertain(idOf(after, 'c'))).to.equal(false)
    })

    for (const rebuild of [
      'optimize table t',
      'truncate table t',
      'alter table t engine = innodb',
      'alter table t modify b bigint, algorithm = copy',
      'alter table t modify b int first',
      'alter table t add column d int first, algorithm = inplace',
    ]) {
      it(`stays when the table is made anew: ${rebuild}`, async () => {
        const [before, after] = await looks(rebuild)
        for (const name of ['id', 'a', 'b', 'c']) expect(idOf(after, name), name).to.equal(idOf(before, name))
        expect(tableOf(after.tables, 't')?.id).to.equal(tableOf(before.tables, 't')?.id)
      })
    }

    it('proves nothing when the table was made anew meanwhile', async () => {
      const [, after] = await looks('alter table t rename column a to x, modify b bigint')
      expect(isUncertain(idOf(after, 'x'))).to.equal(true)
    })

    it('proves nothing of virtual columns', async () => {
      await database.exec('alter table t add column v int as (1) virtual', 'alter table t add column w int as (2) stored')
      const [before, after] = await looks('alter table t rename column v to x', 'alter table t rename column w to y')
      expect(isUncertain(idOf(after, 'x'))).to.equal(true)
      expect(idOf(after, 'y')).to.equal(idOf(before, 'w'))
    })

    it('is not confused by invisible columns', async () => {
      await database.exec('alter table t add column hidden int invisible after id')
      const [before, after] = await looks(
        'alter table t alter column hidden set visible',
        'alter table t rename column hidden to a, rename column a to hidden',
      )
      expect(idOf(after, 'hidden')).to.equal(idOf(before, 'a'))
      expect(columns(before).map(({ id }) => id)).to.not.include(idOf(after, 'a'))
    })

    it('knows tables whose names the file system spells otherwise', async () => {
      await database.exec(
        'create table `odd/na.me #é``` (`ü a``b` int, z int)',
        'create table `é` (a int)',
        'create table `è` (a int)',
        'create table `漢字` (a int)',
      )
      const [before, after] = await looks(
        'alter table `odd/na.me #é``` rename column `ü a``b` to plain',
        'rename table `漢字` to `字`, `è` to `plain`',
      )
      expect(idOf(after, 'plain', 'odd/na.me #é`')).to.equal(idOf(before, 'ü a`b', 'odd/na.me #é`'))
      expect(tableOf(after.tables, '字')?.id).to.equal(tableOf(before.tables, '漢字')?.id)
      expect(new Set(after.tables.map(({ id }) => id)).size).to.equal(after.tables.length)
      // MySQL tells é from è nowhere, so which of the two was renamed is not certain.
      expect(isUncertain(tableOf(after.tables, 'plain')?.id ?? null)).to.equal(true)
    })

    it('is as uncertain as on MariaDB for an account without PROCESS', async () => {
      const user = `faucet_${process.pid}`
      const schema = needed(db.schema)
      await database.exec(`create user ${user}@'%' identified by 'p@ss:/?'`, `grant select on ${schema}.* to ${user}@'%'`)
      const dsn = new URL(database.dsn)
      dsn.username = user
      dsn.password = encodeURIComponent('p@ss:/?')
      const limited = await mysql.open({ dsn }, settings)
      try {
        const before = await limited.introspect(null)
        expect(before.details).to.deep.equal([['t', null, null, []]])
        await database.exec('alter table t rename column a to x')
        const after = await limited.introspect(before)
        expect(isUncertain(idOf(after, 'x'))).to.equal(true)
        expect(idOf(after, 'b')).to.equal(idOf(before, 'b'))
      } finally {
        await limited.close()
        await database.exec(`drop user ${user}@'%'`)
      }
    })
  })

  describe('introspection', () => {
    it('reads defaults, generated and invisible columns, checks and keys', async () => {
      await database.exec(
        `create table t (id bigint unsigned auto_increment primary key, s varchar(9) default 'it''s', n int not null default 7,
          e char(36) default (uuid()), made timestamp default current_timestamp on update current_timestamp, flag bool default true,
          bits bit default b'1', d decimal(6,2) zerofill default 1.5, j json, twice int as (n * 2), hidden int invisible,
          unique key prefix (s(3)), unique key expression ((n + 1)), unique key whole (n, s),
          constraint named check (s in ('it''s', 'b\\\\c')), constraint idle check (n > 100) not enforced)`,
      )
      const table = needed(tableOf((await db.introspect(null)).tables, 't'))
      const defaults = table.columns.map(({ name, default: value }) => [name, value?.kind === 'literal' ? value.value : value])
      expect(Object.fromEntries(defaults)).to.deep.equal({
        id: null,
        s: "it's",
        n: '7',
        e: { kind: 'expression' },
        made: { kind: 'expression' },
        flag: 'true',
        bits: 'true',
        d: '1.50',
        j: null,
        twice: null,
      })
      expect(table.columns.filter(({ generated }) => generated).map(({ name }) => name)).to.deep.equal(['twice'])
      expect(table.columns[0]).to.deep.include({ identity: 'by-default', nativeType: 'bigint unsigned', nullable: false })
      expect(table.uniqueKeys).to.deep.equal([{ name: 'whole', columns: ['n', 's'] }])
      expect(table.checks.map(({ name }) => name)).to.deep.equal(['named'])
      expect(table.checks[0]?.expression).to.match(/^\(`s` in \(\w+'it\\'s',\w+'b\\\\c'\)\)$/)
    })

    it('has views that cannot be described without columns', async () => {
      await database.exec(
        'create table t (a int)',
        'create view v as select a from t',
        'create view gone as select a from t',
        'create table s (a int, b int)',
        'create or replace view gone as select b from s',
        'alter table s drop column b',
      )
      expect((await db.introspect(null)).tables.map(({ name, columns }): unknown => [name, columns.length])).to.deep.equal([
        ['gone', 0],
        ['s', 1],
        ['t', 1],
        ['v', 1],
      ])
    })
  })

  it('moves its probe on every change that introspection shows, also within one second', async () => {
    const seen = [await db.probe()]
    for (const statement of [
      'create table a (id int primary key, n int)',
      'create table b (id int primary key, n int)',
      'rename table a to x, b to a, x to b',
      'insert into a values (1, 1)',
      'alter table a add column m int',
      'alter table a drop column m, add column m int',
      'alter table a rename column n to m, rename column m to n',
      'alter table a add constraint positive check (n > 0)',
      'alter table a alter check positive not enforced',
      'alter table a alter column n set default 5',
      'create unique index u on a (m)',
      'alter table b add constraint f foreign key (n) references a (id)',
      'create view v as select n from a',
      'create or replace view v as select m as n from a',
      'truncate table b',
    ]) {
      await database.exec(statement)
      const now = await db.probe()
      if (statement.startsWith('insert')) expect(now).to.equal(seen.at(-1))
      else expect(seen, statement).to.not.include(now)
      seen.push(now)
    }
  })

  it('classifies errors of its own', async () => {
    await database.exec(
      'create table f (id int primary key, n int not null, u varchar(9) unique, k int, j json, g int as (n + 1), constraint big check (k < 9))',
      "insert into f (id, n, u) values (1, 1, 'a')",
      'create view fv as select n, count(*) as c from f group by n',
    )
    const expected: readonly (readonly [string, string, object])[] = [
      ['select * from nowhere.f', 'schema', {}],
      ['insert into f (id, n, g) values (7, 1, 1)', 'schema', {}],
      ["insert into f (id, n, u) values (2, 1, 'a')", 'unique', { constraint: 'u' }],
      ['insert into f (id, n) values (1, 1)', 'unique', { constraint: 'PRIMARY' }],
      ['insert into f (id, n, k) values (2, 1, 9)', 'check', { constraint: 'big' }],
      ["insert into f (id, n) values (2, 'abc')", 'value', { column: 'n' }],
      ["insert into f (id, n, j) values (2, 1, '{')", 'value', {}],
      ['insert into f (id, n) values (99999999999, 1)', 'out-of-range', { column: 'id' }],
      ['insert into fv (n) values (1)', 'read-only', {}],
    ]
    for (const [statement, kind, facts] of expected) {
      const error = await failure(db.query(raw(statement)), statement)
      expect([error.kind, error.facts], statement).to.deep.equal([kind, facts])
    }
    await db.transaction(async (one) => {
      await one.query(raw('select * from f where id = 1 for update'))
      expect((await failure(db.query(raw('select * from f where id = 1 for update nowait')))).kind).to.equal('retry')
    })
  })

  describe('time limits', () => {
    const endless =
      'select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c'
    for (const kind of ['pool', 'host'] as const) {
      it(`end reads and writes (${kind})`, async () => {
        await database.exec('create table t (id int primary key, n int)', 'insert into t values (1, 0)')
        const kysely = kind === 'host' ? hostKysely(database) : undefined
        const target = await mysql.open(kysely === undefined ? { dsn: new URL(database.dsn) } : { kysely }, {
          ...settings,
          statementTimeout: 300,
        })
        expect((await failure(target.query(raw(endless)))).kind).to.equal('timeout')
        const waiting = await db.transaction(async (holder) => {
          await holder.query(raw('update t set n = 1'))
          return Promise.all([
            failure(target.query(raw('update t set n = 2'))),
            failure(target.transaction((session) => session.query(raw('select n from t for update')))),
          ])
        })
        expect(waiting.map((error) => error.kind)).to.deep.equal(['timeout', 'timeout'])
        expect((await target.query(raw('select n from t'))).rows.flat().map(String)).to.deep.equal(['1'])
        await target.close()
        await kysely?.destroy()
      })
    }
  })

  it("runs a host's statements in UTC and strict mode, whatever its sessions are", async () => {
    await database.exec('create table t (id int auto_increment primary key, at timestamp null, n tinyint)')
    const kysely = hostKysely(database)
    const target = await mysql.open({ kysely }, settings)
    await target.transaction(async ({ query }) => {
      await query(raw("set session time_zone = '+05:00', sql_mode = 'ANSI_QUOTES'"))
      await query(raw("insert into t (id, at) values (0, '2024-01-01 00:00:00')"))
      const { rows } = await query(raw('select cast(id as char) as i, cast(at as char) as a from t'))
      expect(rows).to.deep.equal([['0', '2024-01-01 00:00:00']])
      expect((await failure(query(raw('insert into t (n) values (999)')))).kind).to.equal('out-of-range')
      const { insertId } = await query(raw('insert into t (n) values (1)'))
      expect(insertId).to.match(/^\d+$/)
    })
    expect(await database.value('select unix_timestamp(at) from t where id = 0')).to.equal('1704067200')
    await target.close()
    await kysely.destroy()
  })

  describe('new rows, which its INSERT cannot answer with', () => {
    let api: Api
    const create = async (...statements: string[]) => {
      await database.exec(...statements)
      api = await serve(database.dsn)
    }
    const post = (table: string, body: object) => api.request.post(path(table)).send(body)
    afterEach(() => api.close())

    it('are numbered by the database, one or many, with what it computed', async () => {
      await create(
        `create table t (id int auto_increment primary key, v varchar(9), at datetime(6) default current_timestamp(6),
          twice varchar(20) as (concat(v, v)), price decimal(6,2) default 1.5)`,
      )
      expect((await post('t', { v: 'a' }).expect(201)).body.resource[0]).to.deep.include({
        id: 1,
        v: 'a',
        twice: 'aa',
        price: '1.50',
      })
      await database.exec('alter table t auto_increment = 40')
      const { body } = await post('t', [{ v: 'x' }, { v: 'y' }, { id: 7, v: 'z' }, { v: 'w' }, {}]).expect(201)
      expect(body.resource.map(({ id, v }: { id: number; v: string }) => [id, v])).to.deep.equal([
        [40, 'x'],
        [41, 'y'],
        [7, 'z'],
        [42, 'w'],
        [43, null],
      ])
      expect(body.resource[0].at).to.equal((await api.request.get(path('t', 40))).body.at)
    })

    it('come in the order they were sent, by keys of any spelling', async () => {
      await create('create table t (a decimal(6,2), b varchar(9), v int, primary key (a, b))')
      const rows = [
        { a: '2', b: 'Z', v: 1 },
        { a: '1.5', b: 'a', v: 2 },
        { a: '1.50', b: 'b', v: 3 },
      ]
      const { body } = await post('t', rows).expect(201)
      expect(body.resource.map(({ a, v }: { a: string; v: number }) => [a, v])).to.deep.equal([
        ['2.00', 1],
        ['1.50', 2],
        ['1.50', 3],
      ])
    })

    it('may have a key that a default expression makes', async () => {
      await create(
        `create table t (id char(36) default (uuid()) primary key, v varchar(3), upper varchar(3) as (upper(v)), n int default 5,
          check (v <> 'no'))`,
      )
      const { body } = await post('t', [{ v: 'a' }, { v: 'b' }]).expect(201)
      expect(body.resource.map(({ id, ...rest }: { id: string }) => [id.length, rest])).to.deep.equal([
        [36, { v: 'a', upper: 'A', n: 5 }],
        [36, { v: 'b', upper: 'B', n: 5 }],
      ])
      const [first] = body.resource
      expect((await api.request.get(path('t', first.id)).expect(200)).body).to.deep.equal(first)
      const broken = (await post('t', [{ v: 'c' }, { v: 'no' }]).expect(409)).body
      expect([broken.code, broken.error.context.constraint]).to.deep.equal(['check-violation', 't_chk_1'])
      expect(await database.value('select count(*) from t')).to.equal('2')
    })

    it('need no key, nor differ from others', async () => {
      await create(
        'create table log (line varchar(9), at datetime(6) default current_timestamp(6), n decimal(4,1))',
        'create table counted (id int auto_increment, v varchar(9), key (id))',
      )
      const { body } = await post('log', [{ line: 'same', n: '1' }, { line: 'same', n: '1' }, {}]).expect(201)
      expect(body.resource.map(({ line, n }: { line: string; n: string }) => [line, n])).to.deep.equal([
        ['same', '1.0'],
        ['same', '1.0'],
        [null, null],
      ])
      expect(await database.value(`select count(*) from log where at = '${body.resource[0].at.replace('T', ' ')}'`)).to.equal('1')
      expect((await post('counted', [{ v: 'a' }, { v: 'b' }])).body.resource.map(({ id }: { id: number }) => id)).to.deep.equal([
        1, 2,
      ])
    })

    it('are as a trigger leaves them, and refused where it changes their keys', async () => {
      await create(
        'create table t (id int primary key, v varchar(9))',
        'create trigger tidy before insert on t for each row set new.v = upper(new.v), new.id = if(new.id = 9, 90, new.id)',
      )
      expect((await post('t', { id: 1, v: 'a' }).expect(201)).body.resource).to.deep.equal([{ id: 1, v: 'A' }])
      expect((await post('t', { id: 9, v: 'a' }).expect(503)).body.code).to.equal('contract-unservable')
      expect(await database.value('select count(*) from t')).to.equal('1')
    })

    it('are many at once: each is answered under its own number', async () => {
      const numbers = async (table: string, rows: object[]) =>
        (await post(table, rows).expect(201)).body.resource.map(({ id, v }: { id: number; v: string }) => [id, v])
      const three = [{ v: 'a' }, { v: 'b' }, { v: 'c' }]
      await create(
        'create table t (id int auto_increment primary key, v varchar(9) unique)',
        'create table loose (id int auto_increment primary key, v varchar(9)) engine = MyISAM',
        'create table louder (id int auto_increment primary key, v varchar(9))',
        'create trigger louder_in before insert on louder for each row set new.v = upper(new.v)',
        'create table backwards (id int auto_increment primary key, v varchar(9))',
        "insert into backwards values (98, 'x'), (99, 'y')",
        'create trigger backwards_in before insert on backwards for each row set new.id = 100 - ascii(new.v) + 97 - 3',
      )
      expect(await numbers('t', three)).to.deep.equal([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
      expect((await post('t', [{ v: 'd' }, { v: 'a' }]).expect(409)).body.code).to.equal('unique-violation')
      expect(await database.value('select count(*) from t')).to.equal('3')
      expect((await numbers('loose', three)).map(([, v]: [number, string]) => v)).to.deep.equal(['a', 'b', 'c'])
      expect((await numbers('louder', three)).map(([, v]: [number, string]) => v)).to.deep.equal(['A', 'B', 'C'])
      expect(await numbers('backwards', three)).to.deep.equal([
        [97, 'a'],
        [96, 'b'],
        [95, 'c'],
      ])
      await database.exec('set global auto_increment_increment = 5')
      await api.close()
      try {
        api = await serve(database.dsn)
        const [[first], [second]] = await numbers('t', [{ v: 'k' }, { v: 'l' }])
        expect(second - first).to.equal(5)
      } finally {
        await database.exec('set global auto_increment_increment = 1')
      }
    })

    it('are refused by name where the account may not make the table they need', async () => {
      const user = `faucet_${process.pid}`
      await database.exec(
        'create table t (id char(36) default (uuid()) primary key, v int)',
        'create table log (v int)',
        `create user ${user}@'%' identified by ''`,
        `grant select, insert on ${db.schema}.* to ${user}@'%'`,
      )
      const dsn = new URL(database.dsn)
      dsn.username = user
      dsn.password = ''
      api = await serve(dsn.href)
      try {
        expect((await post('t', { v: 1 }).expect(400)).body.code).to.equal('missing-value')
        expect((await post('log', { v: 1 }).expect(400)).body.code).to.equal('no-primary-key')
        await post('t', { id: 'mine', v: 1 }).expect(201)
      } finally {
        await database.exec(`drop user ${user}@'%'`)
      }
    })
  })

  it('says exactly which number an INSERT made', async () => {
    await database.exec('create table t (id bigint unsigned auto_increment primary key) auto_increment = 18446744073709551610')
    expect((await db.query(raw('insert into t values ()'))).insertId).to.equal('18446744073709551610')
  })

  it('tells MySQL from MariaDB, at a DSN and behind a Kysely instance', async () => {
    const swapped = new URL(database.dsn.replace(/^mysql:/, 'mariadb:'))
    const kysely = hostKysely(database)
    for (const open of [() => mariadb.open({ dsn: swapped }, settings), () => mariadb.open({ kysely }, settings)]) {
      const wrong = await open()
      for (const use of [() => wrong.probe(), () => wrong.introspect(null), () => wrong.query(raw('select 1'))]) {
        const error: unknown = await use().catch((reason: unknown) => reason)
        expect(isFaucetError(error) && [error.code, error.hint]).to.deep.equal([
          'invalid-config',
          'use a DSN with mysql://, or the engine "mysql"',
        ])
      }
      await wrong.close()
    }
    await kysely.destroy()
  })
})

describeEngine('mariadb', 'mysql at a MariaDB server', () => {
  it('says that it is MariaDB', async () => {
    const dsn = new URL(mariadbUrl.replace(/^mariadb:/, 'mysql:'))
    dsn.pathname = '/information_schema'
    const wrong = await mysql.open({ dsn }, settings)
    const error: unknown = await wrong.probe().catch((reason: unknown) => reason)
    expect(isFaucetError(error) && [error.code, error.hint]).to.deep.equal([
      'invalid-config',
      'use a DSN with mariadb://, or the engine "mariadb"',
    ])
    await wrong.close()
  })
})
