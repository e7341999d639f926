import { expect } from 'chai'
import { Kysely, SqliteDialect } from 'kysely'
import { sqlite } from '../../adapters/database/sqlite/index.js'
import type { HostKysely } from '../../lib/database.js'
import { columnOf, type LiveSchema, tableOf } from '../../lib/schema/table.js'
import { createFiles, settings } from './sqlite-files.js'

describe('sqlite introspection', () => {
  const files = createFiles()
  after(() => files.clean())

  async function read(script: string): Promise<LiveSchema> {
    const path = files.path()
    files.raw(path, script)
    return (await files.open(path)).introspect(null)
  }
  async function table(name: string, script: string) {
    const found = tableOf((await read(script)).tables, name)
    if (found === undefined) throw new Error(`no table ${name}`)
    return found
  }

  it('describes a table whole', async () => {
    const orders = await table(
      'orders',
      `create table "User" ("Id" integer primary key, mail text unique);
       create table orders (id integer primary key autoincrement, user_id int not null references user(ID) on delete cascade on update set null,
         mail text constraint by_mail references "User"(mail), total decimal(10,2) default 0.00 check (total >= 0), state varchar(9) not null default 'it''s new',
         made datetime default current_timestamp, twice as (total * 2) stored, other text collate nocase,
         constraint "known state" check (state in ('it''s new', 'check (x)')), unique (user_id, made), foreign key (other) references gone(x));
       create unique index by_total on orders (total desc); create unique index partial on orders (state) where id > 5;
       create unique index expressed on orders (lower(state)); create index plain on orders (made)`,
    )
    expect(
      orders.columns.map(({ name, type, nativeType, nullable, identity, generated, default: value }) => [
        name,
        type.name,
        nativeType,
        nullable,
        identity,
        generated,
        value,
      ]),
    ).to.deep.equal([
      ['id', 'integer', 'INTEGER', false, 'by-default', false, null],
      ['user_id', 'integer', 'INT', false, 'none', false, null],
      ['mail', 'string', 'TEXT', true, 'none', false, null],
      ['total', 'decimal', 'decimal(10,2)', true, 'none', false, { kind: 'literal', value: '0.00' }],
      ['state', 'string', 'varchar(9)', false, 'none', false, { kind: 'literal', value: `it's new` }],
      ['made', 'string', 'datetime', true, 'none', false, { kind: 'expression' }],
      ['twice', 'any', 'no type', true, 'none', true, null],
      ['other', 'string', 'TEXT', true, 'none', false, null],
    ])
    expect(orders.primaryKey).to.deep.equal(['id'])
    expect(orders.uniqueKeys).to.deep.equal([
      { name: 'autoindex_1', columns: ['user_id', 'made'] },
      { name: 'by_total', columns: ['total'] },
    ])
    expect(orders.foreignKeys).to.deep.equal([
      {
        name: 'by_mail',
        columns: ['mail'],
        references: { table: 'User', columns: ['mail'] },
        onDelete: 'no action',
        onUpdate: 'no action',
      },
      {
        name: 'fk_1',
        columns: ['user_id'],
        references: { table: 'User', columns: ['Id'] },
        onDelete: 'cascade',
        onUpdate: 'set null',
      },
      {
        name: 'fk_3',
        columns: ['other'],
        references: { table: 'gone', columns: ['x'] },
        onDelete: 'no action',
        onUpdate: 'no action',
      },
    ])
    expect(orders.checks).to.deep.equal([
      { name: 'check_1', expression: 'total >= 0' },
      { name: 'known state', expression: `state in ('it''s new', 'check (x)')` },
    ])
  })

  it('knows which primary keys exclude NULL', async () => {
    const nullable = async (definition: string) => {
      const { columns } = await table('t', `create table t ${definition}`)
      return columns.filter(({ name }) => name.startsWith('k')).map((column) => [column.nullable, column.identity])
    }
    expect(await nullable('(k integer primary key)')).to.deep.equal([[false, 'by-default']])
    expect(await nullable('(k INTEGER, x, primary key (k))')).to.deep.equal([[false, 'by-default']])
    expect(await nullable('(k integer primary key desc)')).to.deep.equal([[true, 'none']])
    expect(await nullable('(k int primary key)')).to.deep.equal([[true, 'none']])
    expect(await nullable('(k text primary key not null)')).to.deep.equal([[false, 'none']])
    expect(await nullable('(k text primary key) without rowid')).to.deep.equal([[false, 'none']])
    expect(await nullable('(k integer primary key) without rowid')).to.deep.equal([[false, 'none']])
    expect(await nullable('(k text primary key) strict')).to.deep.equal([[false, 'none']])
    expect(await nullable('(k1 text, k2 int, primary key (k2, k1))')).to.deep.equal([
      [true, 'none'],
      [true, 'none'],
    ])
    expect((await table('t', 'create table t (k1, k2, primary key (k2, k1))')).primaryKey).to.deep.equal(['k2', 'k1'])
    expect((await table('t', 'create table t (x)')).primaryKey).to.equal(null)
  })

  it('reads defaults', async () => {
    const { columns } = await table(
      't',
      `create table t (a default 42, b default -1.5e3, c default +7, d default null, e default true, f default x'01', g default ('p'), h default (1 + 1),
        i default current_date, j default (strftime('%s')), k default "dq", l default bare, m default [br], n default '', o)`,
    )
    const literal = (value: string) => ({ kind: 'literal', value })
    expect(columns.map((column) => column.default)).to.deep.equal([
      literal('42'),
      literal('-1.5e3'),
      literal('7'),
      null,
      literal('true'),
      literal(`x'01'`),
      literal('p'),
      { kind: 'expression' },
      { kind: 'expression' },
      { kind: 'expression' },
      literal('dq'),
      literal('bare'),
      literal('br'),
      literal(''),
      null,
    ])
  })

  it('leaves out what is not to be served', async () => {
    const { tables } = await read(
      `create table t (id integer primary key autoincrement, a text, b); create view v as select a, b, count(*) n, id from t; create view broken as select x from gone_later;
       create table gone_later (x); drop table gone_later; create virtual table notes using fts5(body); create index i on t (a); insert into t (a) values (1); analyze;
       create temp table hidden (x); create temp table t (other); create trigger tr after insert on t begin select 1; end`,
    )
    expect(tables.map(({ name, kind }) => [name, kind])).to.deep.equal([
      // Left out, it would be taken for dropped.
      ['broken', 'view'],
      ['notes', 'table'],
      ['t', 'table'],
      ['v', 'view'],
    ])
    expect(tableOf(tables, 'broken')?.columns).to.deep.equal([])
    expect(tableOf(tables, 'notes')?.columns.map(({ name }) => name)).to.deep.equal(['body'])
    const view = tableOf(tables, 'v')
    expect([view?.primaryKey, view?.uniqueKeys]).to.deep.equal([null, []])
    expect(view?.columns.map(({ name, type, nullable }) => [name, type.name, nullable])).to.deep.equal([
      ['a', 'string', true],
      ['b', 'any', true],
      ['n', 'any', true],
      ['id', 'integer', true],
    ])
  })

  it('keeps hostile names', async () => {
    const live = await read(
      `create table "__proto__" ("constructor" int, "select" int, "a.b" int, "weird ""name""" int, "😀" int, primary key ("a.b", "😀"));
       create table "it's ] [x]" ("to String" int references "__proto__" ("select"), check ("to String" <> ')'), unique ("to String")); create view "order" as select "a.b" from "__proto__"`,
    )
    expect(live.tables.map(({ name }) => name)).to.deep.equal(['__proto__', `it's ] [x]`, 'order'])
    expect(live.tables[0]?.columns.map(({ name }) => name)).to.deep.equal(['constructor', 'select', 'a.b', 'weird "name"', '😀'])
    expect(live.tables[0]?.primaryKey).to.deep.equal(['a.b', '😀'])
    expect(live.tables[1]?.foreignKeys[0]?.references).to.deep.equal({ table: '__proto__', columns: ['select'] })
    expect(live.tables[1]?.checks).to.deep.equal([{ name: 'check_1', expression: `"to String" <> ')'` }])
    expect(new Set(live.tables.flatMap(({ id, columns }) => [id, ...columns.map((column) => column.id)])).size).to.equal(
      3 + 5 + 1 + 1,
    )
  })

  it('gives the same bytes each time, whoever opens the file, and probe() is the reading’s', async () => {
    const path = files.path()
    files.raw(path, 'create table b (id integer primary key, x text); create table a (y int check (y > 0))')
    const database = await files.open(path)
    const first = await database.introspect(null)
    const bytes = JSON.stringify(first)
    expect(JSON.stringify(await database.introspect(null))).to.equal(bytes)
    expect(JSON.stringify(await database.introspect(first))).to.equal(bytes)
    expect(JSON.stringify(await database.introspect(JSON.parse(bytes) as LiveSchema))).to.equal(bytes)
    expect(await database.probe()).to.equal(first.probe)
    const host = new Kysely<never>({ dialect: new SqliteDialect({ database: files.raw(path) }) })
    const hosted = await sqlite.open({ kysely: host as unknown as HostKysely }, settings)
    expect(JSON.stringify(await hosted.introspect(first))).to.equal(bytes)
    expect(await hosted.probe()).to.equal(first.probe)
    expect(first.tables.map(({ name }) => name)).to.deep.equal(['a', 'b'])
  })

  it('probes what changes the schema and nothing else', async () => {
    const path = files.path()
    const other = files.raw(path, 'create table t (a)')
    const database = await files.open(path)
    const before = await database.probe()
    other.exec('insert into t values (1); begin; alter table t add b; rollback; create temp table x (a)')
    expect(await database.probe()).to.equal(before)
    other.exec('alter table t add b')
    expect(await database.probe()).to.not.equal(before)
  })

  it('serves a database in memory', async () => {
    const database = await files.open(':memory:')
    const empty = await database.introspect(null)
    expect(empty.tables).to.deep.equal([])
    await database.query(sqlite.sql.compile((await import('kysely')).sql`create table t (a int)`))
    const live = await database.introspect(empty)
    expect(live.scope).to.equal(empty.scope)
    expect(live.tables[0]?.columns[0]?.name).to.equal('a')
    expect(await database.probe()).to.equal(live.probe)
    expect((await (await files.open(':memory:')).introspect(null)).scope).to.not.equal(live.scope)
  })

  it('reads 1,000 tables of 20 columns', async () => {
    const path = files.path()
    const columns = Array.from({ length: 17 }, (_, index) => `c${index} varchar(40)`).join()
    const tables = Array.from(
      { length: 1000 },
      (_, index) =>
        `create table t${index} (id integer primary key, n int check (n > 0), parent int references t0, ${columns}, unique (c1));`,
    )
    files.raw(path, `begin; ${tables.join('\n')} commit`)
    const database = await files.open(path)
    const live = await database.introspect(null)
    expect(live.tables.length).to.equal(1000)
    expect(columnOf(live.tables[999] as (typeof live.tables)[number], 'c16')?.type.name).to.equal('string')
    expect(
      live.tables.every(
        (one) =>
          one.columns.length === 20 && one.checks.length === 1 && one.foreignKeys.length === 1 && one.uniqueKeys.length === 1,
      ),
    ).to.equal(true)
  })
})
