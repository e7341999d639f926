import { expect } from 'chai'
import { CompiledQuery } from 'kysely'
import mysql, { type Connection } from 'mysql2/promise'
import { type Api, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

const stamp = / ?\[faucet:[0-9a-f]{16}\]/g

/** What only one of the servers has; `left` are the columns that it will not stamp at once. */
const own = {
  mariadb: {
    columns: [
      'packed text compressed',
      'uid uuid default uuid()',
      "address inet6 default '::1'",
      'made timestamp(6) null default null on update current_timestamp(6) invisible',
      'place point ref_system_id=4326',
      "kept varchar(50) generated always as (concat(b, ')')) stored",
    ],
    left: ['place', 'kept'],
  },
  mysql: {
    columns: [
      'place point srid 4326',
      'packed int column_format dynamic',
      'made timestamp(6) null default null on update current_timestamp(6) invisible',
      "kept varchar(50) generated always as (concat(b, ' COMMENT '')')) stored not null",
      'parts json default (json_array())',
      'twice int generated always as (n * 2) stored',
    ],
    left: ['kept'],
  },
} as const

const odd = [
  "id bigint unsigned not null auto_increment primary key comment 'it''s a \\\\ back, COMMENT ''x'' ?'",
  "a varchar(20) character set latin1 collate latin1_bin not null default 'wh?t''s, (' comment 'A ) CHECK ('",
  "b varchar(20) not null default 'COMMENT ''x'''",
  'ts timestamp(3) not null default current_timestamp(3) on update current_timestamp(3)',
  'ts2 timestamp null default null',
  "zero_date date default '0000-00-00'",
  "e enum('x','y,)','it''s','\\\\') default 'x'",
  "s set('a','b') not null default 'a,b'",
  "virtual_one int generated always as (n + 1) virtual comment 'made'",
  'n int not null default 5 check (n > 0)',
  "checked varchar(10) comment 'has a check' check (checked <> 'COMMENT ''x''')",
  'hidden int default 7 invisible',
  'price decimal(10,2) unsigned zerofill default 1.50',
  'sum_of decimal(10,2) default (1 + 2.5)',
  'doc json',
  'bin varbinary(16) not null',
  'raw_bytes blob',
  'old_text text character set utf8mb3',
  'parent int',
  '`we``ird, (` int unsigned zerofill default 7',
  "bits bit(3) default b'101'",
  "`COMMENT 'x'` int comment 'zeilen\\numbruch\\tü 🎈'",
  'd double default 1e10',
  'y year',
  "j char(36) binary default 'x'",
]

for (const engine of ['mariadb', 'mysql'] as const) {
  describeEngine(engine, `stamped definitions [${engine}]`, () => {
    let database: TestDatabase
    let client: Connection
    let api: Api | undefined
    /** The last column of the only row. */
    const last = async (statement: string): Promise<string> => {
      const [rows] = await client.query({ sql: statement, rowsAsArray: true })
      return String((rows as unknown[][])[0]?.at(-1) ?? '')
    }
    const exec = async (...statements: string[]) => {
      for (const statement of statements) await client.query(statement)
    }
    const told = async () => {
      // The table's own options count rows, and empty comments are not shown.
      const text = await last('show create table t')
      return text
        .replace(stamp, '')
        .replaceAll(" COMMENT ''", '')
        .replace(/ AUTO_INCREMENT=\d+/, '')
    }
    const unstamped = async (table = 't') =>
      (
        await last(
          `select coalesce(group_concat(column_name order by ordinal_position), '') from information_schema.columns
           where table_schema = database() and table_name = '${table}' and column_comment not like '%[faucet:%'`,
        )
      ).split(',')

    beforeEach(async () => {
      database = await createDatabase(engine)
      const { hostname, port, username, password, pathname } = new URL(database.dsn)
      const address = {
        host: hostname,
        port: Number(port),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
      }
      client = await mysql.createConnection({ ...address, database: pathname.slice(1), charset: 'utf8mb4' })
      await client.query("set session sql_mode = ''")
    })
    afterEach(async () => {
      await api?.close()
      await client.end()
      await database.drop()
    })

    it('are what they were', async function () {
      this.timeout(20_000)
      await exec(
        'create table p (id int primary key)',
        `create table t (${[...odd, ...own[engine].columns].join(', ')},
          unique key (b), key (a(3)), constraint fk foreign key (parent) references p (id) on delete cascade,
          constraint named check (price < 100)) collate utf8mb4_bin comment 'the table'`,
        'insert into p values (1)',
        "insert into t (b, bin, parent) values ('one', 'x', 1)",
        'create trigger tr before insert on t for each row set new.y = 2020',
      )
      const before = await told()
      const rows = await last('select count(*) from t')
      api = await serve(database.dsn, { stampIdentities: true })
      expect(await told()).to.equal(before)
      expect(await last('select count(*) from t')).to.equal(rows)
      // What is invisible is not promised.
      const left = ['hidden', 'made', ...own[engine].left]
      expect((await unstamped()).filter((name) => !left.includes(name))).to.deep.equal([])
      expect(await unstamped()).to.include.members([...own[engine].left])
      expect((await api.controller.refresh('db')).state).to.equal('green')
    })

    it('stay without a key where a comment has no room, and where a table cannot be copied to try it out', async () => {
      const long = 'ü'.repeat(1010)
      await exec(
        `create table t (id int primary key, a int comment '${long}', b int comment '${'ü'.repeat(998)}')`,
        'create table parts (id int primary key) partition by hash (id) partitions 2',
      )
      api = await serve(database.dsn, { stampIdentities: true })
      expect(await unstamped()).to.deep.equal(['a'])
      expect(
        await last('select column_comment from information_schema.columns where column_name = "a" and table_schema = database()'),
      ).to.equal(long)
      expect(await unstamped('parts')).to.deep.equal(['id'])
      expect((await api.rows('t')).length).to.equal(0)
    })

    it("leave the host's session as it was", async () => {
      await exec('create table t (id int primary key)')
      const host = hostKysely(database)
      const variables = CompiledQuery.raw(
        'select @@sql_mode as mode, @@lock_wait_timeout as wait, @@sql_quote_show_create as quoted',
      )
      const before = (await host.executeQuery(variables)).rows
      api = await serve({ kysely: host, engine }, { stampIdentities: true })
      expect(await unstamped()).to.deep.equal([''])
      expect((await host.executeQuery(variables)).rows).to.deep.equal(before)
      await api.close()
      api = undefined
      await host.destroy()
    })
  })
}
