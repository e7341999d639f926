import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { expect } from 'chai'
import { CompiledQuery, Kysely, MysqlDialect, type RawBuilder, sql } from 'kysely'
import { createPool, type PoolOptions } from 'mysql2'
import { mariadb } from '../../adapters/database/mariadb/index.js'
import {
  type Database,
  DatabaseError,
  type DatabaseSettings,
  type Parameter,
  type Row,
  ValueMismatch,
} from '../../lib/database.js'
import { isFaucetError } from '../../lib/errors.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { type Column, columnOf, type LiveSchema, type Table, tableOf } from '../../lib/schema/table.js'
import { describeEngine, mariadbUrl } from '../support/databases.js'

const server = new URL('/', mariadbUrl).href
const name = `faucet_mariadb_${process.pid}`
const settings: DatabaseSettings = { poolMax: 4, connectTimeout: 5000, statementTimeout: 15_000, onConnectionError: () => {} }

const dsn = (database: string): URL => new URL(database, server)
const open = (over: Partial<DatabaseSettings> = {}, database = name): Promise<Database> =>
  mariadb.open({ dsn: dsn(database) }, { ...settings, ...over })

/** A host's own instance: Kysely's own dialect over a pool with mysql2's default options, unless others are given. */
function host(options: PoolOptions = {}): Kysely<unknown> {
  const url = new URL(server)
  const pool = createPool({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: url.username,
    password: url.password,
    database: name,
    ...options,
  })
  return new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) })
}

const raw = (text: string, parameters: readonly unknown[] = []): CompiledQuery => CompiledQuery.raw(text, [...parameters])
const compile = (query: RawBuilder<unknown>): CompiledQuery => mariadb.sql.compile(query)

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

/** The rows of a table as JSON texts, the way the library reads them. */
async function readJson(db: Database, table: Table): Promise<(string | null)[][]> {
  const list = sql.join(
    table.columns.map((column, at) => sql`${mariadb.sql.read(sql.id(column.name), column.type)} as ${sql.id(`c${at}`)}`),
  )
  const { rows } = await db.query(compile(sql`select ${list} from ${mariadb.sql.table(db.schema, table.name)}`))
  const encoders = table.columns.map((column) => mariadb.sql.encoder(column.type))
  return rows.map((row) => row.map((value, at) => (value === null ? null : needed(encoders[at])(value))))
}

async function insert(db: Database, table: Table, values: readonly Parameter[]): Promise<void> {
  const columns = sql.join(table.columns.map((column) => sql.id(column.name)))
  const bound = sql.join(values.map((value, at) => mariadb.sql.bind(value, needed(table.columns[at]).type)))
  await db.query(compile(sql`insert into ${mariadb.sql.table(db.schema, table.name)} (${columns}) values (${bound})`))
}

/** Declared type, neutral type, and values as they are bound, with the JSON they are read back as. */
const types: readonly (readonly [string, ColumnType, readonly (readonly [Parameter, string])[]])[] = [
  [
    'tinyint(1)',
    { name: 'boolean' },
    [
      [true, 'true'],
      [false, 'false'],
    ],
  ],
  [
    'boolean',
    { name: 'boolean' },
    [
      [true, 'true'],
      [false, 'false'],
    ],
  ],
  [
    'bit(1)',
    { name: 'boolean' },
    [
      [true, 'true'],
      [false, 'false'],
    ],
  ],
  [
    'bit(9)',
    { name: 'other', native: 'bit(9)' },
    [
      ['100000001', '"100000001"'],
      ['101', '"000000101"'],
    ],
  ],
  [
    'tinyint',
    { name: 'integer', bits: 8, unsigned: false },
    [
      [-128, '-128'],
      [127, '127'],
    ],
  ],
  [
    'tinyint(1) unsigned',
    { name: 'integer', bits: 8, unsigned: true },
    [
      [255, '255'],
      [7, '7'],
    ],
  ],
  [
    'smallint',
    { name: 'integer', bits: 16, unsigned: false },
    [
      [-32768, '-32768'],
      [0, '0'],
    ],
  ],
  [
    'mediumint unsigned',
    { name: 'integer', bits: 24, unsigned: true },
    [
      [16777215, '16777215'],
      [0, '0'],
    ],
  ],
  [
    'int(5)',
    { name: 'integer', bits: 32, unsigned: false },
    [
      [-2147483648, '-2147483648'],
      [2147483647, '2147483647'],
    ],
  ],
  [
    'int unsigned zerofill',
    { name: 'integer', bits: 32, unsigned: true },
    [
      [42, '42'],
      [0, '0'],
    ],
  ],
  [
    'bigint',
    { name: 'bigint', unsigned: false },
    [
      ['-9223372036854775808', '"-9223372036854775808"'],
      ['9007199254740993', '"9007199254740993"'],
    ],
  ],
  [
    'bigint unsigned',
    { name: 'bigint', unsigned: true },
    [
      ['18446744073709551615', '"18446744073709551615"'],
      [0, '"0"'],
    ],
  ],
  [
    'bigint zerofill',
    { name: 'bigint', unsigned: true },
    [
      ['7', '"7"'],
      ['0', '"0"'],
    ],
  ],
  [
    'decimal(65,30)',
    { name: 'decimal', precision: 65, scale: 30, unsigned: false },
    [
      [
        '12345678901234567890123456789012345.123456789012345678901234567891',
        '"12345678901234567890123456789012345.123456789012345678901234567891"',
      ],
      ['-0.5', '"-0.500000000000000000000000000000"'],
    ],
  ],
  [
    'decimal(8,2) zerofill',
    { name: 'decimal', precision: 8, scale: 2, unsigned: true },
    [
      ['19.90', '"19.90"'],
      ['0', '"0.00"'],
    ],
  ],
  [
    'float',
    { name: 'float', bits: 32, places: null },
    [
      [0.1, '0.1'],
      [16777217, '16777216'],
    ],
  ],
  [
    'float',
    { name: 'float', bits: 32, places: null },
    [
      [3.4028234663852886e38, '3.4028235e+38'],
      [123456.79, '123456.79'],
    ],
  ],
  [
    'double',
    { name: 'float', bits: 64, places: null },
    [
      [0.1, '0.1'],
      [9.876543210987654, '9.876543210987654'],
    ],
  ],
  [
    'double',
    { name: 'float', bits: 64, places: null },
    [
      [1.7976931348623157e308, '1.7976931348623157e308'],
      [5e-324, '5e-324'],
    ],
  ],
  [
    'char(5)',
    { name: 'string', length: 5, fixed: true },
    [
      ['ab   ', '"ab"'],
      ['\'\\"', '"\'\\\\\\""'],
    ],
  ],
  [
    'varchar(30)',
    { name: 'string', length: 30, fixed: false },
    [
      ['a 😀\n\u0000', '"a 😀\\n\\u0000"'],
      ['', '""'],
    ],
  ],
  [
    'tinytext',
    { name: 'string', length: null, fixed: false },
    [
      ['x', '"x"'],
      ['y ', '"y "'],
    ],
  ],
  [
    'text',
    { name: 'string', length: null, fixed: false },
    [
      ['?', '"?"'],
      ["a'; drop table x; --", '"a\'; drop table x; --"'],
    ],
  ],
  [
    'mediumtext',
    { name: 'string', length: null, fixed: false },
    [
      ['x', '"x"'],
      ['y', '"y"'],
    ],
  ],
  [
    'longtext',
    { name: 'string', length: null, fixed: false },
    [
      ['x', '"x"'],
      ['y', '"y"'],
    ],
  ],
  [
    'binary(4)',
    { name: 'binary', length: 4, fixed: true },
    [
      [Buffer.from([0, 255, 39, 92]), '"AP8nXA=="'],
      [Buffer.from('abcd'), '"YWJjZA=="'],
    ],
  ],
  [
    'varbinary(9)',
    { name: 'binary', length: 9, fixed: false },
    [
      [Buffer.from([1]), '"AQ=="'],
      [Buffer.alloc(0), '""'],
    ],
  ],
  [
    'blob',
    { name: 'binary', length: null, fixed: false },
    [
      [Buffer.from([128]), '"gA=="'],
      [Buffer.from('x'), '"eA=="'],
    ],
  ],
  [
    'date',
    { name: 'date' },
    [
      ['2024-02-29', '"2024-02-29"'],
      ['9999-12-31', '"9999-12-31"'],
    ],
  ],
  [
    'datetime',
    { name: 'timestamp', fraction: 0, zone: false },
    [
      ['2024-02-29T12:00:00', '"2024-02-29T12:00:00"'],
      ['1000-01-01T00:00:00', '"1000-01-01T00:00:00"'],
    ],
  ],
  [
    'datetime(6)',
    { name: 'timestamp', fraction: 6, zone: false },
    [
      ['2024-02-29T12:00:00.678901', '"2024-02-29T12:00:00.678901"'],
      ['2024-02-29T12:00:00.5', '"2024-02-29T12:00:00.500000"'],
    ],
  ],
  [
    'timestamp(6) null',
    { name: 'timestamp', fraction: 6, zone: true },
    [
      ['2024-03-10T07:30:00.000001Z', '"2024-03-10T07:30:00.000001Z"'],
      ['2024-11-03T06:30:00Z', '"2024-11-03T06:30:00.000000Z"'],
    ],
  ],
  [
    'time(3)',
    { name: 'time', fraction: 3, zone: false },
    [
      ['-838:59:59', '"-838:59:59.000"'],
      ['25:00:00.5', '"25:00:00.500"'],
    ],
  ],
  [
    'year',
    { name: 'integer', bits: 16, unsigned: true, year: true },
    [
      [2155, '2155'],
      [1901, '1901'],
    ],
  ],
  [
    'json',
    { name: 'json' },
    [
      ['{"b": 9007199254740993, "a": 1.0,\n "é": "\\u00e9"}', '{"b": 9007199254740993, "a": 1.0,  "é": "\\u00e9"}'],
      ['null', 'null'],
    ],
  ],
  [
    'uuid',
    { name: 'uuid' },
    [
      ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
      ['00000000-0000-0000-0000-000000000000', '"00000000-0000-0000-0000-000000000000"'],
    ],
  ],
  [
    'inet6',
    { name: 'other', native: 'inet6' },
    [
      ['::1', '"::1"'],
      ['2001:db8::ff00:42:8329', '"2001:db8::ff00:42:8329"'],
    ],
  ],
  [
    'inet4',
    { name: 'other', native: 'inet4' },
    [
      ['10.0.0.1', '"10.0.0.1"'],
      ['0.0.0.0', '"0.0.0.0"'],
    ],
  ],
  [
    'point',
    { name: 'other', native: 'point' },
    [
      ['POINT(1 2)', '"POINT(1 2)"'],
      ['POINT(-1.5 0)', '"POINT(-1.5 0)"'],
    ],
  ],
  [
    "enum('a','b''c','d,e','\\\\','')",
    { name: 'enum', values: ['a', "b'c", 'd,e', '\\', ''] },
    [
      ["b'c", '"b\'c"'],
      ['\\', '"\\\\"'],
    ],
  ],
  [
    "set('x','y','z''')",
    { name: 'set', values: ['x', 'y', "z'"] },
    [
      ["x,z'", '"x,z\'"'],
      ['', '""'],
    ],
  ],
]

const hostile = [
  '__proto__',
  'constructor',
  'select',
  'weird "name"',
  'a.b',
  'it`s',
  "it's",
  'a?b',
  'back\\slash',
  'häagen',
  '#x',
  '/* x */',
  '%_',
]

describeEngine('mariadb', 'mariadb', () => {
  let db: Database
  let live: LiveSchema
  const ddl = async (...statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await db.query(raw(statement))
  }
  const tableNamed = (wanted: string): Table => needed(tableOf(live.tables, wanted))
  const columnNamed = (table: string, column: string): Column => needed(columnOf(tableNamed(table), column))

  before(async () => {
    const admin = await open({}, 'information_schema')
    await admin.query(raw(`create database ${name} character set utf8mb4`))
    await admin.close()
    db = await open()
    await ddl(`create table kinds (${types.map(([type], at) => `k${at} ${type}`).join(', ')})`)
    await ddl(
      'create table parent (a int, b int, v varchar(9), primary key (b, a), unique uv (v))',
      `create table facts (id int unsigned auto_increment primary key, n int not null, s varchar(20) default 'it''s\\\\ \\n', w varchar(9) default 'NULL',
        d decimal(6,2) zerofill default 1.5, t tinyint(1) not null default 1, bt bit(1) default b'0', e int default (1 + 2), made timestamp not null default current_timestamp on update current_timestamp,
        u uuid default uuid(), virt int as (n + 1), kept int as (n + 2) stored, hidden int invisible, k int check (k >   0), j json default '{}', mine longtext check (json_valid(mine) and json_length(mine) > 0),
        pa int, pb int, tag text, constraint limited check (k < 100), unique whole (s, n), unique part (s(3)), unique gone (hidden), unique long_text (tag),
        constraint up foreign key (pb, pa) references parent (b, a) on delete cascade on update restrict)`,
      'create table history (id int primary key, v int) with system versioning',
      'create table explicit_history (id int primary key, rs timestamp(6) generated always as row start, re timestamp(6) generated always as row end, period for system_time (rs, re)) with system versioning',
      'create sequence counter',
      'create view seen as select id, n, count(*) as many from facts group by id',
      'create table lost (a int)',
      'create view dangling as select a from lost',
      'drop table lost',
      `create table hostile (${hostile.map((column) => `\`${column.replaceAll('`', '``')}\` varchar(99)`).join(', ')})`,
    )
    for (const table of hostile)
      await ddl(`create table \`${table.replaceAll('`', '``')}\` (\`${table.replaceAll('`', '``')}\` int primary key, x int)`)
    live = await db.introspect(null)
  })

  after(async () => {
    await db.query(raw(`drop database ${name}`))
    await db.close()
  })

  describe('opening', () => {
    for (const bad of [
      'mariadb://h',
      'mariadb://h/',
      'mariadb://h/a/b',
      'mariadb://h/%zz',
      'mariadb://h/x?sslmode=1',
      'mariadb://h/x?ssl=maybe',
      'mysql://h/x',
      'postgres://h/x',
    ]) {
      it(`refuses ${bad}`, async () => {
        const error = await mariadb.open({ dsn: new URL(bad) }, settings).catch((reason: unknown) => reason)
        expect(isFaucetError(error) && error.code).to.equal('invalid-config')
      })
    }

    it('does not connect yet', async () => {
      const other = await mariadb.open({ dsn: dsn(name) }, settings)
      expect(other.schema).to.equal(name)
      expect((await other.query(raw('select 1'))).rows).to.deep.equal([[1]])
      await other.close()
      await other.close()
      await (await mariadb.open({ dsn: new URL('mariadb://127.0.0.1:1/x') }, settings)).close()
    })

    it('sets every session to UTC and strict mode', async () => {
      const { rows } = await db.query(
        raw('select @@time_zone, @@sql_mode like "%STRICT_ALL_TABLES%", @@autocommit, @@max_statement_time'),
      )
      expect(rows[0]?.map(String)).to.deep.equal(['+00:00', '1', '1', '15'])
    })

    it('says unavailable for a port nobody listens on and a wrong database, busy for a full pool', async () => {
      const dead = await mariadb.open({ dsn: new URL('mariadb://root@127.0.0.1:1/x') }, settings)
      expect((await failure(dead.query(raw('select 1')))).kind).to.equal('unavailable')
      const nowhere = await open({}, `${name}_nope`)
      expect((await failure(nowhere.query(raw('select 1')))).kind).to.equal('unavailable')
      const one = await open({ poolMax: 1, connectTimeout: 200 })
      await one.transaction(async () => {
        expect((await failure(one.query(raw('select 1')))).kind).to.equal('busy')
      })
      expect((await one.query(raw('select 1'))).rows).to.have.length(1)
      await Promise.all([dead.close(), nowhere.close(), one.close()])
    })
  })

  describe('introspection', () => {
    types.forEach(([declared, type], at) => {
      it(`reads ${declared}`, () => expect(columnNamed('kinds', `k${at}`).type).to.deep.equal(type))
    })

    it('reads the same bytes twice, and on another connection', async () => {
      const other = await open()
      expect(JSON.stringify(await db.introspect(live))).to.equal(JSON.stringify(live))
      expect(JSON.stringify(await other.introspect(null))).to.equal(JSON.stringify(live))
      await other.close()
    })

    it('names the server and database in the scope', () => {
      expect(live.scope).to.match(new RegExp(`^mariadb:.+:${name}$`))
    })

    it('sorts by name, leaves out sequences, and has views that cannot be described without columns', () => {
      const names = live.tables.map((table) => table.name)
      expect(names).to.deep.equal([...names].sort())
      expect(names).to.include.members(['seen', 'history', ...hostile])
      expect(names).to.not.include('counter')
      expect(
        live.tables.flatMap(({ name, kind, columns }) => (kind === 'view' ? [[name, columns.length > 0]] : [])),
      ).to.deep.equal([
        ['dangling', false],
        ['seen', true],
      ])
    })

    it('reads defaults', () => {
      const defaults = Object.fromEntries(tableNamed('facts').columns.map((column) => [column.name, column.default]))
      expect(defaults).to.include({ id: null, n: null, k: null, virt: null, kept: null })
      expect(defaults).to.deep.include({
        s: { kind: 'literal', value: "it's\\ \n" },
        w: { kind: 'literal', value: 'NULL' },
        d: { kind: 'literal', value: '1.50' },
        t: { kind: 'literal', value: 'true' },
        bt: { kind: 'literal', value: 'false' },
        e: { kind: 'expression' },
        made: { kind: 'expression' },
        u: { kind: 'expression' },
        j: { kind: 'literal', value: '{}' },
      })
    })

    it('reads identity, generated, nullable and native types', () => {
      expect(columnNamed('facts', 'id')).to.include({
        identity: 'by-default',
        generated: false,
        nullable: false,
        nativeType: 'int unsigned',
      })
      expect(columnNamed('facts', 'virt')).to.include({ identity: 'none', generated: true, nullable: true })
      expect(columnNamed('facts', 'kept').generated).to.equal(true)
      expect(columnNamed('facts', 't').nativeType).to.equal('tinyint(1)')
      expect(columnNamed('facts', 'j')).to.deep.include({ nativeType: 'json', type: { name: 'json' } })
      expect(columnNamed('facts', 'mine').type).to.deep.equal({ name: 'string', length: null, fixed: false })
      expect(columnOf(tableNamed('facts'), 'hidden')).to.equal(undefined)
    })

    it('reads keys, references and checks', () => {
      const facts = tableNamed('facts')
      expect(tableNamed('parent').primaryKey).to.deep.equal(['b', 'a'])
      expect(facts.uniqueKeys).to.deep.equal([
        { name: 'long_text', columns: ['tag'] },
        { name: 'whole', columns: ['s', 'n'] },
      ])
      expect(facts.foreignKeys).to.deep.equal([
        {
          name: 'up',
          columns: ['pb', 'pa'],
          references: { table: 'parent', columns: ['b', 'a'] },
          onDelete: 'cascade',
          onUpdate: 'restrict',
        },
      ])
      expect(facts.checks).to.deep.equal([
        { name: 'k', expression: '`k` > 0' },
        { name: 'limited', expression: '`k` < 100' },
        { name: 'mine', expression: 'json_valid(`mine`) and json_length(`mine`) > 0' },
      ])
    })

    it('does not count the row end of a system-versioned table to its key', () => {
      expect(tableNamed('history').primaryKey).to.deep.equal(['id'])
      expect(tableNamed('history').columns.map((column) => column.name)).to.deep.equal(['id', 'v'])
      expect(tableNamed('explicit_history').primaryKey).to.deep.equal(['id'])
      expect(columnNamed('explicit_history', 're').generated).to.equal(true)
    })

    it('sees only the columns an account may read, and has no table ids without PROCESS', async () => {
      const user = `faucet_${process.pid}`
      await ddl(
        `create user ${user}@'%' identified by 'p@ss:/?'`,
        `grant select (id, n), insert (k) on ${name}.facts to ${user}@'%'`,
      )
      const url = dsn(name)
      url.username = user
      url.password = encodeURIComponent('p@ss:/?')
      const limited = await mariadb.open({ dsn: url }, settings)
      try {
        const seen = await limited.introspect(null)
        expect(seen.tables.map((table) => [table.name, table.columns.map((column) => column.name)])).to.deep.equal([
          ['facts', ['id', 'n']],
        ])
        expect(seen.details).to.deep.equal([['facts', null, null, []]])
        expect((await failure(limited.query(raw('select k from facts')))).kind).to.equal('permission')
      } finally {
        await limited.close()
        await ddl(`drop user ${user}@'%'`)
      }
    })
  })

  describe('values', () => {
    const roundTrip = async (target: Database): Promise<void> => {
      await target.query(raw('delete from kinds'))
      const kinds = tableNamed('kinds')
      for (const at of [0, 1])
        await insert(
          target,
          kinds,
          types.map(([, , samples]) => needed(samples[at])[0]),
        )
      await insert(
        target,
        kinds,
        types.map(() => null),
      )
      const rows = await readJson(target, kinds)
      for (const at of [0, 1]) {
        const expected = types.map(([type, , samples]) => `${type}: ${needed(samples[at])[1]}`)
        expect(rows[at]?.map((text, place) => `${types[place]?.[0]}: ${text}`)).to.deep.equal(expected)
      }
      expect(rows[2]).to.deep.equal(types.map(() => null))
    }

    it('come back exactly as they went in', () => roundTrip(db))

    it('are found by the value that was written', async () => {
      await roundTrip(db)
      const skipped = new Set(['json', 'other'])
      for (const [at, [declared, type, samples]] of types.entries()) {
        if (skipped.has(type.name)) continue
        const column = sql.id(`k${at}`)
        const { rows } = await db.query(
          compile(
            sql`select ${column} is not null from kinds where ${column} = ${mariadb.sql.bind(needed(samples[0])[0], type)}`,
          ),
        )
        expect(rows, declared).to.have.length(1)
      }
    })

    for (const [label, options] of [
      ['default', {}],
      ['many', { decimalNumbers: true, supportBigNumbers: true, timezone: '+05:30', namedPlaceholders: true }],
    ] as const) {
      it(`are the same on a host's pool with ${label} options, in another time zone and without strict mode`, async () => {
        const kysely = host({ ...options, connectionLimit: 1 })
        try {
          await sql`set session time_zone = '-05:00', sql_mode = 'ANSI_QUOTES'`.execute(kysely)
          const hosted = await mariadb.open({ kysely }, settings)
          await roundTrip(hosted)
          expect(await readJson(db, tableNamed('kinds'))).to.deep.equal(await readJson(hosted, tableNamed('kinds')))
          const bad = await failure(hosted.query(raw("insert into facts (n, s) values (1, repeat('x', 21))")))
          expect(bad.kind).to.equal('too-long')
        } finally {
          await kysely.destroy()
        }
      })
    }

    it('compare beyond the precision of a double', async () => {
      await ddl(
        'create table wide (b bigint unsigned, d decimal(40,5))',
        "insert into wide values (9007199254740993, '12345678901234567890.12345')",
      )
      const found = async (column: string, value: string, type: ColumnType): Promise<number> =>
        (await db.query(compile(sql`select 1 from wide where ${sql.id(column)} = ${mariadb.sql.bind(value, type)}`))).rows.length
      const big: ColumnType = { name: 'bigint', unsigned: true }
      const decimal: ColumnType = { name: 'decimal', precision: 40, scale: 5, unsigned: false }
      expect([await found('b', '9007199254740992', big), await found('b', '9007199254740993', big)]).to.deep.equal([0, 1])
      expect([
        await found('d', '12345678901234567890.12344', decimal),
        await found('d', '12345678901234567890.123450', decimal),
      ]).to.deep.equal([0, 1])
      expect(await found('d', '12345678901234567890.123451', decimal)).to.equal(0)
      await ddl('drop table wide')
    })

    it('that are not of their type are refused', async () => {
      await ddl(
        'create table odd (t tinyint(1), d date, dt datetime, j json)',
        "set statement sql_mode = '', check_constraint_checks = 0 for insert into odd values (7, '0000-00-00', '2020-00-00 00:00:00', '{')",
      )
      const odd = needed(tableOf((await db.introspect(null)).tables, 'odd'))
      for (const column of odd.columns) {
        const { rows } = await db.query(compile(sql`select ${mariadb.sql.read(sql.id(column.name), column.type)} from odd`))
        expect(() => mariadb.sql.encoder(column.type)(rows[0]?.[0]), column.name).to.throw(ValueMismatch)
      }
      await ddl('drop table odd')
    })

    it('aggregate exactly', async () => {
      await ddl(
        'create table sums (i int, b bigint, d decimal(10,2), f double)',
        'insert into sums values (2147483647, 9223372036854775807, 0.10, 0.5), (2147483647, 9223372036854775807, 0.20, 0.25), (1, 1, 0.20, 0)',
      )
      const summed = needed(tableOf((await db.introspect(null)).tables, 'sums'))
      const results: Record<string, string> = {}
      for (const fn of ['count', 'sum', 'avg', 'min', 'max'] as const) {
        for (const column of summed.columns) {
          const type = mariadb.sql.aggregateType(fn, column.type)
          const { rows } = await db.query(
            compile(sql`select ${mariadb.sql.read(mariadb.sql.aggregate(fn, sql.id(column.name), column.type), type)} from sums`),
          )
          results[`${fn} ${column.name}`] = mariadb.sql.encoder(type)(rows[0]?.[0])
        }
      }
      expect(results).to.deep.equal({
        'count i': '3',
        'count b': '3',
        'count d': '3',
        'count f': '3',
        'sum i': '"4294967295"',
        'sum b': '"18446744073709551615"',
        'sum d': '"0.50"',
        'sum f': '0.75',
        'avg i': '"1431655765.0000000000000000"',
        'avg b': '"6148914691236517205.0000000000000000"',
        'avg d': '"0.1666666666666667"',
        'avg f': '0.25',
        'min i': '1',
        'min b': '"1"',
        'min d': '"0.10"',
        'min f': '0',
        'max i': '2147483647',
        'max b': '"9223372036854775807"',
        'max d': '"0.20"',
        'max f': '0.5',
      })
      await ddl('drop table sums')
    })

    it('match LIKE patterns with and without an escape character', async () => {
      const like = async (value: string, pattern: string, mark: string | null): Promise<boolean> =>
        String(
          (
            await db.query(
              compile(
                sql`select ${mariadb.sql.like(sql`${value}`, pattern, mark, { name: 'string', length: null, fixed: false })}`,
              ),
            )
          ).rows[0]?.[0],
        ) === '1'
      expect(await like('abc', 'a%', null)).to.equal(true)
      expect(await like('a%c', 'a|%c', '|')).to.equal(true)
      expect(await like('abc', 'a|%c', '|')).to.equal(false)
      expect(await like('a\\x', 'a\\_', null)).to.equal(true)
      expect(await like('a_', 'a\\_', '\\')).to.equal(true)
    })
  })

  describe('hostile names', () => {
    it('can be written and read', async () => {
      const table = tableNamed('hostile')
      expect(table.columns.map((column) => column.name)).to.deep.equal(hostile)
      await insert(db, table, hostile)
      expect(await readJson(db, table)).to.deep.equal([hostile.map((text) => JSON.stringify(text))])
      for (const odd of hostile) {
        await insert(db, tableNamed(odd), [1, 2])
        expect(await readJson(db, tableNamed(odd))).to.deep.equal([['1', '2']])
        expect(tableNamed(odd)).to.deep.include({ primaryKey: [odd] })
        expect(tableNamed(odd).id).to.match(/^n:/)
      }
    })
  })

  describe('probe', () => {
    const moves: readonly (readonly [string, ...string[]])[] = [
      ['create table', 'create table pr (a int primary key, b varchar(9)) '],
      ['another table', 'create table pr2 (a int primary key, b varchar(9))'],
      ['tables trading names', 'rename table pr to pr3, pr2 to pr, pr3 to pr2'],
      ['a table of the same shape in its place', 'drop table pr2', 'create table pr2 (a int primary key, b varchar(9))'],
      ['add column', 'alter table pr add c int'],
      ['rename column', 'alter table pr rename column c to d'],
      [
        'columns trading names',
        'alter table pr change b x varchar(9)',
        'alter table pr change d b int',
        'alter table pr change x d varchar(9)',
      ],
      ['reorder columns', 'alter table pr modify b int first'],
      ['change type', 'alter table pr modify b bigint'],
      ['change nullability', 'alter table pr modify b bigint not null'],
      ['set default', 'alter table pr alter b set default 5'],
      ['drop default', 'alter table pr alter b drop default'],
      ['enum member', "alter table pr add e enum('a')"],
      ['another enum member', "alter table pr modify e enum('a','b')"],
      ['generated', 'alter table pr add g int as (b + 1)'],
      ['generated differently', 'alter table pr modify g int as (b + 2)'],
      ['invisible', 'alter table pr modify g int as (b + 2) invisible'],
      ['unique key', 'alter table pr add unique k (b)'],
      ['unique key over other columns', 'alter table pr drop key k, add unique k (b, a)'],
      ['check', 'alter table pr add constraint ch check (b > 0)'],
      ['another check of the same name', 'alter table pr drop constraint ch, add constraint ch check (b > 1)'],
      ['foreign key', 'alter table pr2 add p int, add constraint fk foreign key (p) references pr (a)'],
      [
        'another action',
        'alter table pr2 drop foreign key fk',
        'alter table pr2 add constraint fk foreign key (p) references pr (a) on delete cascade',
      ],
      ['view', 'create view pv as select a from pr'],
      ['another view', 'create or replace view pv as select a from pr where a > 1'],
      ['drop view', 'drop view pv'],
      ['drop primary key', 'alter table pr2 drop primary key'],
      ['drop table', 'drop table pr2, pr'],
    ]

    it('moves on every change, also within one second, and introspection with it', async () => {
      let last = await db.probe()
      for (const [what, ...statements] of moves) {
        await ddl(...statements)
        const now = await db.probe()
        expect(now, what).to.not.equal(last)
        expect((await db.introspect(null)).probe, what).to.equal(now)
        last = now
      }
    })

    it('does not move on data, statistics or other databases', async () => {
      await ddl('create table still (a int auto_increment primary key, b int)')
      const before = await db.probe()
      await ddl(
        'insert into still (b) select seq from seq_1_to_1000',
        'update still set b = b + 1',
        'delete from still where a > 500',
        'analyze table still',
        'create temporary table passing (a int)',
        'drop temporary table passing',
        `create database ${name}_other`,
        `create table ${name}_other.t (a int)`,
        `drop database ${name}_other`,
      )
      expect(await db.probe()).to.equal(before)
      await ddl('drop table still')
    })
  })

  describe('statements', () => {
    before(() => ddl('create table notes (id int auto_increment primary key, v varchar(20))'))

    it('answer with rows and counts', async () => {
      const inserted = await db.query(raw("insert into notes (v) values ('a'), ('b'), (default) returning id, v"))
      expect(inserted).to.deep.equal({
        rows: [
          [1, 'a'],
          [2, 'b'],
          [3, null],
        ],
        affected: 3,
      })
      expect(await db.query(raw("update notes set v = 'a' where v = 'a'"))).to.deep.equal({ rows: [], affected: 1 })
      expect(await db.query(raw('delete from notes where id > 1 returning id'))).to.deep.equal({ rows: [[2], [3]], affected: 2 })
      expect((await db.query(raw("insert into notes (v) values ('x'), ('y')"))).affected).to.equal(2)
      expect((await db.query(raw('select 1 as a, 2 as a'))).rows).to.deep.equal([[1, 2]])
    })

    it('commit together or not at all', async () => {
      const count = async (): Promise<unknown> => (await db.query(raw("select count(*) from notes where v = 'tx'"))).rows[0]?.[0]
      const refused = new Error('no')
      const outcome = await db
        .transaction(async (session) => {
          await session.query(raw("insert into notes (v) values ('tx')"))
          throw refused
        })
        .catch((error: unknown) => error)
      expect(outcome).to.equal(refused)
      expect(await count()).to.equal('0')
      const late = await failure(
        db.transaction(async (session) => {
          await session.query(raw("insert into notes (v) values ('tx')"))
          await session.query(raw('insert into notes (id) values (1)'))
        }),
      )
      expect(late.kind).to.equal('unique')
      expect(await count()).to.equal('0')
      expect(
        await db.transaction(async (session) => (await session.query(raw("insert into notes (v) values ('tx')"))).affected),
      ).to.equal(1)
      expect(await count()).to.equal('1')
    })

    it('are classified when they fail', async () => {
      await ddl(
        "create table f (id int primary key, n int not null, u varchar(9) unique, p int, k int check (k > 0), s varchar(3), d decimal(4,2), dt date, e enum('a'), g int as (n + 1), constraint `odd``fk` foreign key (p) references parent_f (id), constraint big check (k < 9))".replace(
          'parent_f',
          'notes',
        ),
        'insert into notes (id) values (99)',
        "insert into f (id, n, u, p) values (1, 1, 'a', 99)",
        'create view fv as select n, count(*) as c from f group by n',
        "create trigger ft before insert on f for each row begin if new.n = 13 then signal sqlstate '45000' set message_text = 'unlucky'; end if; end",
      )
      const expected: readonly (readonly [string, string, object])[] = [
        ['select nope from f', 'schema', {}],
        ['insert into f (nope) values (1)', 'schema', {}],
        ['select * from nope', 'schema', {}],
        ['select nope(1)', 'schema', {}],
        ['insert into f (id, n, g) values (7, 1, 1)', 'schema', {}],
        ["insert into f (id, n, u) values (2, 1, 'a')", 'unique', { constraint: 'u' }],
        ['insert into f (id, n) values (1, 1)', 'unique', { constraint: 'PRIMARY' }],
        ['insert into f (id, n, p) values (2, 1, 5555)', 'foreign-key', { table: 'f', constraint: 'odd`fk', column: 'p' }],
        ['delete from notes where id = 99', 'foreign-key', { table: 'f', constraint: 'odd`fk', column: 'p' }],
        ['insert into f (id) values (2)', 'not-null', { column: 'n' }],
        ['insert into f (id, n) values (2, null)', 'not-null', { column: 'n' }],
        ['insert into f (id, n, k) values (2, 1, 0)', 'check', { table: 'f', constraint: 'k' }],
        ['insert into f (id, n, k) values (2, 1, 9)', 'check', { table: 'f', constraint: 'big' }],
        ['insert into f (id, n) values (2, 13)', 'check', {}],
        ["insert into f (id, n) values (2, 'abc')", 'value', { table: 'f', column: 'n' }],
        ["insert into f (id, n, dt) values (2, 1, '2020-13-01')", 'value', { table: 'f', column: 'dt' }],
        ["insert into f (id, n, e) values (2, 1, 'z')", 'value', { column: 'e' }],
        ["insert into f (id, n, s) values (2, 1, 'abcd')", 'too-long', { column: 's' }],
        ['insert into f (id, n, d) values (2, 1, 1000)', 'out-of-range', { column: 'd' }],
        ['insert into f (id, n) values (99999999999, 1)', 'out-of-range', { column: 'id' }],
        ['insert into fv (n) values (1)', 'read-only', {}],
        [
          'set statement max_statement_time = 0.05 for select count(*) from seq_1_to_1000000 a, seq_1_to_1000000 b',
          'timeout',
          {},
        ],
        ['selec 1', 'unknown', {}],
      ]
      for (const [statement, kind, facts] of expected) {
        const error = await failure(db.query(raw(statement)), statement)
        expect([error.kind, error.facts], statement).to.deep.equal([kind, facts])
        expect(error.message).to.equal(`database failure: ${kind}`)
      }
    })

    it('say retry for deadlocks and lock waits', async () => {
      await ddl('create table locks (id int primary key, v int)', 'insert into locks values (1, 0), (2, 0)')
      const blocked = await db.transaction(async (one) => {
        await one.query(raw('update locks set v = 1 where id = 1'))
        return failure(db.query(raw('set statement innodb_lock_wait_timeout = 0 for update locks set v = 2 where id = 1')))
      })
      expect(blocked.kind).to.equal('retry')
      const step = (first: number, second: number, ready: () => void, other: Promise<void>): Promise<unknown> =>
        db.transaction(async (session) => {
          await session.query(raw('update locks set v = v + 1 where id = ?', [first]))
          ready()
          await other
          await session.query(raw('update locks set v = v + 1 where id = ?', [second]))
        })
      let left = (): void => {}
      let right = (): void => {}
      const leftReady = new Promise<void>((resolve) => {
        left = resolve
      })
      const rightReady = new Promise<void>((resolve) => {
        right = resolve
      })
      const outcomes = await Promise.allSettled([step(1, 2, left, rightReady), step(2, 1, right, leftReady)])
      const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as DatabaseError] : []))
      expect(failed.map((error) => error.kind)).to.deep.equal(['retry'])
    })

    it('say connection-lost when the connection breaks, and the pool recovers', async () => {
      const one = await open({ poolMax: 1 })
      const id = Number((await one.query(raw('select connection_id()'))).rows[0]?.[0])
      const broken = await failure(
        one.transaction(async (session) => {
          await session.query(raw("insert into notes (v) values ('lost')"))
          await db.query(raw('kill ?', [id]))
          await session.query(raw('select 1'))
        }),
      )
      expect(broken.kind).to.be.oneOf(['connection-lost', 'unavailable'])
      const lost = one.transaction(async () => {
        const current = Number(
          (
            await db.query(
              raw(
                'select id from information_schema.processlist where db = ? and id <> connection_id() order by id desc limit 1',
                [name],
              ),
            )
          ).rows[0]?.[0],
        )
        await db.query(raw('kill ?', [current]))
      })
      expect((await failure(lost)).kind).to.be.oneOf(['connection-lost', 'unavailable'])
      expect((await one.query(raw("select count(*) from notes where v = 'lost'"))).rows).to.deep.equal([['0']])
      await one.close()
    })

    it('report idle connections that break', async () => {
      let told: (error: unknown) => void = () => {}
      const reported = new Promise<unknown>((resolve) => {
        told = resolve
      })
      const one = await open({ poolMax: 1, onConnectionError: (error) => told(error) })
      const id = Number((await one.query(raw('select connection_id()'))).rows[0]?.[0])
      await db.query(raw('kill ?', [id]))
      expect(await reported).to.be.instanceOf(Error)
      expect((await one.query(raw('select 1'))).rows).to.have.length(1)
      await one.close()
    })
  })

  describe('cancelling', () => {
    const endless = (marker: string): CompiledQuery =>
      raw(`select /* ${marker} */ count(*) from seq_1_to_1000000 a, seq_1_to_1000000 b, seq_1_to_1000000 c`)
    const running = async (marker: string): Promise<number> =>
      Number(
        (
          await db.query(
            raw(`select count(*) from information_schema.processlist where info like ? and id <> connection_id()`, [
              `%${marker} *%`,
            ]),
          )
        ).rows[0]?.[0],
      )
    const until = async (marker: string, count: number): Promise<void> => {
      while ((await running(marker)) !== count);
    }

    for (const kind of ['pool', 'host'] as const) {
      it(`ends the statement on the server (${kind})`, async () => {
        const kysely = kind === 'host' ? host({ connectionLimit: 2 }) : null
        const target = kysely === null ? await open({ poolMax: 1 }) : await mariadb.open({ kysely }, settings)
        const marker = `endless_${kind}`
        const control = new AbortController()
        const work = failure(target.query(endless(marker), { signal: control.signal }))
        await until(marker, 1)
        control.abort()
        expect((await work).kind).to.equal('cancelled')
        await until(marker, 0)
        expect((await target.query(raw('select 1'), { signal: new AbortController().signal })).rows).to.deep.equal([[1]])
        await target.close()
        await kysely?.destroy()
      })
    }

    it('rolls the transaction back', async () => {
      const control = new AbortController()
      const work = failure(
        db.transaction(
          async (session) => {
            await session.query(raw("insert into notes (v) values ('cancelled')"))
            await session.query(endless('in_tx'))
          },
          { signal: control.signal },
        ),
      )
      await until('in_tx', 1)
      control.abort()
      expect((await work).kind).to.equal('cancelled')
      expect((await db.query(raw("select count(*) from notes where v = 'cancelled'"))).rows).to.deep.equal([['0']])
    })

    it('does not start for a signal that is aborted already, nor waits for a connection', async () => {
      const one = await open({ poolMax: 1 })
      expect((await failure(one.query(raw('select 1'), { signal: AbortSignal.abort() }))).kind).to.equal('cancelled')
      await one.transaction(async () => {
        const control = new AbortController()
        const waiting = failure(one.query(raw('select 1'), { signal: control.signal }))
        control.abort()
        expect((await waiting).kind).to.equal('cancelled')
      })
      await one.close()
    })

    it('is the fate of a stream too', async () => {
      const control = new AbortController()
      const read = async (): Promise<void> => {
        for await (const _ of db.stream(endless('streamed'), { signal: control.signal }));
      }
      const work = failure(read())
      await until('streamed', 1)
      control.abort()
      expect((await work).kind).to.equal('cancelled')
      await until('streamed', 0)
    })
  })

  describe('streaming', () => {
    const rows = 100_000
    const wide = raw(`select /* wide */ seq, repeat('x', 200) from seq_1_to_${rows}`)

    it('gives all rows in order, in chunks', async () => {
      let next = 1
      for await (const chunk of db.stream(wide)) {
        expect(chunk.length).to.be.at.most(500)
        for (const row of chunk) {
          if (Number(row[0]) !== next) expect.fail(`row ${String(row[0])} instead of ${next}`)
          next += 1
        }
      }
      expect(next).to.equal(rows + 1)
    })

    it('can be left early, and gives its connection back', async () => {
      const one = await open({ poolMax: 1 })
      for (let round = 0; round < 3; round += 1) {
        for await (const chunk of one.stream(wide)) {
          expect(chunk[0]?.[0]).to.be.oneOf([1, '1'])
          break
        }
        expect((await one.query(raw('select 1'))).rows).to.deep.equal([[1]])
      }
      const busy = raw(
        "select count(*) from information_schema.processlist where info like '%/* wide *%' and id <> connection_id()",
      )
      while (Number((await db.query(busy)).rows[0]?.[0]) > 0);
      await one.close()
    })

    it('reads nothing more when it is left early', async () => {
      const sockets: Socket[] = []
      const onSocket = (message: unknown) => void sockets.push((message as { socket: Socket }).socket)
      subscribe('net.client.socket', onSocket)
      const one = await open({ poolMax: 1 })
      for await (const _ of one.stream(wide)) break
      const busy = raw(
        "select count(*) from information_schema.processlist where info like '%/* wide *%' and id <> connection_id()",
      )
      while (Number((await db.query(busy)).rows[0]?.[0]) > 0);
      unsubscribe('net.client.socket', onSocket)
      await one.close()
      expect(sockets).to.have.length(1)
      expect(sockets[0]?.bytesRead).to.be.below((rows * 200) / 2)
    })

    it('ends a statement whose first row takes too long, but never a slow reader', async () => {
      const hasty = await open({ statementTimeout: 300 })
      const never = async (): Promise<void> => {
        for await (const _ of hasty.stream(raw('select count(*) from seq_1_to_1000000 a, seq_1_to_1000000 b')));
      }
      expect((await failure(never())).kind).to.equal('timeout')
      const age = raw(
        "select time_ms from information_schema.processlist where info like '%/* wide *%' and id <> connection_id()",
      )
      let seen = 0
      for await (const chunk of hasty.stream(wide)) {
        // Longer on the server than the limit, spent by the reader.
        while (seen === 0 && Number((await db.query(age)).rows[0]?.[0]) <= 400);
        seen += chunk.length
      }
      expect(seen).to.equal(rows)
      await hasty.close()
    })

    it('fails with the error of its statement, or of its connection', async () => {
      const read = async (query: CompiledQuery, each: (row: Row) => Promise<void>): Promise<void> => {
        for await (const chunk of db.stream(query)) await each(needed(chunk[0]))
      }
      expect((await failure(read(raw('select nope from notes'), async () => {}))).kind).to.equal('schema')
      const killed = read(raw(`select connection_id(), repeat('x', 1000) from seq_1_to_${rows}`), async (row) => {
        await db.query(raw('kill ?', [Number(row[0])])).catch(() => {})
      })
      expect((await failure(killed)).kind).to.equal('connection-lost')
    })

    it("works on a host's connections", async () => {
      const kysely = host()
      const hosted = await mariadb.open({ kysely }, settings)
      let seen = 0
      for await (const chunk of hosted.stream(wide)) seen += chunk.length
      expect(seen).to.equal(rows)
      for await (const chunk of hosted.stream(wide)) {
        expect(chunk[0]?.[0]).to.equal(1)
        break
      }
      await kysely.destroy()
    })
  })

  describe("a host's Kysely instance", () => {
    let kysely: Kysely<unknown>
    let hosted: Database
    before(async () => {
      kysely = host()
      hosted = await mariadb.open({ kysely }, settings)
    })
    after(() => kysely.destroy())

    it('is introspected as our own connection is', async () => {
      expect(hosted.schema).to.equal(null)
      expect(JSON.stringify(await hosted.introspect(null))).to.equal(JSON.stringify(await db.introspect(null)))
      expect(await hosted.probe()).to.equal(await db.probe())
    })

    it('answers RETURNING with rows, affected with counts', async () => {
      expect(await hosted.query(raw("insert into notes (id, v) values (1000, 'h') returning id, v"))).to.deep.equal({
        rows: [[1000, 'h']],
        affected: 1,
      })
      expect(await hosted.query(raw('delete from notes where id = 1000 returning id'))).to.deep.equal({
        rows: [[1000]],
        affected: 1,
      })
      expect((await hosted.query(raw("insert into notes (v) values ('h1'), ('h2')"))).affected).to.equal(2)
    })

    it('commits and rolls back', async () => {
      const error = await failure(
        hosted.transaction(async (session) => {
          await session.query(raw("insert into notes (v) values ('host-tx')"))
          await session.query(raw('select nope from notes'))
        }),
      )
      expect(error.kind).to.equal('schema')
      expect((await db.query(raw("select count(*) from notes where v = 'host-tx'"))).rows).to.deep.equal([['0']])
      await hosted.transaction((session) => session.query(raw("insert into notes (v) values ('host-tx')")))
      expect((await db.query(raw("select count(*) from notes where v = 'host-tx'"))).rows).to.deep.equal([['1']])
    })

    it('stays open when the database is closed', async () => {
      await (await mariadb.open({ kysely }, settings)).close()
      expect((await sql<{ one: number }>`select 1 as one`.execute(kysely)).rows).to.deep.equal([{ one: 1 }])
    })

    it('is refused where values could leave their literals, or writes would wait for a commit', async () => {
      for (const setup of ["set session sql_mode = 'NO_BACKSLASH_ESCAPES'", 'set session autocommit = 0']) {
        const unsafe = host({ connectionLimit: 1 })
        await sql`${sql.raw(setup)}`.execute(unsafe)
        const target = await mariadb.open({ kysely: unsafe }, settings)
        const error = await target.introspect(null).catch((reason: unknown) => reason)
        expect(isFaucetError(error) && error.code, setup).to.equal('invalid-config')
        await unsafe.destroy()
      }
    })

    it('says unavailable when it cannot connect', async () => {
      const dead = host({ port: 1 })
      const target = await mariadb.open({ kysely: dead }, settings)
      expect((await failure(target.query(raw('select 1')))).kind).to.equal('unavailable')
      await dead.destroy()
    })
  })

  describe('a large schema', () => {
    const big = `${name}_big`
    before(async function () {
      this.timeout(120_000)
      const maker = await open({ poolMax: 8 })
      await maker.query(raw(`create database ${big}`))
      const columns = Array.from(
        { length: 17 },
        (_, at) => `c${at} ${['int', 'varchar(40)', 'decimal(10,2)', 'datetime', 'json'][at % 5]}`,
      ).join(', ')
      const make = async (at: number): Promise<void> => {
        await maker.query(
          raw(
            `create table ${big}.t${at} (id int primary key auto_increment, u varchar(20) unique, p int, ${columns}, check (p > 0), foreign key (p) references ${big}.parent (id))`,
          ),
        )
      }
      await maker.query(raw(`create table ${big}.parent (id int primary key)`))
      await Promise.all(
        Array.from({ length: 8 }, async (_, lane) => {
          for (let at = lane; at < 1000; at += 8) await make(at)
        }),
      )
      await maker.close()
    })

    after(async function () {
      this.timeout(120_000)
      await db.query(raw(`drop database ${big}`))
    })

    it('is read in as many statements as a small one', async () => {
      const statements = async (target: Database): Promise<number> => {
        const one = raw("show session status like 'Questions'")
        const asked = async (): Promise<number> => Number((await target.query(one)).rows[0]?.[1])
        const first = await asked()
        await target.introspect(null)
        return (await asked()) - first
      }
      const [small, large] = [await open({ poolMax: 1 }), await open({ poolMax: 1 }, big)]
      expect(await statements(large)).to.equal(await statements(small))
      const read = await large.introspect(null)
      expect(read.tables).to.have.length(1001)
      expect(needed(tableOf(read.tables, 't999')).columns).to.have.length(20)
      await Promise.all([small.close(), large.close()])
    })
  })
})
