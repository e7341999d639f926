import { expect } from 'chai'
import { sql } from 'kysely'
import { neutralType } from '../../adapters/database/sqlite/declared-type.js'
import { sqlite } from '../../adapters/database/sqlite/index.js'
import { type Aggregate, type Database, type Parameter, ValueMismatch } from '../../lib/database.js'
import { isFaucetError } from '../../lib/errors.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { compiled, createFiles, raw } from './sqlite-files.js'

describe('sqlite values', () => {
  const files = createFiles()
  let database: Database
  before(async () => {
    database = await files.open(':memory:')
  })
  after(() => files.clean())

  const mismatch = Symbol('mismatch')

  /** What a column of the declared type holding `literal` is served as. */
  async function served(declared: string, literal: string): Promise<string | typeof mismatch> {
    await database.query(raw('drop table if exists t'))
    await database.query(raw(`create table t (c ${declared})`))
    await database.query(raw(`insert into t values (${literal})`))
    const type = neutralType(declared)
    const { rows } = await database.query(
      compiled(sql`select ${sqlite.sql.read(sql.id('c'), type)} as c0 from ${sqlite.sql.table(null, 't')}`),
    )
    try {
      return sqlite.sql.encoder(type)(rows[0]?.[0])
    } catch (error) {
      if (error instanceof ValueMismatch) return mismatch
      throw error
    }
  }

  const stored: [string, string, string | typeof mismatch][] = [
    ['integer', '42', '42'],
    ['integer', '-9007199254740991', '-9007199254740991'],
    ['integer', '9007199254740992', mismatch],
    ['integer', `'abc'`, mismatch],
    ['integer', '1.5', mismatch],
    ['integer', `x'01'`, mismatch],
    ['tinyint(1)', '7', '7'],
    ['bigint', '9223372036854775807', '"9223372036854775807"'],
    ['bigint', '-9223372036854775808', '"-9223372036854775808"'],
    ['unsigned big int', '5', '"5"'],
    ['bigint', '9.3e18', mismatch],
    ['boolean', 'true', 'true'],
    ['bool', '0', 'false'],
    ['boolean', '2', mismatch],
    ['boolean', `'true'`, mismatch],
    ['real', '0.1', '0.1'],
    ['double precision', '1e300', '1e+300'],
    ['float', '5', '5'],
    ['real', '-0.0', '0'],
    ['real', '9e999', '"Infinity"'],
    ['real', '-9e999', '"-Infinity"'],
    ['real', `'abc'`, mismatch],
    ['decimal(10,2)', '19.9', '"19.90"'],
    ['decimal(10,2)', '5', '"5.00"'],
    ['decimal(10,2)', `'-0.5'`, '"-0.50"'],
    ['decimal(10, 2)', '1.2345', '"1.2345"'],
    ['numeric', '9007199254740993', '"9007199254740993"'],
    ['numeric', '1e21', '"1000000000000000000000"'],
    ['numeric(20,3)', '1e-7', '"0.0000001"'],
    ['decimal', '0.0', '"0"'],
    ['decimal', `'abc'`, mismatch],
    ['decimal', '9e999', mismatch],
    ['varchar(3)', `'longer than 3'`, '"longer than 3"'],
    ['text', `'quote " \\ é 😀' || char(10, 1)`, '"quote \\" \\\\ é 😀\\n\\u0001"'],
    ['text', '5', '"5"'],
    ['text', `x'00'`, mismatch],
    ['date', `'2024-02-29'`, '"2024-02-29"'],
    ['datetime', '1700000000', '"1700000000"'],
    ['timestamp', '2460000.5', '"2460000.5"'],
    ['uuid', `'A0EEBC99-9c0b'`, '"A0EEBC99-9c0b"'],
    ['blob', `x'deadbeef'`, '"3q2+7w=="'],
    ['blob', `'é'`, '"w6k="'],
    ['blob', '1', mismatch],
    ['json', `'{"b": 1.0, "a": 9007199254740993, "a": null}'`, '{"b": 1.0, "a": 9007199254740993, "a": null}'],
    ['json', `' [1,' || char(10) || '2] '`, '[1, 2]'],
    ['json', `'"text"'`, '"text"'],
    ['json', '7', '7'],
    ['json', '1.5', '1.5'],
    ['json', `'{a: 1}'`, mismatch],
    ['json', `''`, mismatch],
    ['json', `x'7b7d'`, mismatch],
    ['', '1', '1'],
    ['', '9007199254740993', '"9007199254740993"'],
    ['', '1.5', '1.5'],
    ['', `'x'`, '"x"'],
    ['', `x'01'`, '"AQ=="'],
    ['geometry', `'x'`, '"x"'],
  ]
  for (const [declared, literal, expected] of stored) {
    it(`serves ${literal} in ${declared || 'no type'} as ${String(expected)}`, async () =>
      expect(await served(declared, literal)).to.equal(expected))
  }

  const types: [string, ColumnType['name']][] = [
    ['UNSIGNED BIG INT', 'bigint'],
    ['INT8', 'bigint'],
    ['int64', 'bigint'],
    ['int unsigned', 'integer'],
    ['MEDIUMINT', 'integer'],
    ['NATIVE CHARACTER(70)', 'string'],
    ['varying character(255)', 'string'],
    ['NVARCHAR(100)', 'string'],
    ['CLOB', 'string'],
    ['TIME', 'string'],
    ['guid', 'string'],
    ['DECIMAL(10,5)', 'decimal'],
    ['jsonb', 'any'],
    ['ANY', 'any'],
    ['POINT', 'any'],
    ['', 'any'],
  ]
  for (const [declared, name] of types)
    it(`reads ${declared || 'no type'} as ${name}`, () => expect(neutralType(declared).name).to.equal(name))
  it('keeps precision and scale as declared', () => {
    expect(neutralType('decimal( 10 , 2 )')).to.deep.equal({ name: 'decimal', precision: 10, scale: 2, unsigned: false })
    expect(neutralType('NUMERIC(8)')).to.deep.equal({ name: 'decimal', precision: 8, scale: null, unsigned: false })
    expect(neutralType('money')).to.deep.equal({ name: 'decimal', precision: null, scale: null, unsigned: false })
  })

  const text: ColumnType = { name: 'string', length: null, fixed: false }
  const decimal: ColumnType = { name: 'decimal', precision: 10, scale: 2, unsigned: false }
  const bigint: ColumnType = { name: 'bigint', unsigned: false }
  const integer: ColumnType = { name: 'integer', bits: 53, unsigned: false }
  const float: ColumnType = { name: 'float', bits: 64 }
  const bound: [string, ColumnType, Parameter, string, string][] = [
    ['integer', integer, 42, 'integer', '42'],
    ['bigint', bigint, '9223372036854775807', 'integer', '"9223372036854775807"'],
    ['bigint', bigint, 5, 'integer', '"5"'],
    ['decimal(10,2)', decimal, '19.90', 'real', '"19.90"'],
    ['decimal(10,2)', decimal, '100', 'integer', '"100.00"'],
    ['decimal(18)', { ...decimal, scale: null }, '123456789012345678', 'integer', '"123456789012345678"'],
    ['decimal(10,2)', decimal, '1234567890123.45', 'real', '"1234567890123.45"'],
    ['real', float, 5, 'real', '5'],
    ['real', float, 'Infinity', 'real', '"Infinity"'],
    ['boolean', { name: 'boolean' }, true, 'integer', 'true'],
    ['text', text, '007', 'text', '"007"'],
    ['date', text, '2024-02-29', 'text', '"2024-02-29"'],
    ['blob', { name: 'binary', length: null }, Buffer.from([0, 255]), 'blob', '"AP8="'],
    ['json', { name: 'json' }, '{"a": 9007199254740993}', 'text', '{"a": 9007199254740993}'],
    ['', { name: 'any' }, 5, 'integer', '5'],
    ['', { name: 'any' }, 1.5, 'real', '1.5'],
    ['', { name: 'any' }, '5', 'text', '"5"'],
  ]
  for (const [declared, type, value, storage, json] of bound) {
    it(`binds ${JSON.stringify(value)} to ${declared || 'no type'} as ${storage} and finds it again`, async () => {
      await database.query(raw('drop table if exists t'))
      await database.query(raw(`create table t (c ${declared})`))
      await database.query(compiled(sql`insert into t values (${sqlite.sql.bind(value, type)})`))
      const { rows } = await database.query(
        compiled(sql`select typeof(c) as c0, c as c1 from t where c = ${sqlite.sql.bind(value, type)}`),
      )
      expect(rows[0]?.[0]).to.equal(storage)
      expect(sqlite.sql.encoder(type)(rows[0]?.[1])).to.equal(json)
    })
  }
  it('refuses what cannot be kept, saying what to do', () => {
    const codes: [Parameter, ColumnType, string][] = [
      ['12345678901234567890.5', decimal, 'number-not-exact'],
      ['1.2345678901234567', decimal, 'number-not-exact'],
      ['9223372036854775808.5', decimal, 'number-not-exact'],
      ['9223372036854775808', bigint, 'invalid-value'],
      ['NaN', float, 'invalid-value'],
    ]
    for (const [value, type, code] of codes) {
      try {
        sqlite.sql.bind(value, type)
        expect.fail(`${value} was bound`)
      } catch (error) {
        if (!isFaucetError(error)) throw error
        expect(error.code).to.equal(code)
        expect(error.hint).to.be.a('string').and.not.equal('')
      }
    }
  })

  it('matches patterns with and without an escape character', async () => {
    const like = async (value: string, pattern: string, escapedBy: string | null) => {
      const { rows } = await database.query(
        compiled(sql`select ${sqlite.sql.like(sql`${value}`, pattern, escapedBy, text)} as c0`),
      )
      return rows[0]?.[0] === 1n
    }
    expect(await like('50% off', '50!%%', '!')).to.equal(true)
    expect(await like('500 off', '50!%%', '!')).to.equal(false)
    expect(await like('ABC', 'a_c', null)).to.equal(true)
    expect(await like(`it's`, `%'s`, null)).to.equal(true)
  })

  it('adds up without rounding and orders NULL first', async () => {
    await database.query(raw('create table sums (i integer, b bigint, d decimal(10,2), r real, a)'))
    await database.query(
      raw(
        `insert into sums values (9007199254740991, 4611686018427387904, 0.1, 0.5, 1), (9007199254740991, 1, 0.2, 0.25, 2), (null, null, null, null, null)`,
      ),
    )
    const aggregate = async (fn: Aggregate, column: string, type: ColumnType, distinct = false) => {
      const source = distinct ? sql`distinct ${sql.id(column)}` : sql.id(column)
      const result = sqlite.sql.aggregateType(fn, type)
      const { rows } = await database.query(
        compiled(sql`select ${sqlite.sql.read(sqlite.sql.aggregate(fn, source, type), result)} as c0 from sums`),
      )
      return sqlite.sql.encoder(result)(rows[0]?.[0])
    }
    expect(await aggregate('sum', 'i', integer)).to.equal('"18014398509481982"')
    expect(await aggregate('sum', 'i', integer, true)).to.equal('"9007199254740991"')
    expect(await aggregate('sum', 'b', bigint)).to.equal('"4611686018427387905"')
    expect(await aggregate('sum', 'd', decimal)).to.equal('"0.30"')
    expect(await aggregate('sum', 'd', decimal, true)).to.equal('"0.30"')
    expect(await aggregate('avg', 'r', float)).to.equal('0.375')
    expect(await aggregate('count', 'd', decimal, true)).to.equal('2')
    expect(await aggregate('max', 'd', decimal)).to.equal('"0.20"')
    expect(await aggregate('min', 'b', bigint)).to.equal('"1"')
    expect((await database.query(raw('select a from sums order by a'))).rows).to.deep.equal([[null], [1n], [2n]])
    await database.query(raw('insert into sums (b) values (9223372036854775807)'))
    const overflow = await database.query(raw('select sum(b) from sums')).catch((error: { kind: string }) => error.kind)
    expect(overflow).to.equal('out-of-range')
  })
})
