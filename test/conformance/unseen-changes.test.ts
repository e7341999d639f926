import { expect } from 'chai'
import { type Api, path, serve, wholeText } from '../support/api.js'
import { createDatabase, describeEngine, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'
import { hostKysely } from '../support/host-kysely.js'

/**
 * What becomes of a request by a name that was exchanged before anybody looked: `mapped` to the promised column; `refused`, because
 * several changes at once prove nothing here; `looked`: it meets what has the name now until the next look, then it is mapped;
 * `by name`: for good, because two columns of one type that exchanged names look like columns that were moved. See docs/contract.md.
 */
const outcomes: Record<EngineName, { readonly reads: Outcome; readonly writes: Outcome }> = {
  sqlite: { reads: 'refused', writes: 'refused' },
  postgres: { reads: 'mapped', writes: 'mapped' },
  mariadb: { reads: 'by name', writes: 'by name' },
  mysql: { reads: 'looked', writes: 'mapped' },
}
type Outcome = 'mapped' | 'refused' | 'looked' | 'by name'

const people = { id: 1, name: 'Ada', motto: 'Engines', age: 36, height: 170 }
const create = [
  'create table people (id integer not null primary key, name varchar(20), motto varchar(20), age integer, height integer)',
  `insert into people values (1, 'Ada', 'Engines', 36, 170), (2, 'Bo', 'Oak', 41, 180)`,
]

/** Two columns exchange their names: no statement fails, and names mean something else. */
function swap(table: string, one: string, other: string): string[] {
  return [
    `alter table ${table} rename column ${one} to between_names`,
    `alter table ${table} rename column ${other} to ${one}`,
    `alter table ${table} rename column between_names to ${other}`,
  ]
}

// Nobody looks between the change and the request: the probe is an hour away.
describeEngines('changes nobody has seen yet', (engine) => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase(engine)
    await database.exec(...create)
    api = await serve(database.dsn, { probeInterval: '1h' })
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })

  const { reads, writes } = outcomes[engine]
  const isFollowed = reads !== 'by name'
  const sees = async () => {
    if (reads === 'looked' || reads === 'by name') await api.controller.refresh('db')
  }
  const refusal = (status: number) => [409, 503].includes(status)

  const bySwappedColumns: readonly [what: string, column: string, query: Record<string, string>, expected: unknown][] = [
    ['rows', 'name', { filter: 'id = 1' }, [people]],
    ['chosen fields', 'name', { fields: 'name', filter: 'id = 1' }, [{ name: 'Ada' }]],
    ['a filter', 'name', { fields: 'id', filter: "name = 'Bo'" }, [{ id: 2 }]],
    ['a filter that finds nothing', 'name', { filter: "name = 'Oak'" }, []],
    ['an order', 'age', { fields: 'id', order: 'age desc' }, [{ id: 2 }, { id: 1 }]],
    ['an aggregate', 'age', { fields: 'MAX(age)' }, [{ max_age: 41 }]],
    ['a count', 'age', { fields: 'COUNT(*)', filter: 'age > 100' }, [{ count: 0 }]],
    ['groups', 'age', { fields: 'age,COUNT(*)', group: 'age', order: 'age', filter: 'age < 40' }, [{ age: 36, count: 1 }]],
    ['ids', 'name', { ids: '1', fields: 'name' }, [{ name: 'Ada' }]],
  ]

  for (const [what, column, query, expected] of isFollowed ? bySwappedColumns : []) {
    it(`${what}: never another column's data`, async () => {
      await database.exec(...swap('people', column, column === 'name' ? 'motto' : 'height'))
      await sees()
      const { status, body } = await api.request.get(path('people')).query(query)
      if (reads === 'refused') expect([status, body.code]).to.deep.equal([503, 'contract-unservable'])
      else expect(body.resource).to.deep.equal(expected)
    })
  }

  if (!isFollowed) {
    it('exchanged columns of one type are read by their names', async () => {
      await database.exec(...swap('people', 'name', 'motto'))
      await sees()
      expect((await api.request.get(path('people', 1))).body.name).to.equal('Engines')
      expect((await api.controller.status('db')).state).to.equal('green')
    })
  }

  it("a single row and NDJSON: never another column's data", async () => {
    // Of different types where those of one type cannot be told apart.
    await database.exec(...swap('people', 'name', isFollowed ? 'motto' : 'height'))
    await sees()
    const row = await api.request.get(path('people', 1))
    const lines = await api.request.get(path('people')).set('accept', 'application/x-ndjson').parse(wholeText)
    expect([row.status, lines.status]).to.deep.equal(reads === 'refused' || !isFollowed ? [503, 503] : [200, 200])
    if (row.status === 503) return
    expect(row.body).to.deep.equal(people)
    expect(JSON.parse(lines.body.split('\n')[0])).to.deep.equal(people)
  })

  const changes: readonly [what: string, columns: [string, string], send: (api: Api) => ReturnType<Api['request']['get']>][] = [
    ['an insert', ['name', 'motto'], ({ request }) => request.post(path('people')).send({ id: 3, name: 'Cy', motto: 'Rise' })],
    ['an update', ['name', 'motto'], ({ request }) => request.patch(path('people', 1)).send({ name: 'Eve' })],
    [
      'an update by filter',
      ['name', 'motto'],
      ({ request }) => request.patch(path('people')).query({ filter: "name = 'Ada'" }).send({ age: 1 }),
    ],
    ['a batch by key', ['id', 'age'], ({ request }) => request.put(path('people')).send([{ id: 1, name: 'Eve' }])],
    [
      'a delete by filter',
      ['name', 'motto'],
      ({ request }) => request.delete(path('people')).query({ filter: "name = 'Oak' or name = 'Ada'" }),
    ],
    ['a delete by key', ['id', 'age'], ({ request }) => request.delete(path('people', 41))],
    ['a delete of a row', ['id', 'age'], ({ request }) => request.delete(path('people', 1))],
  ]
  /** Every row as text; `live` says what a promised column is called now. */
  const rowsOf = async (where: TestDatabase, live: (column: string) => string) => {
    const texts: (string | null)[] = []
    for (const row of [0, 1, 2]) {
      for (const column of ['id', 'name', 'motto', 'age']) {
        texts.push(await where.value(`select ${live(column)} from people order by ${live('id')} limit 1 offset ${row}`))
      }
    }
    return texts
  }

  for (const [what, [one, other], send] of writes === 'by name' ? [] : changes) {
    it(`${what}: into the promised columns and rows, or nowhere`, async () => {
      const twin = await createDatabase(engine)
      await twin.exec(...create)
      const never = await serve(twin.dsn)
      try {
        // What one write has found out must not speak for the next.
        for (const { request } of [api, never]) await request.patch(path('people', 1)).send({ height: 170 }).expect(200)
        await database.exec(...swap('people', one, other))
        const [answer, wanted] = [await send(api), await send(never)]
        if (writes === 'refused') {
          expect(refusal(answer.status), answer.text).to.equal(true)
          await twin.exec('delete from people', create[1] as string)
        } else expect(answer.status).to.equal(wanted.status)
        const now = new Map([
          [one, other],
          [other, one],
        ])
        expect(await rowsOf(database, (column) => now.get(column) ?? column)).to.deep.equal(
          await rowsOf(twin, (column) => column),
        )
      } finally {
        await never.close()
        await twin.drop()
      }
    })
  }

  it('tables that exchanged names', async () => {
    await api.close()
    await database.exec(
      'create table pets (id integer not null primary key, name varchar(20), motto varchar(20), age integer, height integer)',
      "insert into pets values (1, 'Rex', 'Bone', 3, 50)",
    )
    api = await serve(database.dsn, { probeInterval: '1h' })
    await database.exec(
      'alter table people rename to between_names',
      'alter table pets rename to people',
      'alter table between_names rename to pets',
    )
    await sees()
    const row = await api.request.get(path('people', 1))
    const deleted = await api.request.delete(path('pets', 1))
    expect([row.status, deleted.status]).to.deep.equal(reads === 'refused' ? [503, 503] : [200, 200])
    if (reads === 'refused') return
    expect(row.body).to.deep.equal(people)
    expect([
      await database.value('select count(*) from people'),
      await database.value('select count(*) from pets'),
    ]).to.deep.equal(['0', '2'])
  })

  it('a column that gives its name to another', async () => {
    await database.exec('alter table people rename column motto to old_motto', 'alter table people add column motto varchar(20)')
    await sees()
    expect((await api.request.get(path('people', 1)).query({ fields: 'motto' })).status).to.equal(503)
    expect((await api.request.get(path('people', 1)).query({ fields: 'name' })).body).to.deep.equal({ name: 'Ada' })
  })

  it('one rename after the other', async () => {
    await api.close()
    api = await serve(database.dsn, { trustLikelyRenames: true })
    let current = 'age'
    for (const next of ['years', 'lived', 'span', 'age']) {
      await database.exec(`alter table people rename column ${current} to ${next}`)
      const { status, body } = await api.request.get(path('people', 1)).query({ fields: 'id,age' })
      expect([status, body]).to.deep.equal([200, { id: 1, age: 36 }])
      current = next
    }
  })
})

describeEngine('postgres', 'an exchange that is committed while a request waits for it [postgres]', () => {
  const strict = ({ dsn }: TestDatabase) => {
    const url = new URL(dsn)
    const path = url.searchParams.get('schema')
    url.searchParams.set('options', `-c search_path=${path} -c default_transaction_isolation=serializable`)
    return url.href
  }
  const openers: Record<string, (database: TestDatabase) => { target: Parameters<typeof serve>[0]; end(): Promise<void> }> = {
    'pool of ours': (database) => ({ target: strict(database), end: async () => {} }),
    "host's pool": (database) => {
      const kysely = hostKysely({ ...database, dsn: strict(database) })
      return { target: { kysely, engine: 'postgres' }, end: () => kysely.destroy() }
    },
  }
  for (const [what, open] of Object.entries(openers)) {
    it(`is seen by the request, also where transactions keep to an older snapshot: a ${what}`, async () => {
      const database = await createDatabase('postgres')
      await database.exec(...create)
      const { target, end } = open(database)
      const api = await serve(target, { probeInterval: '1h' })
      await api.rows('people')
      await database.exec('begin', ...swap('people', 'name', 'motto'))
      const asked = api.request.get(path('people', 1)).then(({ body }) => body)
      // Not before the statement waits, or it would find what it looks for.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await database.exec('commit')
      expect(await asked).to.deep.equal(people)
      await api.close()
      await end()
      await database.drop()
    })
  }
})
