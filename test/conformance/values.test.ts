import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'

/** A value sent in a body, and what comes back for it; one entry: the same. */
type RoundTrip = readonly [sent: unknown, stored?: unknown]

interface Case {
  readonly type: string
  readonly values: readonly RoundTrip[]
  /** Sent as a body, refused with 400. */
  readonly refused?: readonly unknown[]
}

const text = [
  '',
  'plain',
  "it's",
  '"quoted"',
  'back\\slash',
  '%_!',
  '🙂 é ß 漢字',
  ' padded ',
  '\n\t\r',
  'null',
  "'; drop table t; --",
  '{"a":1}',
].map((value): RoundTrip => [value])
const big: readonly RoundTrip[] = [
  ['9223372036854775807'],
  ['-9223372036854775808'],
  [0, '0'],
  [42, '42'],
  ['9007199254740993'],
  [null],
]
const bytes: readonly RoundTrip[] = [[''], ['AA=='], ['AAECAwQF/v8='], [null]]

/** What MariaDB and MySQL keep alike. */
const mysqlFamily: Record<string, Case> = {
  tinyint: { type: 'tinyint', values: [[127], [-128], [null]], refused: [128, 1.5] },
  unsigned: { type: 'int unsigned', values: [[4294967295], [0]], refused: [-1, 4294967296] },
  mediumint: { type: 'mediumint', values: [[8388607], [-8388608]], refused: [8388608] },
  bigint: { type: 'bigint', values: big, refused: ['9223372036854775808', 2 ** 53] },
  ubigint: { type: 'bigint unsigned', values: [['18446744073709551615'], ['0']], refused: ['-1', '18446744073709551616'] },
  decimal: {
    type: 'decimal(38,10)',
    values: [['1234567890123456789012345678.0123456789'], ['1', '1.0000000000'], ['1e-7', '0.0000001000'], [null]],
    refused: ['0.00000000001', 'x'],
  },
  float: { type: 'float', values: [[0.1], [1.5], [null]] },
  double: { type: 'double', values: [[0.1], [1e-7], [1.7976931348623157e308], [0]], refused: ['x'] },
  boolean: { type: 'boolean', values: [[true], [false], [null]], refused: [1, 'true'] },
  bit: { type: 'bit(1)', values: [[true], [false]] },
  text: { type: 'text', values: [...text, ['nul \u0000 inside'], [null]], refused: [5] },
  varchar: { type: 'varchar(5)', values: [['12345'], ['🙂🙂🙂🙂🙂'], ['']], refused: ['123456'] },
  char: { type: 'char(3)', values: [['ab'], ['abc'], ['a  ', 'a']], refused: ['abcd'] },
  date: {
    type: 'date',
    values: [['0001-01-01'], ['2016-12-31'], ['2024-02-29'], ['9999-12-31']],
    refused: ['2023-02-29', 'x'],
  },
  time: { type: 'time(6)', values: [['23:59:59.999999'], ['00:00:00', '00:00:00.000000']], refused: ['25:00:00'] },
  datetime: {
    type: 'datetime(6)',
    values: [['0001-01-01T00:00:00', '0001-01-01T00:00:00.000000'], ['2016-12-31T23:59:59.999999']],
    refused: ['2017-01-01T00:00:00Z'],
  },
  plain: { type: 'datetime', values: [['2016-12-31T23:59:59']] },
  timestamp: {
    type: 'timestamp(6) null',
    values: [['2016-12-31T23:59:59.999999Z'], ['2017-01-01T02:00:00+02:00', '2017-01-01T00:00:00.000000Z']],
  },
  year: { type: 'year', values: [[1999], [2155]] },
  binary: { type: 'blob', values: bytes, refused: ['not base64!'] },
  varbinary: { type: 'varbinary(4)', values: [['AQIDBA==']], refused: ['AQIDBAU='] },
  enumeration: {
    type: "enum('sad','very \"happy\"','it''s')",
    values: [['sad'], ['very "happy"'], ["it's"], [null]],
    refused: ['angry'],
  },
  set: { type: "set('a','b','c')", values: [['a,c'], ['']], refused: ['d'] },
  bits: { type: 'bit(9)', values: [['101', '000000101'], ['111111111']], refused: ['999', 'x', '1111111111'] },
}

/** Every type an engine has that holds something of its own, with its hostile values. */
const cases: Record<EngineName, Record<string, Case>> = {
  sqlite: {
    integer: {
      type: 'integer',
      values: [[0], [-1], [9007199254740991], [-9007199254740991], ['7', 7], [null]],
      refused: [9007199254740992, 1.5, '9007199254740993', true, 'x'],
    },
    bigint: { type: 'bigint', values: big, refused: ['9223372036854775808', 2 ** 53, '1.5'] },
    boolean: { type: 'boolean', values: [[true], [false], [null]], refused: [1, 'true'] },
    real: { type: 'double', values: [[0.1], [-1.5e300], [1e-7], [0], [123456789.125], [null]], refused: ['x'] },
    decimal: {
      type: 'decimal(12,2)',
      values: [['0.10'], ['-12345678.90'], ['1', '1.00'], [2.5, '2.50'], ['1e-2', '0.01'], [null]],
      refused: ['0.001', '12345678901234.5', 'x'],
    },
    wide: {
      type: 'decimal(38,10)',
      values: [['1.5000000000'], ['12345.0000067890']],
      refused: ['12345678901234567890.1234567891'],
    },
    text: { type: 'text', values: [...text, ['nul \u0000 inside'], [null]], refused: [5, true, {}] },
    varchar: { type: 'varchar(5)', values: [['12345'], ['longer than declared']] },
    date: { type: 'date', values: [['0001-01-01'], ['2016-12-31'], ['9999-12-31'], [null]] },
    datetime: { type: 'datetime', values: [['2016-12-31 23:59:59.999999'], ['2017-01-01T00:00:00Z']] },
    binary: { type: 'blob', values: bytes, refused: ['not base64!', 5] },
    json: {
      type: 'json',
      values: [[{ b: 1, a: [true, null, 'x'] }], [[]], ['text'], [5], [false], [null]],
      refused: [{ deep: [2 ** 53] }],
    },
    untyped: { type: '', values: [[1], ['one'], [2.5], [null]] },
  },
  postgres: {
    smallint: { type: 'smallint', values: [[32767], [-32768], [null]], refused: [32768, -32769, 1.5, 'x'] },
    integer: { type: 'integer', values: [[2147483647], [-2147483648], ['5', 5]], refused: [2147483648, 2 ** 53] },
    bigint: { type: 'bigint', values: big, refused: ['9223372036854775808', 2 ** 53] },
    numeric: {
      type: 'numeric',
      values: [
        ['1e-7', '0.0000001'],
        ['12345678901234567890.123456789012345678'],
        ['99999999999999999999999999999999999999'],
        ['-0.00'.slice(1)],
        ['NaN'],
        [1.5, '1.5'],
        [null],
      ],
      refused: ['x', true],
    },
    decimal: {
      type: 'numeric(38,10)',
      values: [['1234567890123456789012345678.0123456789'], ['1', '1.0000000000']],
      refused: ['0.00000000001', '12345678901234567890123456789'],
    },
    real: { type: 'real', values: [[0.1], [1e-7], [3.5e30], ['NaN'], ['Infinity'], [null]] },
    double: { type: 'double precision', values: [[0.1], [1e-7], [1.7976931348623157e308], ['-Infinity'], [0]], refused: ['x'] },
    boolean: { type: 'boolean', values: [[true], [false], [null]], refused: [1, 'true', 't'] },
    text: { type: 'text', values: [...text, [null]], refused: ['nul \u0000 inside', 5] },
    varchar: { type: 'varchar(5)', values: [['12345'], ['🙂🙂🙂🙂🙂'], ['']], refused: ['123456'] },
    char: { type: 'char(3)', values: [['ab'], ['abc'], ['a  ', 'a']], refused: ['abcd'] },
    date: {
      type: 'date',
      values: [['0001-01-01'], ['2016-12-31'], ['2024-02-29'], ['9999-12-31'], [null]],
      refused: ['2023-02-29', '2023-13-01', 'x', 5],
    },
    time: { type: 'time', values: [['00:00:00'], ['23:59:59.999999'], ['12:30', '12:30:00']], refused: ['25:00:00'] },
    timestamp: {
      type: 'timestamp',
      values: [
        ['0001-01-01T00:00:00'],
        ['2016-12-31T23:59:59.999999'],
        ['2017-01-01', '2017-01-01T00:00:00'],
        ['2017-01-01 01:02:03', '2017-01-01T01:02:03'],
      ],
      refused: ['2017-01-01T00:00:00Z', '2016-12-31T23:59:60'],
    },
    timestamptz: {
      type: 'timestamptz',
      values: [
        ['0001-01-01T00:00:00Z'],
        ['2016-12-31T23:59:59.999999Z'],
        ['2017-01-01T02:00:00+02:00', '2017-01-01T00:00:00Z'],
        ['2017-06-01T00:00:00', '2017-06-01T00:00:00Z'],
      ],
      refused: ['2017-01-01T00:00:00+99:00'],
    },
    interval: { type: 'interval', values: [['P1Y2M3DT4H5M6.789S'], ['P1D'], [null]] },
    uuid: {
      type: 'uuid',
      values: [
        ['6f1c2b8e-27a5-4b0e-9c55-000000000001'],
        ['6F1C2B8E-27A5-4B0E-9C55-00000000000A', '6f1c2b8e-27a5-4b0e-9c55-00000000000a'],
      ],
      refused: ['x'],
    },
    binary: { type: 'bytea', values: bytes, refused: ['not base64!'] },
    json: {
      type: 'json',
      values: [[{ b: 1, a: [true, null, 'x'] }], [[]], ['text'], [5], [false], [null]],
      refused: [{ deep: [2 ** 53] }],
    },
    jsonb: { type: 'jsonb', values: [[{ a: 1.5 }], [[1, [2]]]] },
    enumeration: { type: 'mood', values: [['sad'], ['very "happy"'], [null]], refused: ['angry', 5] },
    array: {
      type: 'integer[]',
      values: [
        [[1, 2, 3]],
        [[]],
        [[null, 1]],
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
      refused: [['x'], 5],
    },
    texts: { type: 'text[]', values: [[['a,b', '"q"', '{}', '', 'NULL', '\\']], [[null]]] },
    bigs: { type: 'bigint[]', values: [[['9223372036854775807']]] },
    inet: { type: 'inet', values: [['10.0.0.1/8'], [null]], refused: ['x'] },
    domain: { type: 'positive', values: [[5]], refused: ['x'] },
  },
  mariadb: {
    ...mysqlFamily,
    json: {
      type: 'json',
      values: [[{ b: 1, a: [true, null, 'x'] }], [[]], ['text'], [5], [false], [null]],
      refused: [{ deep: [2 ** 53] }],
    },
    uuid: { type: 'uuid', values: [['6f1c2b8e-27a5-4b0e-9c55-000000000001']], refused: ['x'] },
    inet: { type: 'inet6', values: [['::1']], refused: ['x'] },
  },
  mysql: {
    ...mysqlFamily,
    // Kept parsed: keys are sorted by length, decimals are doubles.
    json: {
      type: 'json',
      values: [[{ b: 1, a: [true, null, 'x'] }], [{ longer: 1, a: 2 }], [[]], ['text'], [5], [false], [0.1], [null]],
      refused: [{ deep: [2 ** 53] }],
    },
    vector: { type: 'vector(2)', values: [['[1.5,-2]', '[1.50000e+00,-2.00000e+00]'], [null]], refused: ['x'] },
  },
}

/** Values a database can hold and answers, and a body may not have, in their order. */
const unwritable: Record<EngineName, { type: string; values: readonly string[]; shown: readonly string[] }> = {
  sqlite: { type: 'decimal(20,4)', values: ['20 * 1.2345', '1.5', '99'], shown: ['1.5000', '24.689999999999998', '99.0000'] },
  postgres: {
    type: 'date',
    values: ["'infinity'", "'0044-03-15 BC'", "'2024-01-01'"],
    shown: ['0044-03-15 BC', '2024-01-01', 'infinity'],
  },
  mariadb: { type: 'time', values: ["'12:00:00'", "'-12:30:00'", "'100:00:00'"], shown: ['-12:30:00', '12:00:00', '100:00:00'] },
  mysql: { type: 'time', values: ["'12:00:00'", "'-12:30:00'", "'100:00:00'"], shown: ['-12:30:00', '12:00:00', '100:00:00'] },
}

const setUp: Record<EngineName, readonly string[]> = {
  sqlite: [],
  postgres: ["create type mood as enum ('sad', 'very \"happy\"')", 'create domain positive as integer check (value > 0)'],
  mariadb: [],
  mysql: [],
}

const identity: Record<EngineName, string> = {
  sqlite: 'integer primary key',
  postgres: 'integer generated by default as identity primary key',
  mariadb: 'integer auto_increment primary key',
  mysql: 'integer auto_increment primary key',
}

describeEngines('values', (engine) => {
  let database: TestDatabase
  let api: Api

  before(async () => {
    database = await createDatabase(engine)
    await database.exec(...setUp[engine])
    for (const [name, { type }] of Object.entries(cases[engine]))
      await database.exec(`create table t_${name} (id ${identity[engine]}, v ${type})`)
    api = await serve(database.dsn)
  })
  after(async () => {
    await api.close()
    await database.drop()
  })

  for (const [name, { type, values, refused = [] }] of Object.entries(cases[engine])) {
    it(`round-trips ${type || 'no type'}`, async () => {
      for (const [sent, stored = sent] of values) {
        const created = await api.request.post(path(`t_${name}`)).send({ v: sent })
        expect([created.status, created.body.resource?.[0]?.v], `POST ${JSON.stringify(sent)}: ${created.text}`).to.deep.equal([
          201,
          stored,
        ])
        const { id } = created.body.resource[0]
        expect((await api.request.get(path(`t_${name}`, id))).body.v, `GET ${JSON.stringify(sent)}`).to.deep.equal(stored)
        const put = await api.request.put(path(`t_${name}`, id)).send({ v: sent })
        expect([put.status, put.body.v], `PUT ${JSON.stringify(sent)}`).to.deep.equal([200, stored])
      }
    })

    if (refused.length > 0) {
      it(`refuses what is no ${type}`, async () => {
        const count = await database.value(`select count(*) from t_${name}`)
        for (const value of refused) {
          const { status, text: body } = await api.request
            .post(path(`t_${name}`))
            .set('content-type', 'application/json')
            .send(JSON.stringify({ v: value }))
          expect(status, `${JSON.stringify(value)}: ${body}`).to.equal(400)
        }
        expect(await database.value(`select count(*) from t_${name}`)).to.equal(count)
      })
    }
  }

  it('finds rows by every comparable value it returned', async () => {
    const skip = new Set([
      'json',
      'jsonb',
      'array',
      'texts',
      'bigs',
      'interval',
      'real',
      'float',
      'binary',
      'varbinary',
      'untyped',
      'inet',
      'set',
    ])
    for (const name of Object.keys(cases[engine]).filter((one) => !skip.has(one))) {
      for (const { id, v } of await api.rows(`t_${name}`)) {
        if (v === null || v === 'NaN' || v === '-Infinity') continue
        const literal = typeof v === 'string' ? `'${v.replaceAll("'", "''")}'` : String(v)
        const found = await api.rows(`t_${name}`, { filter: `v = ${literal}`, limit: 1_000 })
        expect(
          found.map((row: { id: number }) => row.id),
          `${name} = ${literal}`,
        ).to.include(id)
      }
    }
  })

  it('pages by cursor over values that no request could send', async () => {
    const { type, values, shown } = unwritable[engine]
    await database.exec(`create table odd (id integer primary key, v ${type})`)
    for (const [index, value] of values.entries()) await database.exec(`insert into odd values (${index}, ${value})`)
    const own = await serve(database.dsn)
    const seen: unknown[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query: Record<string, string | number> = { order: 'v', limit: 1, ...(cursor === '' ? {} : { cursor }) }
      const { body } = await own.request.get(path('odd')).query(query).expect(200)
      seen.push(...body.resource.map(({ v }: { v: unknown }) => v))
      cursor = body.meta.next_cursor
    }
    expect(seen).to.deep.equal(shown)
    await own.close()
  })

  it('shows 64-bit integers as numbers where the service says so, and refuses what a number cannot keep', async () => {
    await database.exec(
      'create table counts (id integer primary key, n bigint)',
      'insert into counts values (1, 7), (2, 9007199254740993)',
    )
    const own = await serve(database.dsn, { bigints: 'number' })
    expect((await own.request.get(path('counts', 1))).body).to.deep.equal({ id: 1, n: 7 })
    expect((await own.request.get(path('counts', 2)).expect(503)).body.code).to.equal('contract-unservable')
    expect(await own.rows('counts', { fields: 'MIN(n),COUNT(*)' })).to.deep.equal([{ min_n: 7, count: 2 }])
    const { columns } = (await own.request.get('/db/_schema/counts')).body
    expect(columns[1]).to.include({ name: 'n', type: 'integer' })
    await own.close()
  })

  it('does not report drift on any of its types, in this process or the next', async () => {
    await api.controller.refresh('db')
    expect((await api.controller.diff('db')).changes).to.deep.equal([])
    const again = await serve(database.dsn)
    const schemas = await Promise.all([api, again].map(async (one) => (await one.request.get('/db/_schema').expect(200)).text))
    expect(schemas[0]).to.equal(schemas[1])
    await again.close()
  })
})
