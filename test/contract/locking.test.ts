import { expect } from 'chai'
import { openSqliteStore } from '../../adapters/store/sqlite/index.js'
import { lock } from '../../lib/drift/locking.js'
import { createEventBus } from '../../lib/events.js'
import { silentLogger } from '../../lib/logger.js'
import type { LiveSchema } from '../../lib/schema/table.js'
import { column, id, table } from './schemas.js'

describe('locking', () => {
  const live: LiveSchema = { scope: 'here', probe: '1', tables: [table('users', [id(), column('email')])] }

  it('takes the version of whoever was first, without a word', async () => {
    const store = openSqliteStore(':memory:')
    const events = createEventBus(silentLogger)
    const told: string[] = []
    events.on('lock', ({ version, actor }) => void told.push(`${version} ${actor}`))
    const parts = { store, events, logger: silentLogger, service: { name: 'shop', retainVersions: 10, tableModes: new Map() } }
    const { contract: first } = await lock(parts, live, 'ada', null)
    const { contract: second } = await lock(parts, { ...live, tables: [] }, 'grace', null)
    expect(second).to.deep.equal(first)
    expect(told).to.deep.equal(['1 ada'])
    expect((await store.history('shop')).map(({ actor }) => actor)).to.deep.equal(['ada'])
    await store.close()
  })

  it('never gives a version or a logical id twice, not after a purge', async () => {
    const store = openSqliteStore(':memory:')
    const parts = {
      store,
      events: createEventBus(silentLogger),
      logger: silentLogger,
      service: { name: 'shop', retainVersions: 10, tableModes: new Map() },
    }
    const seen = new Set<string | null>()
    for (const version of [1, 2, 3]) {
      const { contract: locked } = await lock(parts, live, 'ada', null)
      expect(locked.version).to.equal(version)
      for (const one of locked.tables.flatMap((each) => [each, ...each.columns])) {
        expect(seen.has(one.id)).to.equal(false)
        seen.add(one.id)
      }
      await store.unlock('shop', { actor: 'ada', reason: null, purge: version > 1 })
    }
    await store.close()
  })
})
