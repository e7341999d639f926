import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { storeFolder } from './store-folder.js'
import { failure, lock } from './store-samples.js'

describe('contract store whose file', () => {
  const place = storeFolder()

  async function refused(code: string, store = place.opened({ patience: 50 })): Promise<void> {
    const before = existsSync(place.path) && statSync(place.path).isFile() ? readFileSync(place.path) : null
    for (const call of [() => store.ping(), () => lock(store), () => store.service('shop')]) {
      const error = await failure(call())
      expect(error.code).to.equal(code)
      expect(error.context.path).to.equal(place.path)
      expect(error.hint).to.be.a('string')
      expect(`${error.message} ${error.hint}`).not.to.contain(place.folder)
    }
    if (before !== null) expect(readFileSync(place.path).equals(before)).to.equal(true)
  }

  it('is a folder', async () => {
    mkdirSync(place.path)
    await refused('store-unavailable')
  })

  it('is in a place that is a file', async () => {
    writeFileSync(join(place.folder, 'file'), '')
    place.path = join(place.folder, 'file', 'contracts.db')
    await refused('store-unavailable')
  })

  it('is no regular file', async () => {
    place.path = '/dev/null'
    await refused('store-unavailable')
  })

  it('is no database', async () => {
    writeFileSync(place.path, 'these are not the bytes you are looking for\n'.repeat(100))
    await refused('store-corrupt')
  })

  it("is another application's database", async () => {
    const foreign = ['create table theirs (id integer)', 'pragma application_id = 7', 'pragma user_version = 3']
    for (const statement of foreign) {
      rmSync(place.path, { force: true })
      new Sqlite(place.path).exec(statement).close()
      await refused('store-unavailable')
    }
    expect((await failure(place.opened().ping())).message).to.contain('another application')
  })

  it('was written by a newer layout', async () => {
    await place.written()
    new Sqlite(place.path).exec('pragma user_version = 7').close()
    await refused('store-too-new')
    const error = await failure(place.opened().ping())
    expect(error.message).to.match(/written by a newer faucet-db: its layout is 7, this one knows 2$/)
  })

  it('is brought to a newer layout while it is open', async () => {
    const store = place.opened()
    await lock(store)
    new Sqlite(place.path).exec('pragma user_version = 3').close()
    for (const call of [() => store.service('shop'), () => lock(store, 'other')])
      expect((await failure(call())).code).to.equal('store-too-new')
  })

  it('has lost its end', async () => {
    await place.written()
    truncateSync(place.path, 8_192)
    await refused('store-corrupt')
  })

  it('has lost a table', async () => {
    await place.written()
    new Sqlite(place.path).exec('pragma foreign_keys = off; drop table service').close()
    const store = place.opened()
    for (const call of [() => store.service('shop'), () => lock(store)])
      expect((await failure(call())).code).to.equal('store-corrupt')
  })

  it('has a flipped letter', async () => {
    await place.written()
    const bytes = readFileSync(place.path)
    const at = bytes.indexOf('"name":"email"')
    expect(at).to.be.greaterThan(0)
    bytes.write('"name":"phone"', at)
    writeFileSync(place.path, bytes)
    expect((await failure(place.opened().current('shop'))).code).to.equal('store-corrupt')
  })

  it('may not be written', async () => {
    await place.written()
    chmodSync(place.folder, 0o777)
    chmodSync(place.path, 0o444)
    await asNobody(() => refused('store-unavailable'))
  })

  it('is in a folder that may not be written', async () => {
    await place.written()
    chmodSync(place.path, 0o666)
    chmodSync(place.folder, 0o555)
    await asNobody(() => refused('store-unavailable'))
    rmSync(place.path)
    await asNobody(() => refused('store-unavailable'))
    chmodSync(place.folder, 0o777)
    await lock(place.opened())
  })

  it('is usable as soon as the cause is gone', async () => {
    mkdirSync(place.path)
    const store = place.opened()
    expect((await failure(store.ping())).code).to.equal('store-unavailable')
    rmSync(place.path, { recursive: true })
    expect((await lock(store)).version).to.equal(1)
  })
})

/** File permissions do not bind root, so the work is done as somebody else where the tests run as root. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.('nobody')
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}
