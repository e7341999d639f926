import { openSqliteStore } from '../../adapters/store/sqlite/index.js'
import { isFaucetError } from '../../lib/errors.js'
import { commitOf, manyTables } from './store-samples.js'

// A process for store-sharing.test.ts: merges into "shop" until it won `wins` times, printing each revision it made; with `retain`
// it promotes, keeping that many versions, and prints their numbers.
const [path = '', wins = '0', mark = '', retain = ''] = process.argv.slice(2)
const kind = retain === '' ? 'merge' : 'promotion'
const store = openSqliteStore(path)
const tables = manyTables(50, 5)
await store.ping()

for (let won = 0; won < Number(wins); ) {
  const { current: expected } = await store.service('shop')
  const changed = tables.map((table, at) => (at === won % 50 ? { ...table, id: `${mark}-${won}` } : table))
  try {
    const commit = commitOf({ expected, kind, tables: changed, actor: mark, retain: Number(retain || 10) })
    const { version, revision } = await store.commit('shop', commit)
    won++
    process.stdout.write(`${kind === 'merge' ? revision : version}\n`)
  } catch (error) {
    if (!isFaucetError(error) || error.code !== 'contract-moved') throw error
  }
}
await store.close()
