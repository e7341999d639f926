import { expect } from 'chai'
import { path, serve } from '../support/api.js'
import { createDatabase, describeEngine } from '../support/databases.js'

const types = ['integer', 'real', 'text', 'decimal(10,2)', 'boolean', 'date', '']
const values = ['1', '0', "'abc'", '1.5', "x'414243'", '9007199254740993', 'null', "'5'", "'2024-01-01'"]
const literals = ['1', '1.5', "'abc'", "'5'", "'2024-01-01'"]

const queries: readonly Record<string, string>[] = [
  { order: 'v', fields: 'id' },
  { order: 'v desc', fields: 'id' },
  { fields: 'COUNT(*)', group: 'v' },
  ...['COUNT(DISTINCT v)', 'MIN(v)', 'MAX(v)', 'SUM(v)'].map((fields) => ({ fields })),
  ...['=', '<>', '<', '>='].flatMap((op) => literals.map((one) => ({ filter: `v ${op} ${one}`, fields: 'id', order: 'id' }))),
  { filter: "v like '%b%'", fields: 'id', order: 'id' },
  ...values.map((_, index) => ({ filter: `id = ${index + 1}` })),
]

describeEngine('sqlite', 'values of another storage class than their column [sqlite]', () => {
  for (const from of types) {
    it(`are answered as before or not at all when ${from || 'no type'} becomes another type`, async () => {
      for (const to of types) if (to !== from && !(from === 'date' && to === 'decimal(10,2)')) await compare(from, to)
    })
  }

  async function compare(from: string, to: string): Promise<void> {
    const database = await createDatabase('sqlite')
    // What both types keep as it is: the change itself turns the rest into something else.
    await database.exec(`create table probe (v ${from}, w ${to})`, `create table t (id integer primary key, v ${from})`)
    for (const [index, value] of values.entries()) {
      await database.exec('delete from probe', `insert into probe (v) values (${value})`, 'update probe set w = v')
      const kept = 'select case when typeof(v) = typeof(w) and v is w then v end from probe'
      await database.exec(`insert into t values (${index + 1}, (${kept}))`)
    }
    await database.exec('drop table probe')
    const api = await serve(database.dsn)
    const answers = () =>
      Promise.all(
        queries.map(async (query) => {
          const { status, body } = await api.request.get(path('t')).query(query)
          return status === 200 ? JSON.stringify(body.resource) : status
        }),
      )
    const before = await answers()
    await database.exec(
      `create table made (id integer primary key, v ${to})`,
      'insert into made select id, v from t',
      'drop table t',
      'alter table made rename to t',
    )
    await api.controller.refresh('db')
    for (const [index, answer] of (await answers()).entries()) {
      if (answer !== 503) expect(answer, `${from} → ${to}: ${JSON.stringify(queries[index])}`).to.equal(before[index])
    }
    await api.close()
    await database.drop()
  }
})
