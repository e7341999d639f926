import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { saying, subjectOf } from '../../lib/contract/resolution.js'
import { digestOf } from '../../lib/schema/canonical.js'
import { storeFolder } from './store-folder.js'
import { commitOf, failure, lock, somebody } from './store-samples.js'

describe('contract store shared by several', () => {
  const place = storeFolder()

  it('waits for a lock without stopping the event loop', async () => {
    await place.written()
    const store = place.opened()
    await store.ping()
    const holder = new Sqlite(place.path)
    holder.exec('begin immediate')
    const waiting = store.setMode('shop', 'strict', somebody)
    expect((await store.service('shop')).mode).to.equal(null)
    // Only a running event loop gets here.
    await new Promise<void>((resolve) => setImmediate(() => resolve(void holder.exec('commit'))))
    await waiting
    expect((await store.service('shop')).mode).to.equal('strict')
    holder.close()
  })

  it('gives up on a lock that is never released', async () => {
    await place.written()
    const store = place.opened({ patience: 30 })
    const holder = new Sqlite(place.path)
    holder.exec('begin immediate')
    const error = await failure(store.setMode('shop', 'strict', somebody))
    expect(error.code).to.equal('store-unavailable')
    expect(error.message).to.contain('locked')
    expect((await store.service('shop')).current).to.deep.equal({ version: 1, revision: 0 })
    const patient = place.opened()
    const waiting = failure(patient.setMode('shop', 'strict', somebody))
    await patient.close()
    expect((await waiting).code).to.equal('closed')
    holder.close()
  })

  it('sees what another handle wrote, and lets one of two commits win', async () => {
    const stores = [place.opened(), place.opened()]
    await Promise.all(stores.map((store, at) => lock(store, `service${at}`)))
    const expected = { version: 1, revision: 0 }
    const results = await Promise.allSettled(
      stores.map((store) => store.commit('service0', commitOf({ expected, kind: 'promotion' }))),
    )
    expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected'])
    for (const result of results) if (result.status === 'rejected') expect(result.reason.code).to.equal('contract-moved')
    for (const store of stores) expect((await store.service('service0')).current).to.deep.equal({ version: 2, revision: 0 })
    expect(await stores[1]?.reserveIds('x', 5)).to.equal(1)
    expect(await stores[0]?.reserveIds('x', 5)).to.equal(6)
  })

  it('loses and doubles no revision of four processes', async () => {
    await place.written()
    const wins = 10
    const writers = ['a', 'b', 'c', 'd'].map((mark) => spawnWriter(place.path, wins, mark))
    const made = await Promise.all(writers.map((writer) => lines(writer)))
    expect(made.map(({ length }) => length)).to.deep.equal([wins, wins, wins, wins])
    const all = made.flat().sort((a, b) => a - b)
    expect(all).to.deep.equal(Array.from({ length: 4 * wins }, (_, at) => at + 1))
    expect(await place.opened().versions('shop')).to.have.length(4 * wins + 1)
  }).timeout(60_000)

  it('keeps as many versions of two processes as both say', async () => {
    await place.written()
    const wins = 10
    const made = await Promise.all(['a', 'b'].map((mark) => lines(spawnWriter(place.path, wins, mark, 3))))
    expect(made.flat().sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 2 * wins }, (_, at) => at + 2))
    const store = place.opened()
    const last = 2 * wins + 1
    expect((await store.versions('shop')).map(({ version }) => version)).to.deep.equal([last, last - 1, last - 2])
    for (const version of [last, last - 1, last - 2]) {
      const kept = await store.version('shop', version)
      expect(digestOf(kept?.tables ?? [])).to.equal(kept?.digest)
    }
    const db = new Sqlite(place.path)
    expect(db.pragma('foreign_key_check')).to.deep.equal([])
    db.close()
  }).timeout(60_000)

  it('tells each other what operators settled', async () => {
    const [one, other] = [place.opened(), place.opened()]
    await lock(one)
    const declined = { kind: 'decline', table: 'users', column: 'x', ids: { table: null, column: null } } as const
    await one.resolve('shop', [saying(declined)], somebody)
    expect((await other.service('shop')).resolutions.map(({ resolution }) => resolution)).to.deep.equal([declined])
    await other.resolve('shop', [{ subject: subjectOf(declined), resolution: null }], somebody)
    expect((await one.service('shop')).resolutions).to.deep.equal([])
  })

  it('is first opened by four processes at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((mark) => lines(spawnWriter(place.path, 0, mark))))
    expect((await lock(place.opened())).version).to.equal(1)
  }).timeout(60_000)

  it('survives processes killed in the middle of a commit', async () => {
    await place.written()
    for (const wanted of [1, 3, 7, 12]) {
      const made = await lines(spawnWriter(place.path, 1_000_000, `k${wanted}`), wanted)
      expect(made.length).to.be.at.least(wanted)
      const store = place.opened()
      const current = await store.current('shop')
      expect(current?.revision).to.be.at.least(made.at(-1) ?? Number.NaN)
      for (const revision of made) {
        const version = await store.version('shop', 1, revision)
        expect(version?.actor).to.equal(`k${wanted}`)
        expect(digestOf(version?.tables ?? [])).to.equal(version?.digest)
      }
      await store.commit('shop', commitOf({ expected: { version: 1, revision: current?.revision ?? 0 }, kind: 'merge' }))
      await store.close()
      const db = new Sqlite(place.path)
      expect(db.pragma('integrity_check', { simple: true })).to.equal('ok')
      expect(db.pragma('foreign_key_check')).to.deep.equal([])
      db.close()
    }
  }).timeout(60_000)
})

function spawnWriter(path: string, wins: number, mark: string, retain?: number): ChildProcess {
  const script = fileURLToPath(new URL('store-writer.ts', import.meta.url))
  const options = [path, String(wins), mark, ...(retain === undefined ? [] : [String(retain)])]
  return spawn(process.execPath, ['--import', 'tsx', script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The numbers a writer printed until it ended, or until it was killed after `kill` of them. */
function lines(writer: ChildProcess, kill = Number.POSITIVE_INFINITY): Promise<number[]> {
  let text = ''
  return new Promise((resolve, reject) => {
    const complete = () => text.split('\n').slice(0, -1).map(Number)
    writer.stdout?.on('data', (chunk: Buffer) => {
      text += chunk
      if (complete().length >= kill) writer.kill('SIGKILL')
    })
    writer.on('error', reject)
    writer.on('close', (code) =>
      code === 0 || kill < Number.POSITIVE_INFINITY ? resolve(complete()) : reject(new Error(`exit ${code}`)),
    )
  })
}
