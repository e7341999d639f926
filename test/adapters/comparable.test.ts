import { expect } from 'chai'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import { mariadb } from '../../adapters/database/mariadb/index.js'
import { mysql } from '../../adapters/database/mysql/index.js'
import { postgres } from '../../adapters/database/postgres/index.js'
import { sqlite } from '../../adapters/database/sqlite/index.js'
import { converterOf } from '../../lib/conversion/convert.js'
import { parameterOf } from '../../lib/conversion/parameters.js'
import { type Aggregate, type Comparable, type Database, type Engine, type Parameter, ValueMismatch } from '../../lib/database.js'
import { type ColumnType, isNumeric } from '../../lib/schema/column-type.js'
import type { Column, Table } from '../../lib/schema/table.js'
import * as t from '../conversion/types.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { type Pair, pairs } from './comparable-pairs.js'

type Sql = RawBuilder<unknown>

const engines: Record<EngineName, Engine> = { sqlite, postgres, mariadb, mysql }
const settings = { poolMax: 2, connectTimeout: 5_000, statementTimeout: 15_000, onConnectionError: () => {} }

/**
 * A table with the live column `l`, and beside it `c`, a true column of the promised type that holds what each live value
 * converts to, or NULL. Whatever is asked of the comparable must be answered as `c` answers it.
 */
describeEngines('comparing converted columns', (engine) => {
  const dialect = engines[engine].sql
  let database: TestDatabase
  let db: Database
  let tables = 0

  before(async () => {
    database = await createDatabase(engine)
    if (engine === 'postgres') await database.exec("create type mood as enum ('b', 'a')", "create type tidy as enum ('a', 'b')")
    db = await engines[engine].open({ dsn: new URL(database.dsn) }, settings)
  })
  after(async () => {
    await db.close()
    await database.drop()
  })

  const run = async (statement: Sql) => (await db.query(dialect.compile(statement) as CompiledQuery)).rows
  const column = (table: Table, name: string) => table.columns.find((one) => one.name === name) as Column

  async function setUp({ live, contract, values }: Pair): Promise<Subject> {
    // A name of its own, because drivers keep statements prepared.
    const own = `t${++tables}`
    await database.exec(`create table ${own} (id integer primary key, l ${live}, c ${contract})`)
    for (const [id, value] of [...values, 'null'].entries())
      await database.exec(`insert into ${own} (id, l) values (${id}, ${value})`)
    const schema = await db.introspect(null)
    const table = schema.tables.find(({ name }) => name === own) as Table
    const [from, to] = [column(table, 'l').type, column(table, 'c').type]
    const convert = converterOf(from, to, dialect)
    if (convert === null) throw new Error('does not convert')
    const source = dialect.table(db.schema, own)
    const converted = new Map<number, Parameter>()
    for (const [id, raw] of await run(sql`select id, ${dialect.read(sql.id('l'), from)} as l from ${source}`)) {
      const parameter = raw === null ? null : attempt(() => parameterOf(convert(dialect.encoder(from)(raw)), to))
      if (parameter === null) continue
      converted.set(Number(id), parameter)
      await run(sql`update ${source} set c = ${dialect.bind(parameter, to)} where id = ${Number(id)}`)
    }
    const comparable = dialect.comparable(sql.id('l'), from, to)
    if (comparable === null) throw new Error('cannot be compared')
    return { source, type: to, converted, comparable, values }
  }

  for (const pair of pairs[engine]) {
    it(`${pair.live} as ${pair.contract}`, async () => {
      const subject = await setUp(pair)
      await keepsNull(subject)
      await agreesOnFits(subject, pair)
      await agreesOnComparisons(subject)
      await agreesOnOrder(subject)
      await agreesOnAggregates(subject)
      await neverRaises(subject)
    })
  }

  /** A value made of NULL would be found, changed and deleted. */
  async function keepsNull({ source, comparable }: Subject): Promise<void> {
    expect(await run(sql`select ${comparable.value} from ${source} where l is null`)).to.deep.equal([[null]])
  }

  async function agreesOnFits({ source, converted, comparable, values }: Subject, { unsure = [] }: Pair): Promise<void> {
    const fits = comparable.fits ?? sql`(1 = 1)`
    const rows = await run(sql`select id from ${source} where l is not null and ${fits} order by id`)
    const expected = [...converted.keys()].filter((id) => !unsure.includes(values[id] ?? ''))
    expect(rows.map(([id]) => values[Number(id)])).to.deep.equal(expected.map((id) => values[id]))
    // What is not true must be false, not NULL: the caller looks for NOT fits.
    const others = await run(sql`select id from ${source} where l is not null and not (${fits})`)
    expect(rows.length + others.length).to.equal(values.length)
  }

  const fitting = ({ comparable }: Subject) => sql`l is not null and c is not null and ${comparable.fits ?? sql`(1 = 1)`}`

  async function agreesOnComparisons(subject: Subject): Promise<void> {
    const { source, converted, comparable, type } = subject
    for (const op of ['<', '<=', '=', '>='].map((one) => sql.raw(one)))
      for (const parameter of new Set(converted.values())) {
        const ids = async (left: Sql, right: unknown) =>
          (await run(sql`select id from ${source} where ${fitting(subject)} and ${left} ${op} ${right} order by id`)).map(
            ([id]) => Number(id),
          )
        expect(await ids(comparable.value, dialect.bind(parameter, comparable.type)), `${op} ${parameter}`).to.deep.equal(
          await ids(sql.id('c'), dialect.bind(parameter, type)),
        )
      }
    if (type.name !== 'string') return
    for (const pattern of ['%1%', '-%', '%0', '2024-__-%']) {
      const ids = (value: Sql) =>
        run(sql`select id from ${source} where ${fitting(subject)} and ${dialect.like(value, pattern, null, type)} order by id`)
      expect(await ids(comparable.value), pattern).to.deep.equal(await ids(sql.id('c')))
    }
  }

  async function agreesOnOrder(subject: Subject): Promise<void> {
    const ordered = (by: Sql) => run(sql`select id from ${subject.source} where ${fitting(subject)} order by ${by}, id`)
    expect(await ordered(subject.comparable.value)).to.deep.equal(await ordered(sql.id('c')))
  }

  async function agreesOnAggregates(subject: Subject): Promise<void> {
    const { source, comparable, type } = subject
    // SUM of the greatest integers overflows where there are 64 bits only, of a column as promised too.
    const added: readonly Aggregate[] = engine === 'sqlite' && type.name === 'bigint' ? ['avg'] : ['sum', 'avg']
    const aggregates: readonly Aggregate[] = isNumeric(type) ? ['min', 'max', ...added] : ['min', 'max']
    for (const fn of aggregates) {
      const result = dialect.aggregateType(fn, type)
      const answer = async (value: Sql) => {
        const [row] = await run(
          sql`select ${dialect.read(dialect.aggregate(fn, value, type), result)} as a from ${source} where ${fitting(subject)} and id < 100`,
        )
        return row?.[0] === null ? null : (JSON.parse(dialect.encoder(result)(row?.[0])) as unknown)
      }
      const [actual, expected] = [await answer(comparable.value), await answer(sql.id('c'))]
      // Digits of a decimal may be more than promised; AVG stops where each type stops.
      if (!isNumeric(type)) expect(actual, fn).to.equal(expected)
      else if (fn === 'avg' || type.name === 'float') closeTo(actual, expected, fn)
      else expect(plain(actual), fn).to.equal(plain(expected))
    }
  }

  /** Over all rows, good and bad, and where a server is stricter than in SELECT. */
  async function neverRaises({ source, comparable, converted, type }: Subject): Promise<void> {
    const { value, fits } = comparable
    const [parameter] = converted.values()
    const compared = sql`${value} >= ${dialect.bind(parameter ?? null, comparable.type)}`
    await run(sql`select ${fits ?? sql`1`}, ${value} from ${source} where ${compared} or id >= 0 order by ${value}`)
    await run(sql`select ${dialect.read(dialect.aggregate('max', value, type), type)} from ${source}`)
    await run(sql`update ${source} set id = id where ${compared} and not (${fits ?? sql`(1 = 1)`})`)
    if (isNumeric(type) && engine !== 'sqlite') await run(sql`select sum(${value}) from ${source}`)
  }
})

it('has no comparable where order, sums or text would not be as promised', () => {
  const everywhere: readonly (readonly [ColumnType, ColumnType])[] = [
    [t.text, t.float64],
    [t.float64, t.text],
    [t.labels('a', 'b'), t.labels('b', 'a')],
    [t.text, t.json],
    [t.json, t.text],
    [t.text, t.boolean],
    [t.binary, t.text],
    [t.timestamp(6), t.timestamp(6, true)],
    [t.date, t.timestamp(6, true)],
    [t.set('a'), t.text],
    [t.text, t.any],
    [t.array(t.int32), t.text],
  ]
  const family: typeof everywhere = [
    [t.decimal(10, 2), t.float32],
    [t.float32, t.decimal(10, 2)],
    [t.decimal(65, 30), t.float64],
  ]
  for (const [name, { sql: dialect }] of Object.entries(engines))
    for (const [live, contract] of [...everywhere, ...(name === 'mariadb' || name === 'mysql' ? family : [])])
      expect(dialect.comparable(sql.id('l'), live, contract), `${name}: ${JSON.stringify([live, contract])}`).to.equal(null)
})

it('tells labels that stand in another order than their text apart, but does not sort them', () => {
  for (const [name, { sql: dialect }] of Object.entries(engines)) {
    if (name === 'sqlite') continue
    expect(dialect.comparable(sql.id('l'), t.text, t.labels('b', 'a')), name).to.include({ sorts: false })
  }
})

interface Subject {
  readonly source: Sql
  readonly type: Column['type']
  readonly converted: ReadonlyMap<number, Parameter>
  readonly comparable: Comparable
  readonly values: readonly string[]
}

function attempt(work: () => Parameter): Parameter {
  try {
    return work()
  } catch (error) {
    if (error instanceof ValueMismatch) return null
    throw error
  }
}

function plain(value: unknown): string {
  const text = String(value)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function closeTo(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [Number(actual), Number(expected)]
  if (Object.is(one, other)) return
  expect(Math.abs(one - other), `${what}: ${actual} and ${expected}`).to.be.at.most(Math.abs(other) * 1e-6)
}
