import { expect } from 'chai'
import type { Kysely } from 'kysely'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

/** What makes the database's statistics anew; null: it has none that tell how many rows a statement has. */
const analyze: Record<EngineName, string | null> = {
  sqlite: null,
  postgres: 'analyze event',
  mariadb: 'analyze table event',
  mysql: 'analyze table event',
}

const rows = 4_000

describeEngines('include_count', (engine) => {
  let database: TestDatabase
  before(async () => {
    database = await createDatabase(engine)
    const values = Array.from({ length: rows }, (_, id) => `(${id}, 'kind ${id % 4}')`)
    await database.exec(
      'create table event (id integer not null primary key, kind varchar(20) not null)',
      'create index event_kind on event (kind)',
      `insert into event values ${values.join(', ')}`,
    )
    const statement = analyze[engine]
    if (statement !== null) await database.exec(statement)
  })
  after(() => database.drop())

  for (const kind of ['own connections', "a host's Kysely"] as const) {
    describe(`through ${kind}`, () => {
      let api: Api
      let kysely: Kysely<unknown> | undefined
      before(async () => {
        kysely = kind === 'own connections' ? undefined : hostKysely(database)
        api = await serve(kysely === undefined ? database.dsn : { kysely, engine })
      })
      after(async () => {
        await api.close()
        await kysely?.destroy()
      })
      const total = async (query: Record<string, string>) => {
        const { body } = await api.request
          .get(path('event'))
          .query({ limit: '1', ...query })
          .expect(200)
        return { total: body.meta.total, isEstimate: body.meta.total_is_estimate }
      }

      it('counts exactly', async () => {
        const exact = { total: rows, isEstimate: undefined }
        for (const mode of ['exact', 'true']) expect(await total({ include_count: mode })).to.deep.equal(exact)
        expect(await total({ include_count: 'false' })).to.deep.equal({ total: undefined, isEstimate: undefined })
      })

      it('estimates many rows where the database has statistics, and says so', async () => {
        for (const [query, expected] of [
          [{}, rows],
          [{ filter: "kind in ('kind 1', 'kind 2')" }, rows / 2],
        ] as const) {
          const found = await total({ include_count: 'estimated', ...query })
          expect(found.isEstimate).to.equal(analyze[engine] === null ? undefined : true)
          // MySQL samples pages: its guess at a small table is some percent off.
          expect(found.total).to.be.within(expected * 0.7, expected * 1.3)
        }
      })

      it('counts what the estimate finds to be few', async () => {
        const few = await total({ include_count: 'estimated', filter: 'id < 10' })
        expect(few).to.deep.equal({ total: 10, isEstimate: undefined })
      })

      it('counts groups', async () => {
        const groups = await total({ include_count: 'estimated', fields: 'kind,COUNT(*)', group: 'kind' })
        expect(groups).to.deep.equal({ total: 4, isEstimate: undefined })
      })

      it('refuses another word', async () => {
        const { status, body } = await api.request.get(path('event')).query({ include_count: 'planned' })
        expect([status, body.code]).to.deep.equal([400, 'invalid-parameter'])
        expect(body.detail).to.contain('include_count')
      })
    })
  }
})
