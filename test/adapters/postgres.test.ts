import { expect } from 'chai'
import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { postgres } from '../../adapters/database/postgres/index.js'
import {
  type Database,
  DatabaseError,
  type DatabaseSettings,
  type HostKysely,
  type Parameter,
  type Row,
} from '../../lib/database.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { type Column, columnOf, type LiveSchema, type Table, tableOf } from '../../lib/schema/table.js'
import { describeEngine, postgresUrl } from '../support/databases.js'

const server = new URL(postgresUrl)
const name = `faucet_pg_${process.pid}`
const role = `faucet_role_${process.pid}`
const settings: DatabaseSettings = { poolMax: 4, connectTimeout: 5000, statementTimeout: 15_000, onConnectionError: () => {} }

function urlOf(schema: string, over: { user?: string; host?: string; port?: string; database?: string } = {}): URL {
  const url = new URL(server)
  url.pathname = `/${over.database ?? name}`
  url.searchParams.set('schema', schema)
  if (over.user !== undefined) url.username = over.user
  if (over.port !== undefined) url.port = over.port
  return url
}

const open = (schema: string, over: Partial<DatabaseSettings> = {}, user?: string): Promise<Database> =>
  postgres.open({ dsn: urlOf(schema, user === undefined ? {} : { user }) }, { ...settings, ...over })

const compile = (query: RawBuilder<unknown>): CompiledQuery => postgres.sql.compile(query)
const raw = (text: string, parameters: readonly unknown[] = []): CompiledQuery => CompiledQuery.raw(text, [...parameters])

function needed<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value')
  return value
}

function tableNamed(live: LiveSchema, table: string): Table {
  return needed(tableOf(live.tables, table))
}

function column(live: LiveSchema, table: string, wanted: string): Column {
  return needed(columnOf(tableNamed(live, table), wanted))
}

async function failure(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).to.be.instanceOf(DatabaseError)
  return error as DatabaseError
}

/** A type, its neutral type, a value as the library would bind it, and the JSON text it must come back as. */
const values: readonly (readonly [native: string, type: ColumnType, value: Parameter, json: string])[] = [
  ['boolean', { name: 'boolean' }, true, 'true'],
  ['smallint', { name: 'integer', bits: 16, unsigned: false }, -32768, '-32768'],
  ['integer', { name: 'integer', bits: 32, unsigned: false }, 2147483647, '2147483647'],
  ['bigint', { name: 'bigint', unsigned: false }, '9007199254740993', '"9007199254740993"'],
  ['numeric(10,2)', { name: 'decimal', precision: 10, scale: 2, unsigned: false }, '19.9', '"19.90"'],
  ['numeric(3,-2)', { name: 'decimal', precision: 3, scale: -2, unsigned: false }, '12345', '"12300"'],
  [
    'numeric',
    { name: 'decimal', precision: null, scale: null, unsigned: false },
    '12345678901234567890.123456789012345678',
    '"12345678901234567890.123456789012345678"',
  ],
  ['numeric', { name: 'decimal', precision: null, scale: null, unsigned: false }, 'NaN', '"NaN"'],
  ['real', { name: 'float', bits: 32 }, 1.1, '1.1'],
  ['double precision', { name: 'float', bits: 64 }, 0.30000000000000004, '0.30000000000000004'],
  ['double precision', { name: 'float', bits: 64 }, 1e21, '1e+21'],
  ['double precision', { name: 'float', bits: 64 }, 'NaN', '"NaN"'],
  ['double precision', { name: 'float', bits: 64 }, '-Infinity', '"-Infinity"'],
  ['text', { name: 'string', length: null, fixed: false }, 'a"b\\c\nü😀  ', JSON.stringify('a"b\\c\nü😀  ')],
  ['varchar(9)', { name: 'string', length: 9, fixed: false }, 'x ', '"x "'],
  ['varchar', { name: 'string', length: null, fixed: false }, '', '""'],
  ['char(4)', { name: 'string', length: 4, fixed: true }, 'x', '"x"'],
  ['name', { name: 'string', length: 63, fixed: false }, 'x', '"x"'],
  ['citext', { name: 'string', length: null, fixed: false }, 'MiXed', '"MiXed"'],
  ['mood', { name: 'enum', values: ['sad', 'a, "b"', 'ok'] }, 'a, "b"', JSON.stringify('a, "b"')],
  ['date', { name: 'date' }, '2024-02-29', '"2024-02-29"'],
  ['date', { name: 'date' }, 'infinity', '"infinity"'],
  ['date', { name: 'date' }, '0044-03-15 BC', '"0044-03-15 BC"'],
  ['time', { name: 'time', fraction: 6, zone: false }, '23:59:59.5', '"23:59:59.5"'],
  ['time(2)', { name: 'time', fraction: 2, zone: false }, '23:59:59.123', '"23:59:59.12"'],
  ['timetz', { name: 'time', fraction: 6, zone: true }, '23:59:59+01:00', '"23:59:59+01:00"'],
  ['timetz', { name: 'time', fraction: 6, zone: true }, '23:59:59-05:30', '"23:59:59-05:30"'],
  ['timestamp', { name: 'timestamp', fraction: 6, zone: false }, '2024-02-29T12:00:00.000001', '"2024-02-29T12:00:00.000001"'],
  ['timestamp(0)', { name: 'timestamp', fraction: 0, zone: false }, '2024-02-29T12:00:00.4', '"2024-02-29T12:00:00"'],
  ['timestamp', { name: 'timestamp', fraction: 6, zone: false }, '-infinity', '"-infinity"'],
  ['timestamptz', { name: 'timestamp', fraction: 6, zone: true }, '2024-07-01T12:00:00.678901Z', '"2024-07-01T12:00:00.678901Z"'],
  ['timestamptz', { name: 'timestamp', fraction: 6, zone: true }, '2024-07-01T12:00:00+02:00', '"2024-07-01T10:00:00Z"'],
  ['timestamptz', { name: 'timestamp', fraction: 6, zone: true }, 'infinity', '"infinity"'],
  ['timestamptz', { name: 'timestamp', fraction: 6, zone: true }, '0044-03-15 12:00:00+00 BC', '"0044-03-15T12:00:00Z BC"'],
  ['interval', { name: 'interval' }, 'P1Y2M3DT4H5M6.789S', '"P1Y2M3DT4H5M6.789S"'],
  ['interval', { name: 'interval' }, 'P-1Y-2M3DT-4H-5M-6.5S', '"P-1Y-2M3DT-4H-5M-6.5S"'],
  ['interval', { name: 'interval' }, 'PT0S', '"PT0S"'],
  ['interval', { name: 'interval' }, 'PT100H', '"PT100H"'],
  ['uuid', { name: 'uuid' }, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
  ['bytea', { name: 'binary', length: null }, Buffer.from('00ff5c78', 'hex'), '"AP9ceA=="'],
  ['bytea', { name: 'binary', length: null }, Buffer.alloc(200, 1), `"${Buffer.alloc(200, 1).toString('base64')}"`],
  ['bytea', { name: 'binary', length: null }, Buffer.alloc(0), '""'],
  ['json', { name: 'json' }, '{"b":  9007199254740993,\n"a":1.0}', '{"b":  9007199254740993, "a":1.0}'],
  ['jsonb', { name: 'json' }, '{"b": 9007199254740993, "a":1.0}', '{"a": 1.0, "b": 9007199254740993}'],
  ['jsonb', { name: 'json' }, 'null', 'null'],
  ['integer[]', { name: 'array', items: { name: 'integer', bits: 32, unsigned: false } }, [1, null, 3], '[1,null,3]'],
  [
    'integer[]',
    { name: 'array', items: { name: 'integer', bits: 32, unsigned: false } },
    [
      [1, 2],
      [3, 4],
    ],
    '[[1,2],[3,4]]',
  ],
  ['integer[]', { name: 'array', items: { name: 'integer', bits: 32, unsigned: false } }, [], '[]'],
  ['bigint[]', { name: 'array', items: { name: 'bigint', unsigned: false } }, ['9007199254740993'], '["9007199254740993"]'],
  ['boolean[]', { name: 'array', items: { name: 'boolean' } }, [true, false], '[true,false]'],
  [
    'numeric(6,3)[]',
    { name: 'array', items: { name: 'decimal', precision: 6, scale: 3, unsigned: false } },
    ['1.5', 'NaN'],
    '["1.500","NaN"]',
  ],
  [
    'text[]',
    { name: 'array', items: { name: 'string', length: null, fixed: false } },
    ['a,b', 'c"d\\', 'NULL', '', null, '{}'],
    JSON.stringify(['a,b', 'c"d\\', 'NULL', '', null, '{}']),
  ],
  ['char(3)[]', { name: 'array', items: { name: 'string', length: 3, fixed: true } }, ['x'], '["x"]'],
  [
    'mood[]',
    { name: 'array', items: { name: 'enum', values: ['sad', 'a, "b"', 'ok'] } },
    ['ok', 'a, "b"'],
    '["ok","a, \\"b\\""]',
  ],
  ['date[]', { name: 'array', items: { name: 'date' } }, ['2024-02-29', null], '["2024-02-29",null]'],
  [
    'timestamptz[]',
    { name: 'array', items: { name: 'timestamp', fraction: 6, zone: true } },
    [
      ['2024-07-01T12:00:00+02:00', null],
      ['2024-07-01T12:00:00Z', 'infinity'],
    ],
    '[["2024-07-01T10:00:00Z",null],["2024-07-01T12:00:00Z","infinity"]]',
  ],
  ['timestamptz[]', { name: 'array', items: { name: 'timestamp', fraction: 6, zone: true } }, [], '[]'],
  ['timetz[]', { name: 'array', items: { name: 'time', fraction: 6, zone: true } }, ['01:00:00Z'], '["01:00:00+00:00"]'],
  ['interval[]', { name: 'array', items: { name: 'interval' } }, ['P1D', 'PT1H'], '["P1D","PT1H"]'],
  ['bytea[]', { name: 'array', items: { name: 'binary', length: null } }, [Buffer.from('ab'), Buffer.alloc(0)], '["YWI=",""]'],
  ['jsonb[]', { name: 'array', items: { name: 'json' } }, ['{"a": "x\\"y"}', '[1]'], '[{"a": "x\\"y"},[1]]'],
  [
    'uuid[]',
    { name: 'array', items: { name: 'uuid' } },
    ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]',
  ],
  ['posint', { name: 'integer', bits: 32, unsigned: false }, 5, '5'],
  ['posint[]', { name: 'array', items: { name: 'integer', bits: 32, unsigned: false } }, [5], '[5]'],
  ['money', { name: 'other', native: 'money' }, '12.34', '"$12.34"'],
  ['inet', { name: 'other', native: 'inet' }, '1.2.3.4', '"1.2.3.4"'],
  ['bit(3)', { name: 'other', native: 'bit(3)' }, '101', '"101"'],
  ['tsvector', { name: 'other', native: 'tsvector' }, 'a b', JSON.stringify("'a' 'b'")],
  ['int4range', { name: 'other', native: 'int4range' }, '[1,5)', '"[1,5)"'],
  ['point', { name: 'other', native: 'point' }, '(1,2)', '"(1,2)"'],
  ['box[]', { name: 'other', native: 'box[]' }, '{(1,1),(0,0);(2,2),(0,0)}', '"{(1,1),(0,0);(2,2),(0,0)}"'],
  ['pair', { name: 'other', native: 'kinds.pair' }, '(1,x)', '"(1,x)"'],
  ['oid', { name: 'other', native: 'oid' }, '7', '"7"'],
]

const kinds = `create schema kinds; set search_path = kinds, public;
  create type mood as enum ('sad', 'ok'); alter type mood add value 'a, "b"' before 'ok';
  create type pair as (a int, b text); create domain posint as int check (value > 0);
  create table v (n int primary key, ${values.map(([native], at) => `c${at} ${native}`).join(', ')})`

describeEngine('postgres', 'postgres', () => {
  let admin: pg.Client

  before(async () => {
    const outer = new pg.Client({ connectionString: server.href })
    await outer.connect()
    await outer.query(`create database ${name}`)
    await outer.query(`create role ${role} login`)
    await outer.end()
    admin = new pg.Client({ connectionString: urlOf('public').href })
    await admin.connect()
    await admin.query('create extension citext')
    await admin.query(kinds)
  })

  after(async () => {
    await admin.query(`drop owned by ${role}`)
    await admin.end()
    const outer = new pg.Client({ connectionString: server.href })
    await outer.connect()
    await outer.query(`drop database ${name} with (force)`)
    await outer.query(`drop role ${role}`)
    await outer.end()
  })

  /** Runs `work` with a fresh schema and a database on it. */
  async function within(
    schema: string,
    ddl: string,
    work: (db: Database) => Promise<void>,
    over: Partial<DatabaseSettings> = {},
  ) {
    await admin.query(`create schema ${schema}; set search_path = ${schema}, public; ${ddl}`)
    const db = await open(schema, over)
    try {
      await work(db)
    } finally {
      await db.close()
      await admin.query(`set search_path = public; drop schema ${schema} cascade`)
    }
  }

  /** A host's pool with every session setting turned away from what we would choose, and the driver's own parsers. */
  async function withHost(work: (db: Database, host: Kysely<unknown>) => Promise<void>, options = ''): Promise<void> {
    const pool = new pg.Pool({ connectionString: urlOf('kinds').href, max: 2, options })
    const host = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    const db = await postgres.open({ kysely: host as unknown as HostKysely }, settings)
    try {
      await work(db, host)
    } finally {
      await db.close()
      await host.destroy()
    }
  }

  const hostile =
    '-c datestyle=German -c timezone=America/New_York -c intervalstyle=sql_standard -c bytea_output=escape -c search_path=kinds'

  describe('values', () => {
    it('shows instants in UTC, whatever zone the session prints them in', () => {
      const encode = postgres.sql.encoder({ name: 'timestamp', fraction: 6, zone: true })
      const printed = [
        ['2024-05-01 00:20:30.123456+02', '2024-04-30T22:20:30.123456Z'],
        ['1890-01-01 00:00:00-00:01:15', '1890-01-01T00:01:15Z'],
        ['2024-05-01 10:20:30+00', '2024-05-01T10:20:30Z'],
        ['0044-03-15 00:00:00+00 BC', '0044-03-15T00:00:00Z BC'],
        ['infinity', 'infinity'],
      ]
      for (const [text, shown] of printed) expect(JSON.parse(encode(text))).to.equal(shown)
      for (const text of ['0044-03-15 00:00:00+02 BC', '05/01/2024 10:20:30 CEST', '2024-05-01'])
        expect(() => encode(text), text).to.throw(/timestamp/)
    })

    it('maps every type', async () => {
      const db = await open('kinds')
      const live = await db.introspect(null)
      values.forEach(([native, type], at) => {
        expect(column(live, 'v', `c${at}`).type, native).to.deep.equal(type)
      })
      await db.close()
    })

    async function roundTrip(db: Database): Promise<void> {
      const { bind, read, encoder, table } = postgres.sql
      const target = table('kinds', 'v')
      await db.query(compile(sql`delete from ${target}`))
      const names = values.map((_, at) => sql.id(`c${at}`))
      const bound = values.map(([, type, value]) => bind(value, type))
      const inserted = await db.query(compile(sql`insert into ${target} (n, ${sql.join(names)}) values (1, ${sql.join(bound)})`))
      expect(inserted.affected).to.equal(1)
      const list = sql.join(values.map(([, type], at) => sql`${read(needed(names[at]), type)} as ${sql.id(`c${at}`)}`))
      const { rows } = await db.query(compile(sql`select ${list} from ${target}`))
      values.forEach(([native, type, value, json], at) => {
        expect(encoder(type)(needed(rows[0])[at]), `${native} ${String(value)}`).to.equal(json)
      })
    }

    it('brings every value back exactly', async () => {
      const db = await open('kinds')
      await roundTrip(db)
      await db.close()
    })

    it("brings every value back exactly through a host's Kysely with the driver's own parsers", () => withHost(roundTrip))

    it('does not depend on the session settings of a host', () =>
      withHost(async (db) => {
        const { rows } = await db.query(raw('show datestyle'))
        expect(String(rows[0]?.[0])).to.match(/^German/)
        await roundTrip(db)
      }, hostile))

    it('reads NULL of every type as null', async () => {
      const db = await open('kinds')
      await db.query(raw('delete from kinds.v'))
      await db.query(raw('insert into kinds.v (n) values (1)'))
      const list = sql.join(
        values.map(([, type], at) => sql`${postgres.sql.read(sql.id(`c${at}`), type)} as ${sql.id(`c${at}`)}`),
      )
      const { rows } = await db.query(compile(sql`select ${list} from kinds.v`))
      expect(needed(rows[0]).every((value) => value === null)).to.equal(true)
      await db.close()
    })

    it('compares a bound value with the operators and indexes of the column', async () => {
      await within(
        'cmp',
        `create table t (id uuid primary key, c citext unique, f char(3), x real, m kinds.mood)`,
        async (db) => {
          const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
          await db.query(raw(`insert into cmp.t values ($1, 'ABC', 'x', 0.1, 'ok')`, [id]))
          const { bind } = postgres.sql
          const count = async (condition: RawBuilder<unknown>) =>
            Number((await db.query(compile(sql`select count(*) as n from cmp.t where ${condition}`))).rows[0]?.[0])
          expect(await count(sql`c = ${bind('abc', { name: 'string', length: null, fixed: false })}`)).to.equal(1)
          expect(await count(sql`f = ${bind('x', { name: 'string', length: 3, fixed: true })}`)).to.equal(1)
          expect(await count(sql`x = ${bind(0.1, { name: 'float', bits: 32 })}`)).to.equal(1)
          expect(
            await count(
              sql`m in (${bind('ok', { name: 'enum', values: ['ok'] })}, ${bind('sad', { name: 'enum', values: ['ok'] })})`,
            ),
          ).to.equal(1)
          const plan = await db.transaction(async (session) => {
            await session.query(raw('set local enable_seqscan = off'))
            return session.query(compile(sql`explain select 1 from cmp.t where id = ${bind(id, { name: 'uuid' })}`))
          })
          expect(plan.rows.flat().join('\n')).to.match(/Index .*using t_pkey/)
        },
      )
    })

    it('LIKE has an escape character only when told', async () => {
      const db = await open('kinds')
      const matches = async (text: string, pattern: string, character: string | null) =>
        (
          await db.query(
            compile(
              sql`select ${postgres.sql.like(sql`${text}::text`, pattern, character, { name: 'string', length: null, fixed: false })} as m`,
            ),
          )
        ).rows[0]?.[0] === 't'
      expect(await matches('a\\b', 'a\\b', null)).to.equal(true)
      expect(await matches('a%b', 'a!%b', '!')).to.equal(true)
      expect(await matches('axb', 'a!%b', '!')).to.equal(false)
      expect(await matches('axb', 'a_b', '!')).to.equal(true)
      await db.close()
    })

    it('aggregates exactly', async () => {
      const ddl = `create table t (i int, b bigint, d numeric(10,2), r real, ok boolean, u uuid, y bytea, e kinds.mood, w timestamptz);
        insert into t values (2147483647, 9223372036854775807, 0.10, 1.5, true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x0102', 'ok', '2024-01-01 00:00:00+00'),
                             (2147483647, 9223372036854775807, 0.20, 2.5, false, 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x01', 'sad', '2025-01-01 00:00:00+00')`
      await within('agg', ddl, async (db) => {
        const live = await db.introspect(null)
        const value = async (fn: 'count' | 'sum' | 'avg' | 'min' | 'max', of: string, distinct = false) => {
          const { type } = column(live, 't', of)
          const result = postgres.sql.aggregateType(fn, type)
          const source = postgres.sql.aggregate(fn, distinct ? sql`distinct ${sql.id(of)}` : sql.id(of), type)
          const { rows } = await db.query(compile(sql`select ${postgres.sql.read(source, result)} as c0 from agg.t`))
          return postgres.sql.encoder(result)(rows[0]?.[0])
        }
        expect(await value('count', 'i', true)).to.equal('1')
        expect(await value('sum', 'i')).to.equal('"4294967294"')
        expect(await value('sum', 'b')).to.equal('"18446744073709551614"')
        expect(await value('avg', 'i')).to.match(/^"2147483647\.0+"$/)
        expect(await value('sum', 'd')).to.equal('"0.30"')
        expect(await value('sum', 'r')).to.equal('4')
        expect(await value('avg', 'r')).to.equal('2')
        expect(await value('min', 'ok')).to.equal('false')
        expect(await value('max', 'ok')).to.equal('true')
        expect(await value('min', 'u', true)).to.equal('"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"')
        expect(await value('max', 'y')).to.equal('"AQI="')
        expect(await value('min', 'e')).to.equal('"sad"')
        expect(await value('max', 'w')).to.equal('"2025-01-01T00:00:00Z"')
      })
    })
  })

  describe('introspection', () => {
    const ddl = `
      create domain required as text not null default 'dom';
      create sequence counter;
      create table parent (a int, b int, primary key (b, a));
      create table t (
        id serial primary key, always bigint generated always as identity, given int generated by default as identity, next int default nextval('counter'),
        plain text, word text not null default 'it''s', num numeric(6,2) default 1.50, neg int default -5, yes boolean default true, nul text default null,
        body jsonb default '{}', tags text[] default '{}', at timestamptz default now(), sum int generated always as (neg + 1) stored, dom required, over required default 'own',
        pa int, pb int, day date default '2024-01-01', gap interval default '1 day',
        constraint uq unique (word, plain), constraint fk foreign key (pb, pa) references parent (b, a) on delete cascade on update set null,
        constraint positive check (num   >
          0));
      create unique index part on t (plain) where yes; create unique index expr on t (lower(plain)); create unique index lone on t (neg) include (plain);
      create table empty (); create table parts (id int, d date) partition by range (d); create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
      create view vw as select id, dom from t; create materialized view mv as select id from t; create table gone (a int, b int, c int); alter table gone drop b`

    it('reads the checks of domains, and of the domains under them, with those of the tables that use them', async () => {
      const domains = `create domain small as int constraint low check (value < 100); create domain tiny as small constraint lower check (value < 10);
        create table t (a tiny, b tiny[], c small); create table u (a int); create view w as select a from t`
      await within('domains', domains, async (db) => {
        const live = await db.introspect(null)
        expect(live.tables.map(({ name, checks }) => [name, checks])).to.deep.equal([
          [
            't',
            [
              { name: 'low', expression: '(VALUE < 100)' },
              { name: 'lower', expression: '((VALUE)::integer < 10)' },
            ],
          ],
          ['u', []],
          ['w', []],
        ])
      })
    })

    it('reads columns, keys, constraints and defaults', async () => {
      await within('shape', ddl, async (db) => {
        const live = await db.introspect(null)
        expect(live.tables.map((table) => `${table.name} ${table.kind}`)).to.deep.equal([
          'empty table',
          'gone table',
          'mv view',
          'parent table',
          'parts table',
          't table',
          'vw view',
        ])
        const t = tableNamed(live, 't')
        expect(t.primaryKey).to.deep.equal(['id'])
        expect(tableNamed(live, 'parent').primaryKey).to.deep.equal(['b', 'a'])
        expect(t.uniqueKeys).to.deep.equal([
          { name: 'lone', columns: ['neg'] },
          { name: 'uq', columns: ['word', 'plain'] },
        ])
        expect(t.foreignKeys).to.deep.equal([
          {
            name: 'fk',
            columns: ['pb', 'pa'],
            references: { table: 'parent', columns: ['b', 'a'] },
            onDelete: 'cascade',
            onUpdate: 'set null',
          },
        ])
        expect(t.checks).to.deep.equal([{ name: 'positive', expression: '(num > (0)::numeric)' }])
        expect(tableNamed(live, 'gone').columns.map(({ name, id }) => [name, id?.split('.')[1]])).to.deep.equal([
          ['a', '1'],
          ['c', '3'],
        ])
        const of = (wanted: string) => column(live, 't', wanted)
        const literal = (value: string) => ({ kind: 'literal', value })
        expect(['id', 'always', 'given', 'next', 'plain'].map((one) => of(one).identity)).to.deep.equal([
          'by-default',
          'always',
          'by-default',
          'by-default',
          'none',
        ])
        expect(['id', 'always', 'given', 'next', 'plain', 'nul', 'sum'].map((one) => of(one).default)).to.deep.equal(
          Array(7).fill(null),
        )
        expect(of('word').default).to.deep.equal(literal("it's"))
        expect(of('num').default).to.deep.equal(literal('1.50'))
        expect(of('neg').default).to.deep.equal(literal('-5'))
        expect(of('yes').default).to.deep.equal(literal('true'))
        expect(of('body').default).to.deep.equal(literal('{}'))
        expect(of('tags').default).to.deep.equal(literal('{}'))
        expect(of('day').default).to.deep.equal(literal('2024-01-01'))
        expect(of('gap').default).to.deep.equal(literal('P1D'))
        expect(of('at').default).to.deep.equal({ kind: 'expression' })
        expect(of('dom').default).to.deep.equal(literal('dom'))
        expect(of('over').default).to.deep.equal(literal('own'))
        expect([of('dom').nullable, of('word').nullable, of('plain').nullable, column(live, 'vw', 'dom').nullable]).to.deep.equal(
          [false, false, true, true],
        )
        expect([of('sum').generated, of('neg').generated]).to.deep.equal([true, false])
        expect(of('num').nativeType).to.equal('numeric(6,2)')
      })
    })

    it('gives the same bytes twice, on every connection, and through a host with other settings', async () => {
      await within('twice', ddl, async (db) => {
        const first = JSON.stringify(await db.introspect(null))
        expect(JSON.stringify(await db.introspect(null))).to.equal(first)
        const pool = new pg.Pool({ connectionString: urlOf('twice').href, options: `${hostile} -c search_path=twice` })
        const host = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
        const other = await postgres.open({ kysely: host as unknown as HostKysely }, settings)
        expect(JSON.stringify(await other.introspect(null))).to.equal(first)
        expect(await other.probe()).to.equal(await db.probe())
        await host.destroy()
      })
    })

    it('serves hostile names', async () => {
      const names = ['__proto__', 'constructor', 'select', 'weird "name"', 'a.b', '😀', "it's", '$1', 'x'.repeat(63)]
      const quoted = names.map((one) => `"${one.replaceAll('"', '""')}"`)
      const tables = quoted.map((one) => `create table ${one} (${quoted.map((c) => `${c} int`).join(', ')})`).join(';')
      await within('"we.ird ""s"""', tables, async () => {
        const db = await open('we.ird "s"')
        const live = await db.introspect(null)
        expect(live.tables.map(({ name: one }) => one)).to.have.members(names)
        for (const table of names) {
          expect(tableNamed(live, table).columns.map(({ name: one }) => one)).to.deep.equal(names)
          const target = postgres.sql.table(db.schema, table)
          const row = await db.query(
            compile(sql`insert into ${target} (${sql.id(table)}) values (${1}) returning ${sql.id(table)} as c0`),
          )
          expect(row).to.deep.equal({ rows: [['1']], affected: 1 })
        }
        await db.close()
      })
    })

    it('keeps ids over renames and gives new ones after drop and add', async () => {
      await within('ident', 'create table t (a int, b text)', async (db) => {
        const before = tableNamed(await db.introspect(null), 't')
        await admin.query(
          'alter table ident.t rename a to a2; alter table ident.t rename to t2; alter table ident.t2 alter a2 type bigint',
        )
        const renamed = tableNamed(await db.introspect(null), 't2')
        expect(renamed.id).to.equal(before.id)
        expect(renamed.columns.map(({ id }) => id)).to.deep.equal(before.columns.map(({ id }) => id))
        await admin.query('alter table ident.t2 drop b, add b text')
        const added = tableNamed(await db.introspect(null), 't2')
        expect(added.columns[0]?.id).to.equal(before.columns[0]?.id)
        expect(added.columns[1]?.id).not.to.equal(before.columns[1]?.id)
        await admin.query('drop table ident.t2; create table ident.t2 (a2 bigint, b text)')
        expect(tableNamed(await db.introspect(null), 't2').id).not.to.equal(before.id)
      })
    })

    it('shows a role only what it may select', async () => {
      const ddl = `create table open (id int primary key, x int); create table half (id int primary key, name text unique, secret text, check (secret <> ''));
        create table closed (id int); grant usage on schema rights to ${role}; grant select on open to ${role}; grant select (name) on half to ${role}`
      await within('rights', ddl, async () => {
        const db = await open('rights', {}, role)
        const live = await db.introspect(null)
        expect(live.tables.map((table) => [table.name, table.columns.map((one) => one.name)])).to.deep.equal([
          ['closed', []],
          ['half', ['name']],
          ['open', ['id', 'x']],
        ])
        expect(tableNamed(live, 'half').primaryKey).to.equal(null)
        expect(tableNamed(live, 'half').uniqueKeys).to.deep.equal([{ name: 'half_name_key', columns: ['name'] }])
        expect(live.scope).to.match(/:rights$/)
        expect((await failure(db.query(raw('select * from rights.closed')))).kind).to.equal('permission')
        const before = await db.probe()
        await admin.query(`grant select on rights.closed to ${role}`)
        expect(await db.probe()).not.to.equal(before)
        await db.close()
        const other = await open('kinds', {}, role)
        expect((await other.introspect(null)).tables.flatMap(({ columns }) => columns)).to.deep.equal([])
        await other.close()
      })
    })

    it('does not wait behind a migration that holds a table', async () => {
      const ddl = `create table t (id int default 1, n int check (n > 0), g int generated always as (n + 1) stored, w timestamptz default now()); create table other (id int)`
      await within('held', ddl, async (db) => {
        const before = await db.introspect(null)
        const fresh = await open('held')
        await admin.query('begin; lock held.t in access exclusive mode')
        try {
          const during = await db.introspect(before)
          expect(during.tables).to.deep.equal(before.tables)
          expect(during.probe).not.to.equal(await db.probe())
          expect((await fresh.introspect(before)).tables).to.deep.equal(before.tables)
          expect((await fresh.introspect(null)).tables.flatMap(({ checks }) => checks)).to.deep.equal([
            { name: 't_n_check', expression: '' },
          ])
        } finally {
          await admin.query('rollback')
          await fresh.close()
        }
        expect(JSON.stringify(await db.introspect(null))).to.equal(JSON.stringify(before))
      })
    })

    it('needs the same few statements for 1,000 tables', async () => {
      const columns = Array.from({ length: 18 }, (_, at) => `c${at} ${['bigint', 'int not null', 'timestamptz'][at % 3]}`).join(
        ', ',
      )
      const create = (from: number, to: number) =>
        Array.from(
          { length: to - from },
          (_, at) => `create table t${from + at} (id int primary key, code int, ${columns}, check (c1 >= 0))`,
        ).join(';')
      await admin.query(`create schema many; set search_path = many; ${create(0, 1)}`)
      const pool = new pg.Pool({ connectionString: urlOf('many').href, options: '-c search_path=many' })
      let statements = 0
      const host = new Kysely<unknown>({
        dialect: new PostgresDialect({ pool }),
        log: () => {
          statements += 1
        },
      })
      const db = await postgres.open({ kysely: host as unknown as HostKysely }, settings)
      const count = async () => {
        statements = 0
        const live = await db.introspect(null)
        return [statements, live.tables.length, live.tables.at(-1)?.columns.length]
      }
      expect(await count()).to.deep.equal([7, 1, 20])
      for (let from = 1; from < 1000; from += 111) await admin.query(create(from, from + 111))
      expect(await count()).to.deep.equal([7, 1000, 20])
      await host.destroy()
    }).timeout(60_000)
  })

  describe('probe', () => {
    it('moves on every kind of DDL and not on data', async () => {
      const ddl = `create type colour as enum ('red'); create domain short as varchar(3); create sequence s;
        create table p (id int primary key); create table t (id int primary key, a int, c colour[], s short); create view v as select id from t`
      await within('probed', ddl, async (db) => {
        let last = await db.probe()
        expect((await db.introspect(null)).probe).to.equal(last)
        const moves = async (statement: string) => {
          await admin.query(statement)
          const moved = (await db.probe()) !== last
          last = await db.probe()
          return moved
        }
        const moving = [
          'create table u (id int)',
          'drop table u',
          'alter table t add b int',
          'alter table t drop b',
          'alter table t rename a to a2',
          'alter table t alter a2 type bigint',
          'alter table t alter a2 set default 3',
          'alter table t alter a2 set default 4',
          'alter table t alter a2 set not null',
          'alter table t add constraint k check (a2 > 0)',
          'alter table t rename constraint k to k2',
          'alter table t drop constraint k2',
          'alter table t add constraint f foreign key (a2) references p',
          'create unique index i on t (a2)',
          'drop index i',
          'alter table t rename to t9',
          'create or replace view v as select id, a2 from t9',
          'drop view v',
          `alter type colour add value 'blue'`,
          `alter type colour rename value 'red' to 'pink'`,
          'alter domain short set not null',
          `alter domain short set default 'x'`,
          'alter domain short add constraint brief check (length(value) < 3)',
          'alter domain short drop constraint brief',
          `grant select on t9 to ${role}`,
          'alter table t9 alter id add generated always as identity',
          'create materialized view m as select 1 as one',
          'alter schema probed rename to probed2; alter schema probed2 rename to probed',
        ]
        for (const statement of moving) expect(await moves(statement), statement).to.equal(true)
        const still = [
          'insert into t9 (a2) select 1 where false; insert into p values (1), (2)',
          'update p set id = id + 10',
          'delete from p',
          'analyze p',
          'vacuum p',
          'vacuum freeze pg_catalog.pg_attribute',
          'create temp table tmp (a int)',
          `select nextval('s')`,
          'create table kinds.elsewhere (a int)',
          'drop table kinds.elsewhere',
          'begin; alter table t9 add z int; rollback',
        ]
        for (const statement of still) expect(await moves(statement), statement).to.equal(false)
      })
    })

    it('sees a change that began before another and committed after it', async () => {
      await within('late', 'create table a (x int); create table b (x int)', async (db) => {
        const slow = new pg.Client({ connectionString: urlOf('late').href })
        await slow.connect()
        await slow.query('begin; alter table late.a rename x to y')
        await admin.query('alter table late.b rename x to y')
        const between = await db.probe()
        await slow.query('commit')
        expect(await db.probe()).not.to.equal(between)
        await slow.end()
      })
    })
  })

  describe('failures', () => {
    const ddl = `create table p (id int primary key); create type small as enum ('a'); create view counted as select count(*) as n from p; create materialized view kept as select 1 as one;
      create table t (id int primary key, n int not null default 1, u text constraint uq unique, f int constraint fk references p, k int constraint ck check (k > 0), s varchar(3), d numeric(4,2),
        dt date, j json, g uuid, m small, a int generated always as identity, x int generated always as (k + 1) stored, constraint deferred foreign key (k) references p deferrable initially deferred);
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not on sundays'; end $$;
      create table guarded (id int); create trigger guard before insert on guarded for each row execute function refuse();
      insert into p values (1), (2); insert into t (id, u, f) values (1, 'a', 1), (2, 'b', 2)`

    const expected: readonly (readonly [kind: string, statement: string, parameters?: readonly unknown[]])[] = [
      ['schema', 'select nope from err.t'],
      ['schema', 'select * from err.nope'],
      ['schema', 'select * from nope.t'],
      ['schema', 'select nope(1)'],
      ['schema', 'select 1 from err.t where id = $1::text', ['1']],
      ['schema', 'insert into err.t (id, a) values (9, 1)'],
      ['schema', 'insert into err.t (id, x) values (9, 1)'],
      ['unique', `insert into err.t (id, u) values (3, 'a')`],
      ['foreign-key', 'insert into err.t (id, f) values (3, 99)'],
      ['foreign-key', 'delete from err.p'],
      ['not-null', 'insert into err.t (id, n) values (3, null)'],
      ['check', 'insert into err.t (id, k) values (3, 0)'],
      ['check', 'insert into err.guarded values (1)'],
      ['value', 'select 1 from err.t where id = $1', ['abc']],
      ['value', 'insert into err.t (id, dt) values (3, $1)', ['2020-13-01']],
      ['value', 'insert into err.t (id, j) values (3, $1)', ['{']],
      ['value', 'insert into err.t (id, g) values (3, $1)', ['z']],
      ['value', 'insert into err.t (id, m) values (3, $1)', ['z']],
      ['value', 'insert into err.t (id, u) values (3, $1)', ['a\u0000b']],
      ['too-long', `insert into err.t (id, s) values (3, 'abcd')`],
      ['out-of-range', 'insert into err.t (id, d) values (3, 1000)'],
      ['out-of-range', 'insert into err.t (id) values ($1)', ['99999999999']],
      ['read-only', 'insert into err.counted values (1)'],
      ['read-only', 'insert into err.kept values (1)'],
      ['timeout', 'select pg_sleep(10)'],
      ['unknown', 'select 1 / (select 0)'],
      ['unknown', 'selec'],
    ]

    it('classifies what the server says', async () => {
      const run = async (db: Database) => {
        for (const [kind, statement, parameters] of expected) {
          expect((await failure(db.query(raw(statement, parameters)))).kind, statement).to.equal(kind)
        }
        expect((await failure(db.query(raw(`insert into err.t (id, u) values (3, 'a')`)))).facts).to.deep.equal({
          constraint: 'uq',
          table: 't',
        })
        expect((await failure(db.query(raw('insert into err.t (id, n) values (3, null)')))).facts).to.deep.equal({
          column: 'n',
          table: 't',
        })
        expect((await failure(db.query(raw('insert into err.t (id, f) values (3, 99)')))).facts.constraint).to.equal('fk')
      }
      await within(
        'err',
        ddl,
        async (db) => {
          await run(db)
          const pool = new pg.Pool({ connectionString: urlOf('err').href, statement_timeout: 1000 })
          const host = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
          await run(await postgres.open({ kysely: host as unknown as HostKysely }, settings))
          await host.destroy()
        },
        { statementTimeout: 1000 },
      )
    })

    it('classifies locks, deadlocks, serialisation and read-only transactions', async () => {
      await within('err', ddl, async (db) => {
        await admin.query('begin; update err.t set n = 2 where id = 1')
        const locked = db.transaction(async (session) => {
          await session.query(raw(`set local lock_timeout = '20ms'`))
          await session.query(raw('update err.t set n = 3 where id = 1'))
        })
        expect((await failure(locked)).kind).to.equal('retry')
        await admin.query('rollback')
        const stale = db.transaction(async (session) => {
          await session.query(raw('set transaction isolation level repeatable read'))
          await session.query(raw('select * from err.t'))
          await admin.query('update err.t set n = n + 1 where id = 1')
          await session.query(raw('update err.t set n = n + 1 where id = 1'))
        })
        expect((await failure(stale)).kind).to.equal('retry')
        const reading = db.transaction(async (session) => {
          await session.query(raw('set transaction read only'))
          await session.query(raw('delete from err.t'))
        })
        expect((await failure(reading)).kind).to.equal('read-only')
        const deadlock = await deadlocked(db)
        expect(deadlock.map((error) => error.kind)).to.deep.equal(['retry'])
      })
    })

    async function deadlocked(db: Database): Promise<DatabaseError[]> {
      const update = (id: number) => raw('update err.t set n = n + 1 where id = $1', [id])
      let arrived = 0
      let both = () => {}
      const met = new Promise<void>((resolve) => {
        both = resolve
      })
      const cross = (first: number, second: number) =>
        db.transaction(async (session) => {
          await session.query(update(first))
          arrived += 1
          if (arrived === 2) both()
          await met
          await session.query(update(second))
        })
      const results = await Promise.allSettled([cross(1, 2), cross(2, 1)])
      return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as DatabaseError] : []))
    }

    it('tells a server that is not there from a connection that broke', async () => {
      const nowhere = await postgres.open({ dsn: urlOf('public', { port: '1' }) }, settings)
      expect((await failure(nowhere.query(raw('select 1')))).kind).to.equal('unavailable')
      await nowhere.close()
      const missing = await postgres.open({ dsn: urlOf('public', { database: 'faucet_nope' }) }, settings)
      expect((await failure(missing.introspect(null))).kind).to.equal('unavailable')
      await missing.close()
      const db = await open('public', { poolMax: 1 })
      const broken = db.transaction(async (session) => {
        const { rows } = await session.query(raw('select pg_backend_pid()'))
        await admin.query('select pg_terminate_backend($1, 5000)', [Number(rows[0]?.[0])])
        await session.query(raw('select 1'))
      })
      expect((await failure(broken)).kind).to.equal('connection-lost')
      expect((await db.query(raw('select 1'))).rows).to.deep.equal([['1']])
      await db.close()
      await db.close()
      expect((await failure(db.query(raw('select 1')))).kind).to.equal('unavailable')
    })

    it('says connection-lost when COMMIT breaks', async () => {
      const ddl = `create table t (id int); create function die() returns trigger language plpgsql security definer as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger last after insert on t deferrable initially deferred for each row execute function die()`
      await within('dies', ddl, async (db) => {
        const work = db.transaction((session) => session.query(raw('insert into dies.t values (1)')))
        expect((await failure(work)).kind).to.equal('connection-lost')
        expect((await db.query(raw('select * from dies.t'))).rows).to.deep.equal([])
      })
    })

    it('reports an idle connection that breaks', async () => {
      let heard: (error: unknown) => void = () => {}
      const told = new Promise((resolve) => {
        heard = resolve
      })
      const db = await open('public', { onConnectionError: (error) => heard(error) })
      const { rows } = await db.query(raw('select pg_backend_pid()'))
      await admin.query('select pg_terminate_backend($1)', [Number(rows[0]?.[0])])
      expect(await told).to.be.instanceOf(Error)
      expect((await db.query(raw('select 1'))).affected).to.equal(1)
      await db.close()
    })
  })

  describe('transactions', () => {
    const count = async (db: Database) => Number((await db.query(raw('select count(*) from tx.t'))).rows[0]?.[0])
    const ddl = 'create table t (id int primary key, p int references t deferrable initially deferred)'

    it('commits what resolves and rolls back what rejects', async () => {
      await within('tx', ddl, async (db) => {
        expect(await db.transaction((session) => session.query(raw('insert into tx.t values (1)')))).to.deep.equal({
          rows: [],
          affected: 1,
        })
        const own = new Error('mine')
        const rejected = db.transaction(async (session) => {
          await session.query(raw('insert into tx.t values (2)'))
          throw own
        })
        expect(await rejected.catch((error: unknown) => error)).to.equal(own)
        expect(await count(db)).to.equal(1)
      })
    })

    it('does not pretend that a failed transaction was committed', async () => {
      await within('tx', ddl, async (db) => {
        const swallowed = db.transaction(async (session) => {
          await session.query(raw('insert into tx.t values (1)'))
          await session.query(raw('insert into tx.t values (1)')).catch(() => {})
        })
        expect((await failure(swallowed)).kind).to.equal('unique')
        expect((await failure(db.transaction((session) => session.query(raw('insert into tx.t values (5, 9)'))))).kind).to.equal(
          'foreign-key',
        )
        expect(await count(db)).to.equal(0)
        await db.transaction(async (session) => {
          await session.query(raw('insert into tx.t values (1)'))
          await session.query(raw('savepoint s'))
          await session.query(raw('insert into tx.t values (1)')).catch(() => session.query(raw('rollback to s')))
        })
        expect(await count(db)).to.equal(1)
      })
    })

    it("runs on a host's Kysely", () =>
      withHost(async (db, host) => {
        await admin.query('create schema tx; create table tx.t (id int)')
        try {
          const rejected = db.transaction(async (session) => {
            await session.query(raw('insert into tx.t values (2)'))
            await session.query(raw('select nope'))
          })
          expect((await failure(rejected)).kind).to.equal('schema')
          expect(await db.transaction((session) => session.query(raw('insert into tx.t values (3), (4)')))).to.deep.equal({
            rows: [],
            affected: 2,
          })
          expect(await count(db)).to.equal(2)
          await db.close()
          expect(
            (await host.executeQuery<{ one: number }>(raw('select 1 as one') as CompiledQuery<{ one: number }>)).rows,
          ).to.deep.equal([{ one: 1 }])
        } finally {
          await admin.query('drop schema tx cascade')
        }
      }))
  })

  describe('streams', () => {
    const rows = 'select n, $1::text from generate_series(1, 100000) as n'

    async function all(chunks: AsyncIterable<readonly Row[]>): Promise<number> {
      let seen = 0
      for await (const chunk of chunks) seen += chunk.length
      return seen
    }

    it('reads all, or ends the cursor when left early', async () => {
      const db = await open('public', { poolMax: 1 })
      expect(await all(db.stream(raw(rows, ['x'])))).to.equal(100_000)
      expect(await all(db.stream(raw('select 1 where false')))).to.equal(0)
      let first: Row | undefined
      for await (const chunk of db.stream(raw(rows, ['x']))) {
        first = chunk[0]
        break
      }
      expect(first).to.deep.equal(['1', 'x'])
      // The pool has one connection: it is free again and in no transaction.
      expect((await db.query(raw('select count(*) from pg_cursors'))).rows).to.deep.equal([['0']])
      expect((await failure(all(db.stream(raw('select nope'))))).kind).to.equal('schema')
      expect((await failure(all(db.stream(raw('select 10 / (500 - n) from generate_series(1, 1000) as n'))))).kind).to.equal(
        'unknown',
      )
      expect((await db.query(raw('select 1'))).rows).to.deep.equal([['1']])
      await db.close()
    })

    it("reads through a host's Kysely", () =>
      withHost(async (db) => {
        expect(await all(db.stream(raw('select n as c0, $1::text as c1 from generate_series(1, 1200) as n', ['x'])))).to.equal(
          1200,
        )
        for await (const chunk of db.stream(raw('select n as c0 from generate_series(1, 1200) as n'))) {
          expect(chunk).to.have.length(500)
          break
        }
        expect((await db.query(raw('select count(*) as n from pg_cursors'))).rows).to.deep.equal([['0']])
      }))
  })

  describe('abort', () => {
    /** Resolves once the server is at `statement`. */
    async function running(marker: string): Promise<void> {
      for (;;) {
        const { rows } = await admin.query(
          `select 1 from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like $1`,
          [`%${marker}%`],
        )
        if (rows.length > 0) return
      }
    }

    it('cancels the running statement and leaves the connection in order', async () => {
      const db = await open('public', { poolMax: 1 })
      const leave = new AbortController()
      const work = failure(db.query(raw('select pg_sleep(600) /* cancel-me */'), { signal: leave.signal }))
      await running('cancel-me')
      leave.abort()
      expect((await work).kind).to.equal('cancelled')
      expect((await db.query(raw('select 1'))).rows).to.deep.equal([['1']])
      expect((await failure(db.query(raw('select 1'), { signal: leave.signal }))).kind).to.equal('cancelled')
      await db.close()
    })

    it('cancels inside a transaction, which is rolled back, and inside a stream', async () => {
      await within(
        'stop',
        'create table t (id int)',
        async (db) => {
          const leave = new AbortController()
          const work = failure(
            db.transaction(
              async (session) => {
                await session.query(raw('insert into stop.t values (1)'))
                await session.query(raw('select pg_sleep(600) /* in-tx */'))
              },
              { signal: leave.signal },
            ),
          )
          await running('in-tx')
          leave.abort()
          expect((await work).kind).to.equal('cancelled')
          expect((await db.query(raw('select count(*) from stop.t'))).rows).to.deep.equal([['0']])
          const other = new AbortController()
          const reading = failure(
            (async () => {
              for await (const _ of db.stream(raw('select n from generate_series(1, 100000) as n'), { signal: other.signal }))
                other.abort()
            })(),
          )
          expect((await reading).kind).to.equal('cancelled')
          expect((await db.query(raw('select 1'))).rows).to.deep.equal([['1']])
        },
        { poolMax: 1 },
      )
    })

    it('stops waiting for a connection', async () => {
      const db = await open('public', { poolMax: 1 })
      const leave = new AbortController()
      await db.transaction(async () => {
        const waiting = failure(db.query(raw('select 1'), { signal: leave.signal }))
        leave.abort()
        expect((await waiting).kind).to.equal('cancelled')
      })
      expect((await db.query(raw('select 1'))).rows).to.deep.equal([['1']])
      await db.close()
    })
  })
})
