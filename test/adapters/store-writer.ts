import { openSqliteStore } from '../../adapters/store/sqlite/index.js'
import { isFaucetError } from '../../lib/errors.js'
import { commitOf, manyTables } from './store-samples.js'

// A process for store-sqlite.test.ts: merges into "shop" until it won `wins` times, printing each revision it made.
const [path = '', wins = '0', mark = ''] = process.argv.slice(2)
const store = openSqliteStore(path)
const tables = manyTables(50, 5)
await store.ping()

for (let won = 0; won < Number(wins); ) {
  const { current: expected } = await store.service('shop')
  const changed = tables.map((table, at) => (at === won % 50 ? { ...table, id: `${mark}-${won}` } : table))
  try {
    const { revision } = await store.commit('shop', commitOf({ expected, kind: 'merge', tables: changed, actor: mark }))
    won++
    process.stdout.write(`${revision}\n`)
  } catch (error) {
    if (!isFaucetError(error) || error.code !== 'contract-moved') throw error
  }
}
await store.close()
