import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { migrations } from '../../adapters/store/sqlite/migrations.js'
import { storeFolder } from './store-folder.js'
import { commitOf, failure, lock, manyTables, somebody, table } from './store-samples.js'

describe('contract store on a file system', () => {
  const place = storeFolder()

  describe('the file', () => {
    it('is made at the first use, for its owner alone', async () => {
      const store = place.opened({}, join(place.folder, 'a', 'b', 'c.db'))
      expect(existsSync(join(place.folder, 'a'))).to.equal(false)
      await lock(store)
      const modes = ['a', 'a/b', 'a/b/c.db'].map((name) => statSync(join(place.folder, name)).mode & 0o777)
      expect(modes).to.deep.equal([0o700, 0o700, 0o600])
    })

    it('is not made by opening and closing alone', async () => {
      await place.opened().close()
      expect(existsSync(place.path)).to.equal(false)
    })

    it('keeps everything over a restart', async () => {
      await place.written()
      const store = place.opened()
      expect((await store.current('shop'))?.tables).to.deep.equal([table('users')])
      expect(
        (await store.commit('shop', commitOf({ expected: { version: 1, revision: 0 }, kind: 'promotion' }))).version,
      ).to.equal(2)
    })

    it('says whose it is and its layout', async () => {
      await place.written()
      const db = new Sqlite(place.path)
      expect(db.pragma('application_id', { simple: true })).to.equal(Buffer.from('Fauc').readInt32BE())
      expect(db.pragma('user_version', { simple: true })).to.equal(2)
      db.close()
    })

    it('is the whole store, so that a copy is a backup', async () => {
      const store = place.opened()
      await lock(store)
      copyFileSync(place.path, join(place.folder, 'backup.db'))
      expect(await place.opened({}, join(place.folder, 'backup.db')).current('shop')).to.deep.equal(await store.current('shop'))
      expect(readdirSync(place.folder)).to.have.members(['contracts.db', 'backup.db'])
    })

    it('stores a table once, however many versions have it', async () => {
      const store = place.opened()
      const tables = manyTables(20, 3)
      await lock(store, 'shop', { tables })
      const [first = table('x'), ...rest] = tables
      await store.commit(
        'shop',
        commitOf({ expected: { version: 1, revision: 0 }, kind: 'merge', tables: [{ ...first, kind: 'view' }, ...rest] }),
      )
      await lock(store, 'other', { tables })
      const db = new Sqlite(place.path)
      expect(db.prepare('select count(*) from shape').pluck().get()).to.equal(21)
      db.close()
      await store.unlock('shop', { ...somebody, purge: true })
      expect((await store.current('other'))?.tables).to.deep.equal(tables)
    })

    it('drops what only removed versions had', async () => {
      const store = place.opened()
      const tables = manyTables(20, 3)
      await lock(store, 'shop', { tables, retain: 1 })
      const expected = { version: 1, revision: 0 }
      await store.commit('shop', commitOf({ expected, kind: 'promotion', tables: tables.slice(0, 5), retain: 1 }))
      const db = new Sqlite(place.path)
      expect(db.prepare('select count(*) from shape').pluck().get()).to.equal(5)
      expect(db.prepare('select count(*) from version_table').pluck().get()).to.equal(5)
      expect(db.prepare('select count(*) from expired').pluck().get()).to.equal(0)
      expect(db.pragma('foreign_key_check')).to.deep.equal([])
      db.close()
    })

    it('is brought up from the first layout with all it holds', async () => {
      const db = new Sqlite(place.path)
      db.exec(migrations[0] ?? '')
      db.exec(`insert into service (name, mode, acknowledged, next_version) values ('shop', 'strict', '3.1', 4)`)
      db.close()
      const store = place.opened()
      expect(await store.service('shop')).to.include({ mode: 'strict', acknowledged: '3.1', announced: null, lastVersion: 3 })
      expect((await lock(store)).version).to.equal(4)
    })

    it('does not write what is the same', async () => {
      const store = place.opened()
      const live = { scope: 'here', probe: '1', tables: [table('users')] }
      await store.saveSnapshot('shop', live, null)
      await store.saveIdentities('shop', 'here', [['t1', '1']])
      const db = new Sqlite(place.path)
      const before = db.pragma('data_version', { simple: true })
      await store.saveSnapshot('shop', structuredClone(live), null)
      await store.saveIdentities('shop', 'here', [['t1', '1']])
      expect(db.pragma('data_version', { simple: true })).to.equal(before)
      await store.saveIdentities('shop', 'here', [['t1', '2']])
      expect(db.pragma('data_version', { simple: true })).not.to.equal(before)
      db.close()
    })

    it('lets nobody change a version, its tables or the history', async () => {
      await place.written()
      const db = new Sqlite(place.path)
      for (const name of ['version', 'version_table', 'shape', 'history']) {
        const [key] = db.prepare<[], string>(`select name from pragma_table_info('${name}')`).pluck().all()
        expect(() => db.exec(`update "${name}" set "${key}" = "${key}"`), name).to.throw(/immutable|only added/)
        expect(() => db.exec(`delete from "${name}"`), name).to.throw(/immutable|only added/)
      }
      db.close()
    })
  })

  describe('a file that goes away', () => {
    it('is neither written unseen nor made again, and taken up when it is back', async () => {
      const store = place.opened()
      await lock(store)
      renameSync(place.path, `${place.path}.away`)
      const expected = { version: 1, revision: 0 }
      for (const _ of [1, 2])
        expect((await failure(store.commit('shop', commitOf({ expected, kind: 'merge' })))).code).to.equal('store-unavailable')
      expect(existsSync(place.path)).to.equal(false)
      renameSync(`${place.path}.away`, place.path)
      expect((await store.commit('shop', commitOf({ expected, kind: 'merge' }))).revision).to.equal(1)
    })

    it('is taken up again after another was put in its place', async () => {
      await place.written()
      const store = place.opened()
      await lock(store, 'other')
      const copy = join(place.folder, 'copy.db')
      await place.opened({}, copy).setMode('shop', 'strict', somebody)
      renameSync(copy, place.path)
      expect((await failure(store.service('shop'))).code).to.equal('store-unavailable')
      expect((await store.service('shop')).mode).to.equal('strict')
    })
  })

  it('takes a thousand tables of twenty columns', async () => {
    const store = place.opened()
    const tables = manyTables(1_000, 20)
    const times: string[] = []
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const start = performance.now()
      const result = await work()
      times.push(`${what} ${Math.round(performance.now() - start)} ms`)
      return result
    }
    await store.ping()
    await timed('lock', () => lock(store, 'shop', { tables }))
    expect((await timed('load', () => store.current('shop')))?.tables).to.deep.equal(tables)
    const [first = table('x'), ...rest] = tables
    const merged = [{ ...first, primaryKey: null }, ...rest]
    const merge = commitOf({ expected: { version: 1, revision: 0 }, kind: 'merge', tables: merged })
    await timed('merge of one', () => store.commit('shop', merge))
    await timed('snapshot', () => store.saveSnapshot('shop', { scope: 'here', probe: '1', tables }, null))
    await timed('same snapshot', () => store.saveSnapshot('shop', { scope: 'here', probe: '1', tables }, null))
    await timed('purge', () => store.unlock('shop', { ...somebody, purge: true }))
    if (process.env.STORE_TIMES) console.log(`      ${times.join(', ')}`)
  })
})
