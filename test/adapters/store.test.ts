import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openSqliteStore } from '../../adapters/store/sqlite/index.js'
import { type Resolution, saying, subjectOf } from '../../lib/contract/resolution.js'
import type { ContractStore, VersionCommit } from '../../lib/contract/store.js'
import { digestOf } from '../../lib/schema/canonical.js'
import type { LiveSchema } from '../../lib/schema/table.js'
import { awkwardTables, commitOf, failure, lock, sampleChange, somebody, table } from './store-samples.js'

const folder = mkdtempSync(join(tmpdir(), 'faucet-store-'))
let files = 0
const places: Record<string, () => string> = {
  'a file': () => join(folder, `${++files}.db`),
  'memory': () => ':memory:',
}

const unheard = {
  mode: null,
  unlocked: false,
  current: null,
  acknowledged: null,
  announced: null,
  lastVersion: 0,
  resolutions: [],
}
const declined = (column: string | null): Resolution => ({
  kind: 'decline',
  table: 'users',
  column,
  ids: { table: null, column: null },
})
/** What is stored of the versions, newest first. */
const numbersIn = async (store: ContractStore) =>
  (await store.versions('shop')).map(({ version, revision }) => `${version}.${revision}`)
/** Commits on what is served. */
async function commitNext(store: ContractStore, more: Partial<VersionCommit>) {
  const { current: expected } = await store.service('shop')
  return store.commit('shop', commitOf({ expected, kind: 'promotion', ...more }))
}

after(() => rmSync(folder, { recursive: true }))

for (const [place, location] of Object.entries(places)) {
  describe(`contract store in ${place}`, () => {
    let store: ContractStore
    beforeEach(() => {
      store = openSqliteStore(location())
    })
    afterEach(() => store.close())

    it('knows nothing of a service never heard of', async () => {
      expect(await store.service('shop')).to.deep.equal(unheard)
      expect(await store.current('shop')).to.equal(null)
      expect(await store.version('shop', 1)).to.equal(null)
      expect(await store.versions('shop')).to.deep.equal([])
      expect(await store.history('shop')).to.deep.equal([])
      expect(await store.snapshot('shop')).to.equal(null)
      expect((await store.identities('shop', 'here')).size).to.equal(0)
      await store.ping()
    })

    it('gives back what was committed', async () => {
      const made = await lock(store, 'shop', { tables: awkwardTables(), changes: [sampleChange] })
      expect(made).to.include({ service: 'shop', version: 1, revision: 0, kind: 'lock', actor: 'ada', reason: 'because' })
      expect(made.digest).to.equal(digestOf(awkwardTables()))
      expect(new Date(made.createdAt).toISOString()).to.equal(made.createdAt)
      expect(await store.current('shop')).to.deep.equal(made)
      expect(await store.version('shop', 1, 0)).to.deep.equal(made)
      expect(made.tables.map(({ name }) => name)).to.deep.equal(
        awkwardTables()
          .map(({ name }) => name)
          .sort(),
      )
      for (const one of awkwardTables()) expect(made.tables).to.deep.include(one)
      expect((await store.service('shop')).current).to.deep.equal({ version: 1, revision: 0 })
    })

    it('keeps services apart, whatever they are called', async () => {
      await lock(store, '__proto__')
      await lock(store, 'shop', { tables: [table('orders')] })
      expect((await store.current('__proto__'))?.tables).to.deep.equal([table('users')])
      expect((await store.current('shop'))?.tables).to.deep.equal([table('orders')])
      expect(await store.current('constructor')).to.equal(null)
    })

    it('counts merges as revisions and everything else as versions', async () => {
      await lock(store)
      const numbers: string[] = []
      for (const kind of ['merge', 'merge', 'promotion', 'merge', 'rollback', 'lock'] as const) {
        const { current: expected } = await store.service('shop')
        const { version, revision } = await store.commit(
          'shop',
          commitOf({ expected, kind, tables: [table(`t${numbers.length}`)] }),
        )
        numbers.push(`${version}.${revision}`)
      }
      expect(numbers).to.deep.equal(['1.1', '1.2', '2.0', '2.1', '3.0', '4.0'])
      const versions = await store.versions('shop')
      expect(versions.map(({ version, revision }) => `${version}.${revision}`)).to.deep.equal(
        [...numbers].reverse().concat('1.0'),
      )
      expect(versions[0]).not.to.have.property('tables')
      expect((await store.version('shop', 1))?.tables).to.deep.equal([table('t1')])
      expect((await store.version('shop', 1, 0))?.tables).to.deep.equal([table('users')])
      expect(await store.version('shop', 1, 3)).to.equal(null)
      expect(await store.version('shop', 9)).to.equal(null)
    })

    it('refuses a commit on anything but what is served', async () => {
      await lock(store)
      for (const expected of [null, { version: 1, revision: 1 }, { version: 7, revision: 0 }]) {
        const error = await failure(store.commit('shop', commitOf({ expected, kind: 'promotion', identities: [['t1', '77']] })))
        expect(error.code).to.equal('contract-moved')
        expect(error.context).to.deep.equal({ service: 'shop', expected, current: { version: 1, revision: 0 } })
      }
      expect((await failure(store.commit('shop', commitOf({ expected: { version: 7, revision: 0 } })))).message).to.contain(
        'never held version 7',
      )
      expect((await failure(store.commit('other', commitOf({ expected: { version: 1, revision: 0 } })))).code).to.equal(
        'contract-moved',
      )
      expect((await failure(store.commit('other', commitOf({ kind: 'merge' })))).code).to.equal('not-locked')
      expect(await store.versions('shop')).to.have.length(1)
      expect(await store.history('shop')).to.have.length(1)
      expect((await store.identities('shop', 'here')).size).to.equal(0)
    })

    it('lets exactly one of many commits win', async () => {
      await lock(store)
      const expected = { version: 1, revision: 0 }
      const tries = Array.from({ length: 8 }, () => store.commit('shop', commitOf({ expected, kind: 'merge' })))
      const results = await Promise.allSettled(tries)
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
      for (const result of results) if (result.status === 'rejected') expect(result.reason.code).to.equal('contract-moved')
      expect(await store.versions('shop')).to.have.length(2)
    })

    it('writes nothing of a commit that fails half way', async () => {
      await lock(store)
      const twice = {
        ...commitOf({ expected: { version: 1, revision: 0 }, kind: 'promotion' }),
        tables: [table('a'), table('a')],
      }
      const error = await store.commit('shop', twice).catch((error: unknown) => error)
      expect(error).to.be.instanceOf(Error)
      expect(await store.versions('shop')).to.have.length(1)
      expect(await store.history('shop')).to.have.length(1)
      expect(
        (await store.commit('shop', commitOf({ expected: { version: 1, revision: 0 }, kind: 'promotion' }))).version,
      ).to.equal(2)
    })

    it('remembers an unlock until the next lock, and goes on counting', async () => {
      await lock(store)
      await store.unlock('shop', somebody)
      await store.unlock('shop', somebody)
      expect(await store.service('shop')).to.include({ unlocked: true, current: null })
      expect(await store.current('shop')).to.equal(null)
      expect((await store.version('shop', 1))?.tables).to.deep.equal([table('users')])
      expect(
        (await failure(store.commit('shop', commitOf({ expected: { version: 1, revision: 0 }, kind: 'merge' })))).code,
      ).to.equal('contract-moved')
      expect((await lock(store)).version).to.equal(2)
      expect(await store.service('shop')).to.deep.include({ unlocked: false, current: { version: 2, revision: 0 } })
      expect((await store.history('shop')).map(({ event }) => event)).to.deep.equal(['lock', 'unlock', 'lock'])
    })

    it('purges one service and reuses none of its numbers', async () => {
      await lock(store, 'other')
      await lock(store, 'shop', { identities: [['t1', '77']] })
      await store.commit('shop', commitOf({ expected: { version: 1, revision: 0 }, kind: 'merge', tables: [table('gone')] }))
      await store.saveSnapshot('shop', { scope: 'here', probe: '1', tables: [] }, null)
      await store.acknowledge('shop', '1.1', somebody)
      await store.setMode('shop', 'strict', somebody)
      await store.reserveIds('shop', 10)
      await store.announce('shop', 'abc')
      await store.resolve('shop', [saying(declined('x'))], somebody)
      await store.unlock('shop', { ...somebody, purge: true })
      expect(await store.service('shop')).to.deep.equal({ ...unheard, mode: 'strict', unlocked: true, lastVersion: 1 })
      expect(await store.versions('shop')).to.deep.equal([])
      expect((await store.identities('shop', 'here')).size).to.equal(0)
      expect(await store.snapshot('shop')).to.equal(null)
      const [entry, ...rest] = await store.history('shop')
      expect(rest).to.deep.equal([])
      expect(entry).to.deep.include({ event: 'unlock', version: 1, revision: 1, details: { purged: true } })
      expect((await store.current('other'))?.tables).to.deep.equal([table('users')])
      expect((await lock(store)).version).to.equal(2)
      expect(await store.reserveIds('shop', 1)).to.equal(11)
    })

    it('keeps a mode set at run time until it is handed back', async () => {
      await store.setMode('shop', 'strict', somebody)
      await store.setMode('shop', 'strict', somebody)
      expect((await store.service('shop')).mode).to.equal('strict')
      await store.setMode('shop', null, { actor: 'bob', reason: null })
      expect((await store.service('shop')).mode).to.equal(null)
      const entries = await store.history('shop')
      expect(entries.map(({ event, actor, reason, details }) => ({ event, actor, reason, details }))).to.deep.equal([
        { event: 'mode', actor: 'bob', reason: null, details: { mode: null } },
        { event: 'mode', ...somebody, details: { mode: 'strict' } },
      ])
    })

    it('keeps the last acknowledgement', async () => {
      await lock(store)
      await store.acknowledge('shop', '1.2', somebody)
      await store.acknowledge('shop', '1.2', somebody)
      expect((await store.service('shop')).acknowledged).to.equal('1.2')
      const [entry] = await store.history('shop', { limit: 1 })
      expect(entry).to.deep.include({
        event: 'acknowledge',
        version: 1,
        revision: 0,
        details: { fingerprint: '1.2' },
        ...somebody,
      })
      expect(await store.history('shop')).to.have.length(2)
    })

    it('tells the history newest first', async () => {
      await lock(store, 'shop', { changes: [sampleChange] })
      for (let revision = 0; revision < 5; revision++) {
        await store.commit('shop', commitOf({ expected: { version: 1, revision }, kind: 'merge' }))
      }
      const entries = await store.history('shop')
      expect(entries.map(({ event, version, revision }) => `${event} ${version}.${revision}`)).to.deep.equal([
        ...[5, 4, 3, 2, 1].map((revision) => `merge 1.${revision}`),
        'lock 1.0',
      ])
      expect(entries.at(-1)?.changes).to.deep.equal([sampleChange])
      expect(entries.map(({ id }) => id)).to.deep.equal(entries.map(({ id }) => id).sort((a, b) => b - a))
      expect(await store.history('shop', { limit: 2 })).to.deep.equal(entries.slice(0, 2))
    })

    it('keeps identities by scope', async () => {
      await lock(store, 'shop', {
        identities: [
          ['t1', '16384'],
          ['__proto__', '1'],
        ],
      })
      await store.saveIdentities(
        'shop',
        'here',
        new Map([
          ['t1', '16390'],
          ['c1', '2'],
        ]),
      )
      await store.saveIdentities('shop', 'there', [['t1', '99']])
      await store.saveIdentities('other', 'here', [['t1', '5']])
      expect([...(await store.identities('shop', 'here'))].sort()).to.deep.equal([
        ['__proto__', '1'],
        ['c1', '2'],
        ['t1', '16390'],
      ])
      expect([...(await store.identities('shop', 'there'))]).to.deep.equal([['t1', '99']])
    })

    it('keeps the last reading', async () => {
      const live: LiveSchema = { scope: 'here', probe: '1', tables: awkwardTables() }
      expect(await store.saveSnapshot('shop', live, null)).to.equal(true)
      expect(await store.snapshot('shop')).to.deep.equal(live)
      const next = { ...live, probe: '2', tables: [] }
      expect(await store.saveSnapshot('shop', next, await store.snapshot('shop'))).to.equal(true)
      expect(await store.snapshot('shop')).to.deep.equal(next)
    })

    it('does not replace a reading that another process saved meanwhile', async () => {
      const live: LiveSchema = { scope: 'here', probe: '1', tables: awkwardTables() }
      const theirs = { ...live, probe: '2' }
      await store.saveSnapshot('shop', live, null)
      await store.saveSnapshot('shop', theirs, live)
      expect(await store.saveSnapshot('shop', { ...live, probe: '3' }, live)).to.equal(false)
      expect(await store.saveSnapshot('shop', theirs, live)).to.equal(true)
      expect(await store.snapshot('shop')).to.deep.equal(theirs)
      expect(await store.snapshot('other')).to.equal(null)
    })

    it('never hands out an id twice', async () => {
      const firsts = await Promise.all([3, 1, 10].map((count) => store.reserveIds('shop', count)))
      expect(firsts).to.deep.equal([1, 4, 5])
      expect(await store.reserveIds('other', 1)).to.equal(1)
      for (const count of [0, -1, 1.5, Number.NaN])
        expect(await store.reserveIds('shop', count).catch((error) => error)).to.be.instanceOf(RangeError)
      expect(await store.reserveIds('shop', 1)).to.equal(15)
    })

    it('keeps what operators settled until a later word on the same', async () => {
      const rename = (kind: 'confirm-rename' | 'refute-rename', to: string): Resolution => {
        return { kind, table: '__proto__', column: 'a', to, ids: { table: 't1', column: 'c1' } }
      }
      await lock(store)
      await store.resolve('shop', [saying(rename('refute-rename', 'b')), saying(rename('confirm-rename', 'c'))], somebody)
      await store.resolve('shop', [saying(rename('confirm-rename', 'd'))], { actor: 'bob', reason: null })
      await store.resolve('shop', [saying(rename('confirm-rename', 'd'))], somebody)
      const { resolutions } = await store.service('shop')
      expect(resolutions.map(({ resolution, actor, reason }) => ({ resolution, actor, reason }))).to.deep.equal([
        { resolution: rename('refute-rename', 'b'), ...somebody },
        { resolution: rename('confirm-rename', 'd'), actor: 'bob', reason: null },
      ])
      for (const { at } of resolutions) expect(new Date(at).toISOString()).to.equal(at)
      const subject = subjectOf(rename('confirm-rename', 'x'))
      for (let times = 0; times < 2; times++) await store.resolve('shop', [{ subject, resolution: null }], somebody)
      expect((await store.service('shop')).resolutions).to.deep.equal(resolutions.slice(0, 1))
      const told = (await store.history('shop', { limit: 4 })).map(({ event, version, details }) => ({ event, version, details }))
      expect(told).to.deep.equal(
        [
          { resolution: rename('confirm-rename', 'd'), withdrawn: true },
          { resolution: rename('confirm-rename', 'd'), withdrawn: false },
          { resolution: rename('confirm-rename', 'c'), withdrawn: false },
          { resolution: rename('refute-rename', 'b'), withdrawn: false },
        ].map((details) => ({ event: 'resolve', version: 1, details })),
      )
      expect((await store.service('other')).resolutions).to.deep.equal([])
    })

    it('settles with a commit, or not at all', async () => {
      await lock(store)
      const resolutions = [saying(declined('x')), saying(declined(null))]
      const moved = store.commit('shop', commitOf({ expected: null, kind: 'promotion', resolutions }))
      expect((await failure(moved)).code).to.equal('contract-moved')
      expect((await store.service('shop')).resolutions).to.deep.equal([])
      await commitNext(store, { kind: 'rollback', resolutions })
      expect((await store.service('shop')).resolutions.map(({ resolution }) => resolution)).to.deep.equal([
        declined('x'),
        declined(null),
      ])
    })

    it('remembers what was announced', async () => {
      await store.announce('shop', 'abc')
      await store.announce('shop', 'abc')
      expect(await store.service('shop')).to.include({ announced: 'abc' })
      expect(await store.history('shop')).to.deep.equal([])
    })

    it('keeps as many versions as it is told, with their revisions, and what is served', async () => {
      await lock(store, 'other', { tables: [table('kept')] })
      await lock(store, 'shop', { retain: 2 })
      for (const at of [1, 2, 3]) await commitNext(store, { kind: 'merge', retain: 2, tables: [table(`merged${at}`)] })
      await commitNext(store, { retain: 2, tables: [table('second')] })
      await commitNext(store, { kind: 'merge', retain: 2, tables: [table('second'), table('more', { id: 't2' })] })
      expect(await numbersIn(store)).to.deep.equal(['2.1', '2.0', '1.3', '1.2', '1.1', '1.0'])
      await commitNext(store, { retain: 2, tables: [table('third')] })
      expect(await numbersIn(store)).to.deep.equal(['3.0', '2.1', '2.0'])
      expect(await store.version('shop', 1)).to.equal(null)
      expect((await store.version('shop', 2))?.tables.map(({ name }) => name)).to.deep.equal(['more', 'second'])
      await commitNext(store, { retain: 1, tables: [table('fourth')] })
      expect(await numbersIn(store)).to.deep.equal(['4.0'])
      expect((await store.current('shop'))?.tables).to.deep.equal([table('fourth')])
      expect((await store.current('other'))?.tables).to.deep.equal([table('kept')])
      expect((await store.history('shop')).map(({ version, revision }) => `${version}.${revision}`)).to.include('1.2')
      await store.unlock('shop', somebody)
      expect((await lock(store, 'shop', { retain: 1 })).version).to.equal(5)
      expect((await store.service('shop')).lastVersion).to.equal(5)
      for (const retain of [0, 1.5, Number.NaN])
        expect(await commitNext(store, { retain }).catch((error) => error)).to.be.instanceOf(RangeError)
    })

    it('answers nothing after close', async () => {
      await lock(store)
      await store.close()
      await store.close()
      expect((await failure(store.service('shop'))).code).to.equal('closed')
      expect((await failure(lock(store))).code).to.equal('closed')
    })
  })
}
