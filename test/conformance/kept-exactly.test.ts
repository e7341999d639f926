import { expect } from 'chai'
import type { Response } from 'supertest'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'

const tookMs = /"took_ms":[0-9.]+/
const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')

/** A type, what it becomes, values that this keeps as they are sent, and values of which it would make others. */
const changes: readonly (readonly [before: string, after: string, keeps: readonly unknown[], bends: readonly unknown[]])[] = [
  ['double', 'double(10,2)', [1.25, -7, 1234567.89], [1.239, 0.001]],
  ['float', 'float(10,2)', [1.25, 1.24, -7], [1.239]],
  ['double', 'float', [0.5], [0.1]],
  ['varbinary(4)', 'binary(4)', [base64(1, 2, 3, 4)], [base64(1, 2)]],
  ['blob', 'binary(4)', [base64(1, 2, 3, 0)], [base64(1)]],
  ['int', 'year', [2024, 1999], [24, 99, 1]],
  ['smallint unsigned', 'year', [2024], [24]],
  ['varchar(5)', 'char(5)', ['ab', ' a'], ['ab ', ' ']],
  ['varchar(20)', 'varchar(5)', ['ab', 'ab '], ['abc     ']],
  ['text', 'varchar(5)', ['ab '], ['abc     ']],
  ['datetime(3)', 'datetime', ['2024-01-01T00:00:00.000'], ['2024-01-01T00:00:00.600']],
  ['timestamp(3) null', 'timestamp null', ['2024-01-01T00:00:00.000Z'], ['2024-01-01T00:00:00.600Z']],
  ['time(3)', 'time', ['10:00:00.000'], ['10:00:00.600']],
  ["set('a','b')", "set('b','a')", ['a,b', 'b', ''], []],
  ['varchar(20)', "set('a','b')", ['a,b', 'b'], ['b,a', 'a,a']],
  ['decimal(10,3)', 'decimal(10,2)', ['1.250'], ['1.239']],
]

/** A type, what it becomes, and a value of which the first made another. */
const released: readonly (readonly [before: string, after: string, value: unknown])[] = [
  ['double(10,2)', 'double', 1.2],
  ['double(10,2)', 'double(12,3)', 1.239],
  ['double(10,2)', 'int', 7],
  ['float(10,2)', 'float', 1.239],
  ['binary(4)', 'varbinary(4)', base64(1, 2)],
  ['binary(4)', 'blob', base64(1, 2)],
  ['year', 'int', 24],
  ['year', 'smallint unsigned', 70],
  ['char(5)', 'varchar(5)', 'ab '],
  ['char(5)', 'text', 'ab  '],
]

for (const engine of ['mariadb', 'mysql'] as const) {
  describeEngine(engine, `values that a column would bend [${engine}]`, () => {
    let database: TestDatabase
    let api: Api
    beforeEach(async () => {
      database = await createDatabase(engine)
    })
    afterEach(async () => {
      await api.close()
      await database.drop()
    })
    const start = async (type: string) => {
      await database.exec(`create table t (id integer not null primary key, v ${type})`)
      api = await serve(database.dsn)
    }
    const become = async (type: string) => {
      await database.exec(`alter table t modify v ${type}`)
      await api.controller.refresh('db')
    }
    const valueIn = ({ body }: Response) => (body.resource?.[0] ?? body).v
    const post = (id: number, v: unknown) => api.request.post(path('t')).send({ id, v })
    const ordered = async () => (await api.request.get(path('t')).query({ order: 'v', fields: 'id' })).body.resource
    /** Byte for byte. */
    const stored = async () => (await api.request.get(path('t')).query({ order: 'id' })).text.replace(tookMs, '')

    for (const [before, after, keeps, bends] of changes) {
      it(`are refused, and all others kept: ${before} → ${after}`, async () => {
        await start(before)
        for (const [id, v] of keeps.entries()) expect((await post(id, v)).status).to.equal(201)
        const rows = await stored()
        const order = /set/.test(before) ? null : await ordered()
        await become(after)
        expect(await stored()).to.equal(rows)
        if (order !== null && !/set/.test(after)) expect(await ordered()).to.deep.equal(order)
        for (const [id, v] of keeps.entries()) {
          const made = await post(10 + id, v)
          expect([made.status, valueIn(made)]).to.deep.equal([201, v])
          expect(valueIn(await api.request.patch(path('t', id)).send({ v }))).to.deep.equal(v)
        }
        for (const v of bends) {
          const { status, body } = await post(20, v)
          expect([v, status, body.code]).to.deep.equal([v, 409, 'contract-drift'])
          expect((await api.request.patch(path('t', 0)).send({ v })).status).to.equal(409)
          if (after.startsWith('year')) {
            expect((await api.rows('t', { filter: `v = ${v}` })).length).to.equal(0)
            expect((await api.rows('t', { filter: `v > ${v}` })).length).to.equal(2 * keeps.length)
          }
        }
        expect(await database.value('select count(*) from t')).to.equal(String(2 * keeps.length))
      })
    }

    for (const [before, after, value] of released) {
      it(`are bent as before: ${before} → ${after}`, async () => {
        await start(before)
        const promised = (await post(1, value)).text.replace('"id":1', '"id":2').replace(tookMs, '')
        const rows = await stored()
        await become(after)
        expect(await stored()).to.equal(rows)
        expect((await post(2, value)).text.replace(tookMs, '')).to.equal(promised)
      })
    }
  })
}
