import { expect } from 'chai'
import { type Api, path, serve } from '../support/api.js'
import { createDatabase, describeEngine, type TestDatabase } from '../support/databases.js'

describeEngine('postgres', 'labels of enums [postgres]', () => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase('postgres')
    await database.exec(
      "create type state as enum ('on', 'off')",
      "create domain guarded as state default 'on'",
      "create table switch (id integer primary key, state state not null default 'on', past state[], held guarded)",
      "insert into switch values (1, 'on', '{on,off}', 'on'), (2, 'off', null, 'off')",
    )
    api = await serve(database.dsn)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })
  const rename = (from: string, to: string) => database.exec(`alter type state rename value '${from}' to '${to}'`)
  const swap = async () => {
    await rename('on', 'x')
    await rename('off', 'on')
    await rename('x', 'off')
  }
  const kinds = async () =>
    (await api.controller.diff('db')).changes.map(({ column, kind, evidence, hold, before, after }) => [
      column,
      kind,
      evidence,
      hold,
      before,
      after,
    ])
  const promised = [
    { id: 1, state: 'on', past: ['on', 'off'], held: 'on' },
    { id: 2, state: 'off', past: null, held: 'off' },
  ]

  it('keep their promised names without a look, when one is renamed and when two trade names', async () => {
    for (const change of [() => rename('on', 'enabled'), () => rename('enabled', 'on'), swap, swap]) {
      await change()
      expect(await api.rows('switch', { order: 'id' })).to.deep.equal(promised)
    }
  })

  it('are found and written by their promised names without a look', async () => {
    await rename('on', 'enabled')
    expect(await api.rows('switch', { filter: "state = 'on'", fields: 'id' })).to.deep.equal([{ id: 1 }])
    await rename('enabled', 'active')
    expect((await api.request.post(path('switch')).send({ id: 3, state: 'on' })).status).to.equal(201)
    expect(await database.value('select state from switch where id = 3')).to.equal('active')
  })

  for (const [what, change, names] of [
    ['renamed', () => rename('on', 'enabled'), ['"on"', '"enabled"']],
    ['that traded names', swap, ['"on", "off"', '"off", "on"']],
  ] as const) {
    it(`are held both ways: ${what}`, async () => {
      await change()
      await api.controller.refresh('db')
      const held = (column: string) => [column, 'enum-value-renamed', 'proven', 'converted', ...names]
      expect(await kinds()).to.deep.equal([held('held'), held('past'), held('state')])
      expect(await api.rows('switch', { order: 'id' })).to.deep.equal(promised)
      for (const filter of [
        "state = 'on'",
        "state < 'off'",
        "state between 'on' and 'on'",
        "state in ('on')",
        "state <> 'off'",
      ]) {
        const { status, body } = await api.request.get(path('switch')).query({ filter, fields: 'id' })
        expect([filter, status, body.resource]).to.deep.equal([filter, 200, [{ id: 1 }]])
      }
      expect(await api.rows('switch', { order: 'state desc', fields: 'state' })).to.deep.equal([
        { state: 'off' },
        { state: 'on' },
      ])
      expect(await api.rows('switch', { fields: 'MIN(state),MAX(state)' })).to.deep.equal([{ min_state: 'on', max_state: 'off' }])
      expect(await api.rows('switch', { fields: 'state,COUNT(*)', group: 'state' })).to.deep.equal([
        { state: 'on', count: 1 },
        { state: 'off', count: 1 },
      ])
      const made = await api.request.post(path('switch')).send({ id: 3, state: 'on', past: ['off', 'on', null], held: 'off' })
      expect(made.status, made.text).to.equal(201)
      expect(await api.rows('switch', { filter: 'id = 3' })).to.deep.equal([
        { id: 3, state: 'on', past: ['off', 'on', null], held: 'off' },
      ])
      const [now] = names[1].split(', ')
      expect(await database.value('select state from switch where id = 3')).to.equal(JSON.parse(now ?? ''))
      expect((await api.request.patch(path('switch')).query({ filter: "state = 'off'" }).send({ state: 'on' })).status).to.equal(
        200,
      )
      expect(await database.value(`select count(*) from switch where state = '${JSON.parse(now ?? '')}'`)).to.equal('3')
      expect((await api.request.get(path('switch')).query({ filter: "state = 'enabled'" })).status).to.equal(400)
    })
  }

  it('are as promised again when a rename is taken back', async () => {
    await swap()
    await api.controller.refresh('db')
    await swap()
    await api.controller.refresh('db')
    expect(await kinds()).to.deep.equal([])
    expect(await api.rows('switch', { order: 'id' })).to.deep.equal(promised)
  })

  it('are not taken for a new label that has the name of a renamed one', async () => {
    await rename('on', 'enabled')
    await database.exec("alter type state add value 'on'")
    await database.exec("insert into switch values (3, 'on', null, null)")
    expect(await api.rows('switch', { filter: "state = 'on'", fields: 'id' })).to.deep.equal([{ id: 1 }])
    expect((await api.request.get(path('switch', 3))).body.code).to.equal('contract-unservable')
    expect(await api.rows('switch', { filter: 'id < 3', order: 'id' })).to.deep.equal(promised)
  })

  it('that are added wait while another is renamed', async () => {
    await rename('on', 'enabled')
    await database.exec("alter type state add value 'broken'")
    await api.controller.refresh('db')
    expect((await kinds()).filter(([column]) => column === 'state')).to.deep.equal([
      ['state', 'enum-value-added', 'none', null, null, '"broken"'],
      ['state', 'enum-value-renamed', 'proven', 'converted', '"on"', '"enabled"'],
    ])
    expect(await api.rows('switch', { order: 'id' })).to.deep.equal(promised)
  })

  it('have their new names after a promotion, and the old ones for those who ask for the old version', async () => {
    await swap()
    await api.controller.refresh('db')
    await api.controller.promote('db')
    expect(await kinds()).to.deep.equal([])
    expect(await api.rows('switch', { fields: 'id,state', order: 'id' })).to.deep.equal([
      { id: 1, state: 'off' },
      { id: 2, state: 'on' },
    ])
    const old = await api.request.get(path('switch')).query({ order: 'id' }).set('Faucet-Contract', 'db@1')
    expect(old.body.resource).to.deep.equal(promised)
  })
})

for (const engine of ['mariadb', 'mysql'] as const) {
  describeEngine(engine, `labels of enums [${engine}]`, () => {
    it('that only may have been renamed are served where they are promised, and nowhere else', async () => {
      const database = await createDatabase(engine)
      await database.exec(
        "create table switch (id integer primary key, state enum('on', 'off'))",
        "insert into switch values (1, 'off')",
      )
      const api = await serve(database.dsn)
      await database.exec("alter table switch modify state enum('enabled', 'off')", "insert into switch values (2, 'enabled')")
      await api.controller.refresh('db')
      const [change] = (await api.controller.diff('db')).changes
      expect([change?.kind, change?.evidence]).to.deep.equal(['enum-value-renamed', 'none'])
      expect((await api.request.get(path('switch', 1))).body).to.deep.equal({ id: 1, state: 'off' })
      expect((await api.request.get(path('switch', 2))).body.code).to.equal('contract-unservable')
      await api.close()
      await database.drop()
    })
  })
}
