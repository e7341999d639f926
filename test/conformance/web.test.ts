import { once } from 'node:events'
import { type IncomingMessage, request as rawRequest } from 'node:http'
import { expect } from 'chai'
import type { Response, Test } from 'supertest'
import { bodyLimit, type Harness, type HarnessOptions, lineCount, makeHarness, oddTable } from './web-harness.js'
import { type Mount, mounts, type Parser, parsersOf, webHosts } from './web-hosts.js'

/** Parsers that take JSON before we see it, and so answer for what is wrong with it. */
const jsonParsers: readonly Parser[] = ['json', 'scoped']

for (const host of webHosts) {
  for (const mount of mounts) {
    for (const parser of parsersOf[host]) {
      describe(`web conformance: ${host} at "${mount}/", parser ${parser}`, () => battery({ host, mount, parser }))
    }
  }
}

function battery(options: HarnessOptions) {
  const { mount, parser } = options
  let harness: Harness
  before(async () => {
    harness = await makeHarness(options)
  })
  after(() => harness.close())

  type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete'
  const call = (method: Method, path: string): Test => harness.request[method](mount + path).set('Authorization', 'Bearer staff')
  const table = '/shop/_table'

  describe('reading', () => {
    it('lists rows', async () => {
      const { body } = await call('get', `${table}/users?order=id`)
        .expect(200)
        .expect('content-type', /^application\/json/)
      expect(body.resource).to.have.length(2)
      expect(body.resource[0]).to.include({ name: 'Zoë', email: 'zoe@example.org' })
      expect(body.meta).to.include({ count: 2, limit: 25, offset: 0 }).and.have.property('took_ms').that.is.a('number')
    })

    it('lists with parameters from the URL', async () => {
      const filter = encodeURIComponent("name = 'Zoë' AND age > 40")
      const { body } = await call('get', `${table}/users?fields=name&filter=${filter}&limit=1&include_count=true`).expect(200)
      expect(body.resource).to.deep.equal([{ name: 'Zoë' }])
      expect(body.meta).to.include({ count: 1, limit: 1, total: 1 })
      const several = await call('get', `${table}/users?ids=2&ids=1&fields=name&order=name`).expect(200)
      expect(several.body.resource).to.deep.equal([{ name: 'Bo' }, { name: 'Zoë' }])
    })

    it('pages to the end', async () => {
      const seen: string[] = []
      let cursor = ''
      do {
        const { body } = await call('get', `${table}/lines?limit=25&fields=text${cursor}`).expect(200)
        seen.push(...body.resource.map(({ text }: { text: string }) => text))
        cursor = body.meta.next_cursor === undefined ? '' : `&cursor=${encodeURIComponent(body.meta.next_cursor)}`
      } while (cursor !== '')
      expect(seen).to.deep.equal(Array.from({ length: lineCount }, (_, index) => `line ${index + 1}`))
    })

    it('answers one row by its key', async () => {
      const { body } = await call('get', `${table}/users/1`).expect(200)
      expect(body).to.include({ name: 'Zoë', age: 41 })
      expect((await call('get', `${table}/members/acme,zoe`).expect(200)).body).to.deep.equal({
        org: 'acme',
        person: 'zoe',
        role: 'owner',
      })
      await problem(call('get', `${table}/users/999`), 404, 'row-not-found')
    })

    it('takes percent-encoded tables and ids', async () => {
      const odd = `${table}/${encodeURIComponent(oddTable)}`
      expect((await call('get', odd).expect(200)).body.meta.count).to.equal(5)
      for (const [id, note] of [
        ['x/y', 'slash'],
        ['"1,2"', 'comma'],
        ['a b', 'space'],
        ['🚰', 'tap'],
        ['50%', 'percent'],
      ] as const) {
        expect((await call('get', `${odd}/${encodeURIComponent(id)}`).expect(200)).body['the note'], id).to.equal(note)
      }
      const composite = await call('get', `${table}/members/${encodeURIComponent('"a,b",c/d')}`).expect(200)
      expect(composite.body.role).to.equal('odd')
    })

    it('lists tables and describes them', async () => {
      const names = (await call('get', table).expect(200)).body.resource.map(({ name }: { name: string }) => name)
      expect(names).to.have.members([oddTable, 'adults', 'lines', 'members', 'users'])
      const { body } = await call('get', '/shop/_schema/users').expect(200)
      expect(body).to.include({ name: 'users', kind: 'table', state: 'green' })
      expect(body.primary_key).to.deep.equal(['id'])
      expect(body.columns.map(({ name }: { name: string }) => name)).to.deep.equal(['id', 'name', 'email', 'age'])
      expect((await call('get', '/shop/_schema').expect(200)).body.resource).to.have.length(5)
    })

    it('answers HEAD as GET without a body', async () => {
      const head = await call('head', `${table}/users`)
        .expect(200)
        .expect('content-type', /^application\/json/)
      expect(head.text ?? '').to.equal('')
      expect(Number(head.headers['content-length'])).to.be.greaterThan(50)
      await call('head', `${table}/users/999`).expect(404)
    })

    it('marks its answers as private and varying', async () => {
      const { headers } = await call('get', `${table}/users`)
      expect(headers['cache-control']).to.equal('private, no-store')
      expect(headers.vary).to.match(/Faucet-Contract/)
      expect(headers['faucet-contract']).to.match(/^shop@1; digest=[0-9a-f]+$/)
    })
  })

  describe('writing', () => {
    const count = () => harness.database.prepare('SELECT count(*) FROM users').pluck().get()

    it('creates from an object, an array and an envelope', async () => {
      const one = await call('post', `${table}/users`).send({ name: 'Cy', age: 5 }).expect(201)
      expect(one.body.resource[0]).to.include({ name: 'Cy', age: 5, email: null })
      const two = await call('post', `${table}/users`)
        .send([{ name: 'Di' }, { name: 'Ed 🚰' }])
        .expect(201)
      expect(two.body.meta.count).to.equal(2)
      const more = await call('post', `${table}/users`)
        .send({ resource: [{ name: 'Flo' }] })
        .expect(201)
      expect(more.body.resource[0].name).to.equal('Flo')
      await call('delete', `${table}/users`).query({ filter: "name IN ('Cy','Di','Ed 🚰','Flo')" }).expect(200)
      expect(count()).to.equal(2)
    })

    it('takes any JSON content type', async () => {
      for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'application/merge-patch+json']) {
        const { body } = await call('patch', `${table}/users/2`).set('Content-Type', type).send('{"name":"Bo"}').expect(200)
        expect(body).to.include({ name: 'Bo', age: 30 })
      }
    })

    it('replaces and updates rows', async () => {
      const put = await call('put', `${table}/users/2`).send({ name: 'Bob' }).expect(200)
      expect(put.body).to.include({ name: 'Bob', age: 30 })
      const many = await call('put', `${table}/users`)
        .send([{ id: put.body.id, age: 31 }])
        .expect(200)
      expect(many.body.resource[0]).to.include({ name: 'Bob', age: 31 })
      const patched = await call('patch', `${table}/users?ids=2`).send({ name: 'Bo', age: 30 }).expect(200)
      expect(patched.body).to.deep.include({ resource: [{ ...put.body, name: 'Bo' }] })
      await problem(call('put', `${table}/users/999`).send({ name: 'X' }), 404, 'row-not-found')
    })

    it('deletes a row, and all rows only when told which', async () => {
      const { body } = await call('post', `${table}/users`).send({ name: 'Gil' }).expect(201)
      const gone = await call('delete', `${table}/users/${body.resource[0].id}`).expect(200)
      expect(gone.body.meta).to.include({ count: 1 })
      await problem(call('delete', `${table}/users`), 400, 'filter-required')
      await problem(call('patch', `${table}/users`).send({ age: 1 }), 400, 'filter-required')
      expect(count()).to.equal(2)
    })

    it('refuses JSON that is none', async () => {
      const sent = call('post', `${table}/users`).set('Content-Type', 'application/json').send('{"name": "secret", nope}')
      if (jsonParsers.includes(parser)) await sent.expect(400)
      else expect((await problem(sent, 400, 'malformed-json')).detail).to.not.include('secret')
      expect(count()).to.equal(2)
    })

    it('refuses an empty body and other types', async () => {
      await problem(call('post', `${table}/users`), 400, 'invalid-body')
      for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
        await problem(call('post', `${table}/users`).set('Content-Type', type).send('name=Hu'), 415, 'unsupported-media-type')
      }
      expect(count()).to.equal(2)
    })

    it('refuses a body that is too large, and goes on', async () => {
      await problem(call('post', `${table}/users`).send([{ name: 'x'.repeat(bodyLimit) }]), 413, 'body-too-large')
      await call('get', `${table}/users`).expect(200)
      expect(count()).to.equal(2)
    })

    it('refuses numbers that cannot be kept, whoever parsed them', async () => {
      const sent = call('post', `${table}/users`)
        .set('Content-Type', 'application/json')
        .send('{"name":"Big","age":12345678901234567890}')
      await problem(sent, 400, 'number-not-exact')
    })

    it('tells what stands against a row', async () => {
      await problem(call('post', `${table}/users`).send({ name: 'Z', email: 'zoe@example.org' }), 409, 'unique-violation')
      await problem(call('post', `${table}/users`).send({ age: 1 }), 400, 'missing-value')
      await problem(call('post', `${table}/users`).send({ name: 'Z', agee: 1 }), 400, 'unknown-column', '"age"')
      await problem(call('post', `${table}/adults`).send({ name: 'Z' }), 405, 'method-not-allowed')
    })

    it('is all or nothing, or each on its own', async () => {
      const rows = [{ name: 'Io' }, { name: 'Jo', email: 'zoe@example.org' }]
      await problem(call('post', `${table}/users`).send(rows), 409, 'unique-violation')
      expect(count()).to.equal(2)
      const { body } = await call('post', `${table}/users?continue=true`).send(rows).expect(201)
      expect(body.meta)
        .to.include({ count: 2, succeeded: 1, failed: 1 })
        .and.deep.include({ errors: [1] })
      await call('delete', `${table}/users`).query({ filter: "name = 'Io'" }).expect(200)
    })

    it('refuses writes that another site makes a browser send', async () => {
      await problem(call('post', `${table}/users`).set('Sec-Fetch-Site', 'cross-site').send({ name: 'Evil' }), 403, 'forbidden')
      await problem(call('post', `${table}/users`).set('Origin', 'https://evil.example').send({ name: 'Evil' }), 403, 'forbidden')
      expect(count()).to.equal(2)
    })
  })

  describe('streaming', () => {
    const stream = (query = '') =>
      call('get', `${table}/lines${query}`).set('Accept', 'application/x-ndjson').buffer(true).parse(textBody)

    it('sends all rows as lines, or as many as asked for', async () => {
      const { body } = await stream('?fields=id,text')
        .expect(200)
        .expect('content-type', /^application\/x-ndjson/)
      const rows = body
        .trimEnd()
        .split('\n')
        .map((line: string) => JSON.parse(line).text)
      expect(rows).to.have.length(lineCount)
      expect(rows.at(-1)).to.equal(`line ${lineCount}`)
      expect((await stream('?limit=5').expect(200)).body.trimEnd().split('\n')).to.have.length(5)
      await stream('?filter=id%3C0').expect(200)
    })

    it('refuses before the first line as JSON', async () => {
      const refused = await stream('?filer=1')
        .expect(400)
        .expect('content-type', /^application\/problem\+json/)
      expect(JSON.parse(refused.body).code).to.equal('unknown-parameter')
    })

    it('survives a client that leaves', async () => {
      const headers = { accept: 'application/x-ndjson', authorization: 'Bearer staff' }
      const leaving = rawRequest({ port: harness.port, host: '127.0.0.1', path: `${mount}${table}/lines`, headers })
      leaving.on('error', () => {}).end()
      const [res] = (await once(leaving, 'response')) as [IncomingMessage]
      res.on('error', () => {})
      leaving.destroy()
      await call('get', `${table}/users`).expect(200)
    })
  })

  describe('what is not there', () => {
    it('names the nearest table, parameter and column', async () => {
      await problem(call('get', `${table}/usres`), 404, 'unknown-table', '"users"')
      await problem(call('get', `${table}/users?filer=1`), 400, 'unknown-parameter', '"filter"')
      await problem(call('get', `${table}/users?fields=nme`), 400, 'unknown-column', '"name"')
      await problem(call('get', '/shop/_tabel/users'), 404, 'unknown-route')
    })

    it('says which methods there are', async () => {
      const options = await call('options', `${table}/users`).expect(204)
      expect(listOf(options.headers.allow)).to.have.members(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      const refused = await call('post', `${table}/users/1`).send({}).expect(405)
      expect(listOf(refused.headers.allow)).to.have.members(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    })

    it('leaves unknown services to the host', async () => {
      for (const path of ['/shp/_table/users', '/', '/favicon.ico', '/shopping/_table']) {
        expect((await call('get', path).expect(404)).headers['x-answered-by'], path).to.equal('host')
      }
    })
  })

  describe('access', () => {
    it('is decided before anything is told', async () => {
      await problem(harness.request.get(`${mount}${table}/users`), 401, 'unauthenticated')
      await problem(harness.request.get(`${mount}${table}/usres`), 401, 'unauthenticated')
      await harness.request.get(`${mount}${table}/users`).set('Authorization', 'Bearer guest').expect(200)
      for (const path of [`${table}/users/1`, `${table}/usres/1`]) {
        const refused = await problem(harness.request.delete(mount + path).set('Authorization', 'Bearer guest'), 403, 'forbidden')
        expect(JSON.stringify(refused)).to.not.include('usres')
      }
    })

    it('to the contract is a matter of its own', async () => {
      await problem(harness.request.get(`${mount}/system/contract/shop`), 401, 'unauthenticated')
      await problem(harness.request.get(`${mount}/system/contract/shop`).set('Authorization', 'Bearer guest'), 403, 'forbidden')
      await call('get', '/system/contract/shop').expect(200)
    })

    it('is not asked for health', async () => {
      expect((await harness.request.get(`${mount}/healthz`).expect(200)).body).to.be.an('object')
      expect((await harness.request.get(`${mount}/readyz`).expect(200)).body).to.not.have.property('degraded')
    })
  })
}

for (const host of webHosts) {
  describe(`web conformance: the contract over ${host}`, () =>
    contractCases({ host, mount: '/api', parser: parsersOf[host].includes('json') ? 'json' : 'none', schemaLock: 'strict' }))
}

function contractCases(options: HarnessOptions) {
  let harness: Harness
  beforeEach(async () => {
    harness = await makeHarness(options)
  })
  afterEach(() => harness.close())
  const system = (method: 'get' | 'post' | 'put' | 'delete', path = '') =>
    harness.request[method](`/api/system/contract/shop${path}`).set('Authorization', 'Bearer staff')
  const columns = async (table = 'users') => {
    const { body } = await harness.request.get(`/api/shop/_schema/${table}`).set('Authorization', 'Bearer staff').expect(200)
    return body.columns.map(({ name }: { name: string }) => name)
  }

  it('reports where it stands', async () => {
    const { body } = await system('get').expect(200)
    expect(body).to.include({ service: 'shop', state: 'green', locked: true })
    expect(body.contract).to.include({ version: 1 })
    const services = await harness.request.get('/api/system/service').set('Authorization', 'Bearer staff').expect(200)
    expect(services.body.resource).to.have.length(1)
    expect((await system('get', '/diff').expect(200)).body).to.deep.include({ state: 'green', changes: [] })
  })

  it('promotes an addition', async () => {
    harness.database.exec('ALTER TABLE users ADD COLUMN nick TEXT; ALTER TABLE lines ADD COLUMN extra TEXT')
    const diff = await system('get', '/diff?table=users').expect(200)
    expect(diff.body.state).to.equal('yellow')
    expect(diff.body.changes.map(({ table, column }: { table: string; column: string }) => [table, column])).to.deep.equal([
      ['users', 'nick'],
    ])
    expect(await columns()).to.not.include('nick')
    await system('post', '/promote')
      .send({ tables: ['users'], dryRun: true })
      .expect(200)
    expect(await columns()).to.not.include('nick')
    await system('post', '/promote')
      .send({ tables: ['users'], reason: 'nicknames' })
      .expect(200)
    expect(await columns()).to.include('nick')
    const history = await system('get', '/history').expect(200)
    expect(history.body.resource[0]).to.include({ actor: 'ann', reason: 'nicknames' })
    expect((await system('get').expect(200)).body.contract.version).to.equal(2)
  })

  it('promotes a break only after it was reviewed', async () => {
    harness.database.exec('ALTER TABLE members DROP COLUMN role')
    const refused = await problem(system('post', '/promote').send({}), 428, 'review-required')
    expect(refused.error.context).to.have.property('fingerprint')
    const { body } = await system('get', '/diff').expect(200)
    expect(body.state).to.equal('red')
    harness.database.exec('ALTER TABLE members ADD COLUMN later TEXT')
    await problem(system('post', '/promote').send({ expect: body.fingerprint }), 409, 'contract-moved')
    const again = await system('get', '/diff').expect(200)
    await system('post', '/promote').send({ expect: again.body.fingerprint }).expect(200)
    expect(await columns('members')).to.deep.equal(['org', 'person', 'later'])
  })

  it('keeps a renamed column under its name', async () => {
    harness.database.exec('ALTER TABLE users RENAME COLUMN email TO email_address')
    const { body } = await harness.request.get('/api/shop/_table/users/1').set('Authorization', 'Bearer staff').expect(200)
    expect(body).to.include({ email: 'zoe@example.org' }).and.not.have.property('email_address')
  })

  it('unlocks, locks and changes its mode', async () => {
    await system('delete').expect(200)
    expect((await system('get').expect(200)).body).to.include({ locked: false, state: 'unlocked' })
    await system('post').send({ reason: 'again' }).expect(200)
    expect((await system('get').expect(200)).body).to.include({ locked: true })
    const mode = await system('put', '/mode').send({ mode: 'auto' }).expect(200)
    expect(mode.body.mode).to.deep.equal({ effective: 'auto', configured: 'strict', override: 'auto' })
    await problem(system('put', '/mode').send({ mode: 'loose' }), 400, 'invalid-body')
  })

  it('is not changed from another site', async () => {
    await problem(system('post', '/promote').set('Sec-Fetch-Site', 'cross-site').send({}), 403, 'forbidden')
  })

  it('is the same through the controller', async () => {
    expect(await harness.controller.status('shop')).to.deep.include({ service: 'shop', locked: true })
    await harness.controller.setMode('shop', 'none')
    expect((await system('get').expect(200)).body.mode.override).to.equal('none')
  })

  it('answers 503 after close, which may be asked for twice', async () => {
    await harness.controller.close()
    await harness.controller.close()
    await problem(harness.request.get('/api/shop/_table/users').set('Authorization', 'Bearer staff'), 503, 'closed')
  })
}

for (const host of webHosts) {
  const mount: Mount = '/api'
  it(`web conformance: two instances in one app, ${host}`, async () => {
    const harness = await makeHarness({ host, mount, parser: 'none', second: true })
    try {
      const names = async (at: string): Promise<string[]> => {
        const { body } = await harness.request
          .get(`${at}/shop/_table/users?fields=name`)
          .set('Authorization', 'Bearer staff')
          .expect(200)
        return body.resource.map(({ name }: { name: string }) => name)
      }
      expect(await names('/api')).to.deep.equal(['Zoë', 'Bo'])
      expect(await names('/second')).to.deep.equal(['Zoë', 'Bo', 'Only in the second'])
      const lost = await harness.request.get('/shop/_table/users').expect(404)
      expect(lost.headers['x-answered-by']).to.equal('host')
    } finally {
      await harness.close()
    }
  })
}

/** Checks the shape that every problem has, and answers its body. */
async function problem(sent: Test, status: number, code: string, hint?: string) {
  const { body, text, headers }: Response = await sent
  expect(body, text).to.include({ status, code, type: `urn:faucet:problem:${code}` })
  expect(headers['content-type']).to.match(/^application\/problem\+json/)
  expect(body.error).to.include({ code: status }).and.have.property('message').that.is.a('string')
  expect(body.title).to.be.a('string')
  if (hint !== undefined) expect(body.hint).to.include(hint)
  return body
}

function listOf(header: string | undefined): string[] {
  return (header ?? '').split(/\s*,\s*/)
}

function textBody(res: Response, done: (error: Error | null, text: string) => void): void {
  const stream = res as unknown as NodeJS.ReadableStream
  let text = ''
  stream.on('data', (chunk) => {
    text += String(chunk)
  })
  stream.on('end', () => done(null, text))
}
