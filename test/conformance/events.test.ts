import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { createFaucet } from 'faucet-db/node'
import { type Api, serve } from '../support/api.js'
import { createDatabase, describeEngines, type TestDatabase } from '../support/databases.js'
import { removeStore, temporaryStore } from '../support/temporary-store.js'

const events = ['drift', 'promotion', 'lock', 'unlock', 'error', 'reconnect'] as const

describeEngines('events', (engine) => {
  let database: TestDatabase
  let api: Api
  let store: string
  let told: string[]

  const open = async (settings: Parameters<typeof serve>[1] = {}) => {
    api = await serve(database.dsn, settings, store)
    told = []
    for (const name of events) {
      api.controller.on(name, (event) => told.push('state' in event ? `${name} ${event.state} ${event.changes.length}` : name))
    }
  }

  beforeEach(async () => {
    store = temporaryStore()
    database = await createDatabase(engine)
    await database.exec('create table users (id integer primary key, email varchar(50))')
    await open()
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
    removeStore(store)
  })

  it('are none on an idle system', async () => {
    await api.close()
    await open({ probeInterval: '100ms', settle: 0 })
    const looked = async () => (await api.controller.status('db')).checkedAt
    // Three looks later.
    for (let looks = 0, last = await looked(); looks < 3; ) {
      const now = await looked()
      if (now !== last) looks++
      last = now
      await sleep(10)
    }
    for (let times = 0; times < 3; times++) await api.controller.refresh('db')
    expect(told).to.deep.equal([])
  })

  it('come once for each real change', async () => {
    await database.exec('alter table users drop column email')
    for (let times = 0; times < 3; times++) await api.controller.refresh('db')
    expect(told).to.deep.equal(['drift red 1'])
    await database.exec('create table logs (id integer primary key)')
    await api.controller.diff('db')
    expect(told.slice(1)).to.deep.equal(['drift red 2'])
    for (let times = 0; times < 2; times++) await api.controller.refresh('db')
    expect(told.slice(2)).to.deep.equal(['promotion', 'drift red 1'])
    await api.controller.promote('db')
    expect(told.slice(4)).to.deep.equal(['promotion', 'drift green 0'])
    await api.controller.refresh('db')
    expect(told).to.have.length(6)
  })

  it('do not come again at a restart, but what happened meanwhile does', async () => {
    await database.exec('alter table users drop column email')
    await api.controller.refresh('db')
    await api.close()
    expect(await driftAtStart()).to.deep.equal([])
    await database.exec('create table logs (id integer primary key)')
    expect(await driftAtStart()).to.deep.equal([2])
    expect(await driftAtStart()).to.deep.equal([])
  })

  /** How many changes each `drift` of a new process tells of, up to the end of its first look. */
  async function driftAtStart(): Promise<number[]> {
    const { controller } = createFaucet({
      services: [{ name: 'db', dsn: database.dsn, settle: '1h', probeInterval: '1h' }],
      access: {},
      store,
    })
    const drift: number[] = []
    controller.on('drift', ({ changes }) => drift.push(changes.length))
    await controller.ready()
    await controller.close()
    return drift
  }
})
