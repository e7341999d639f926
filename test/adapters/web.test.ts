import { once } from 'node:events'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import KoaRouter from '@koa/router'
import { expect } from 'chai'
import express5 from 'express'
import Koa3 from 'koa'
import mount from 'koa-mount'
import supertest from 'supertest'
import { expressRouter } from '../../adapters/web/express.js'
import { koaRouter } from '../../adapters/web/koa.js'
import { nodeRouter } from '../../adapters/web/node.js'
import { FaucetError, isFaucetError } from '../../lib/errors.js'
import type { FaucetHandler, FaucetRequest, FaucetResponse } from '../../lib/http/types.js'
import {
  type AnyRouter,
  express4,
  type HostOptions,
  Koa2,
  listen,
  type Mount,
  mounts,
  parsersOf,
  Router14,
  type RunningHost,
  startHost,
  type WebHost,
  webHosts,
} from '../conformance/web-hosts.js'

/** Answers with what it got. A few paths do what their name says. */
function echo(): { handler: FaucetHandler; requests: FaucetRequest[]; streams: Readable[] } {
  const requests: FaucetRequest[] = []
  const streams: Readable[] = []
  const stream = (chunks: AsyncIterable<string>): FaucetResponse => {
    const body = Readable.from(chunks, { objectMode: false })
    streams.push(body)
    return { kind: 'stream', status: 200, headers: { 'Content-Type': 'application/x-ndjson' }, body }
  }
  const handler: FaucetHandler = async (incoming) => {
    requests.push(incoming)
    switch (incoming.path) {
      case '/stranger':
        return null
      case '/fail':
        throw new FaucetError('internal', { detail: 'a secret' })
      case '/reject':
        return Promise.reject(undefined)
      case '/nothing':
        return { kind: 'empty', status: 204, headers: { Allow: 'GET, HEAD', Vary: 'Authorization' } }
      case '/unchanged':
        return { kind: 'empty', status: 200, headers: {} }
      case '/lines':
        return stream(lines(['{"id":1}\n', '{"id":2}\n']))
      case '/cut':
        return stream(lines(['{"id":1}\n', '{"error":{}}\n'], new Error('the stream broke')))
      case '/endless':
        return stream(endless())
      case '/wait':
        await once(incoming.signal, 'abort')
        return stream(endless())
      case '/body':
        return json(await bodyOf(incoming))
      default:
        return json({ method: incoming.method, path: incoming.path, mountPath: incoming.mountPath, query: [...incoming.query] })
    }
  }
  return { handler, requests, streams }
}

async function* lines(texts: readonly string[], error?: Error): AsyncIterable<string> {
  yield* texts
  if (error !== undefined) throw error
}

async function* endless(): AsyncIterable<string> {
  for (;;) yield `${' '.repeat(1000)}\n`
}

function json(body: unknown, status = 200): FaucetResponse {
  return {
    kind: 'text',
    status,
    headers: { 'Content-Type': 'application/json', 'Vary': 'Authorization' },
    body: JSON.stringify(body),
  }
}

/** Asks twice, as a core whose handlers and hooks both want the body would. */
async function bodyOf(incoming: FaucetRequest): Promise<unknown> {
  const limit = Number(incoming.query.get('limit') ?? 100_000)
  try {
    const body = await incoming.body(limit)
    return { same: body === (await incoming.body(limit)), kind: typeof body, body, keys: Object.keys(Object(body)) }
  } catch (error) {
    if (!isFaucetError(error) || error.code === 'internal') throw error
    return { code: error.code, detail: error.message }
  }
}

function routerOf(host: WebHost, handler: FaucetHandler): AnyRouter {
  if (host === 'node') return nodeRouter(handler)
  if (host === 'express4') return expressRouter(handler, express4.Router)
  if (host === 'express5') return expressRouter(handler)
  return koaRouter(handler)
}

/** What a raw client sees; unlike supertest's, its paths go out as they are and a cut answer is not an error. */
interface Seen {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly complete: boolean
}

function send(port: number, options: RequestOptions, body?: string | Buffer | readonly Buffer[]): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', ...options }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      res.on('error', () => {})
      res.on('close', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text, complete: res.complete }))
    })
    outgoing.on('error', reject)
    if (Array.isArray(body)) for (const part of body) outgoing.write(part)
    else if (body !== undefined) outgoing.write(body)
    outgoing.end()
  })
}

describe('web adapters', () => {
  let running: Pick<RunningHost, 'close'>[] = []
  afterEach(async () => {
    await Promise.all(running.map((host) => host.close()))
    running = []
  })

  async function start(host: WebHost, options: Partial<HostOptions> & { mount?: Mount } = {}) {
    const core = echo()
    const routers = [{ mount: options.mount ?? '', router: routerOf(host, core.handler) }]
    const started = await startHost({ host, parser: 'none', routers, ...options })
    running.push(started)
    return { ...core, ...started, client: supertest(started.server) }
  }

  async function startApp(listener: Parameters<typeof listen>[0]) {
    const started = await listen(listener)
    running.push(started)
    return started
  }

  it('run on the majors that their names say', () => {
    const versions = [express4, express5, Koa2, Koa3].map((host) =>
      'application' in host ? 'lazyrouter' in host.application : 'Express',
    )
    expect(versions).to.deep.equal([true, false, 'Express', 'Express'])
    expect(Koa2).to.not.equal(Koa3)
    expect(Router14).to.not.equal(KoaRouter)
  })

  for (const host of webHosts) {
    describe(host, () => {
      for (const mount of mounts) {
        it(`tells path and mount apart at "${mount}/"`, async () => {
          const { port } = await start(host, { mount })
          const seen = async (path: string) => JSON.parse((await send(port, { path: mount + path })).text)
          expect(await seen('/db/_table/a%2Fb/1%2C2%20%F0%9F%9A%B0?filter=a%3D1&ids=1&ids=2&f[x]=+')).to.deep.equal({
            method: 'GET',
            path: '/db/_table/a%2Fb/1%2C2%20%F0%9F%9A%B0',
            mountPath: mount,
            query: [
              ['filter', 'a=1'],
              ['ids', '1'],
              ['ids', '2'],
              ['f[x]', ' '],
            ],
          })
          expect(await seen('/db/_table/users/')).to.include({ path: '/db/_table/users/', mountPath: mount })
          expect(await seen('/db/%E0%A4%A')).to.include({ path: '/db/%E0%A4%A', mountPath: mount })
          expect(await seen('/')).to.include({ path: '/', mountPath: mount })
          expect(await seen('/?a=1')).to.include({ path: '/', mountPath: mount })
          if (mount !== '') expect(await seen('')).to.include({ path: '/', mountPath: mount })
          if (mount !== '') expect(await seen('?a=1')).to.deep.include({ path: '/', mountPath: mount, query: [['a', '1']] })
        })

        it(`leaves what is not ours to the host at "${mount}/"`, async () => {
          const { client, requests } = await start(host, { mount })
          const response = await client.get(`${mount}/stranger`).expect(404)
          expect(response.headers['x-answered-by']).to.equal('host')
          expect(requests).to.have.length(1)
          if (mount !== '') expect((await client.get(`${mount}er/x`).expect(404)).headers['x-answered-by']).to.equal('host')
          expect(requests).to.have.length(1)
        })
      }

      it('passes every method on, and answers HEAD without a body', async () => {
        const { client, port } = await start(host)
        for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS']) {
          expect(JSON.parse((await send(port, { method, path: '/x' })).text)).to.include({ method })
        }
        const head = await client
          .head('/x')
          .expect(200)
          .expect('content-type', /application\/json/)
        expect(head.text ?? '').to.equal('')
        expect(Number(head.headers['content-length'])).to.be.greaterThan(10)
        await client.options('/nothing').expect(204).expect('allow', 'GET, HEAD')
      })

      it('sends an empty answer even when the host chose JSON before', async () => {
        const { client } = await start(host, { headers: { 'Content-Type': 'application/json' } })
        expect((await client.get('/unchanged').expect(200)).text ?? '').to.equal('')
      })

      it("adds to the host's Vary", async () => {
        const { client } = await start(host, { headers: { Vary: 'Origin' } })
        await client.get('/x').expect('vary', 'Origin, Authorization')
        await client.get('/nothing').expect('vary', 'Origin, Authorization')
      })

      it("gives failures to the host's error handling", async () => {
        const { client, errors } = await start(host)
        const response = await client.get('/fail').expect(500)
        expect(response.text).to.not.include('secret')
        expect(errors).to.have.length(1)
        expect(errors[0]).to.include({ name: 'FaucetError', status: 500, message: 'a secret' })
        await client.get('/reject').expect(500)
        expect(errors[1]).to.be.instanceOf(Error)
      })

      it('streams, and aborts nothing on the way', async () => {
        const { client, port, requests, close } = await start(host)
        const seen = await send(port, { path: '/lines' })
        expect(seen).to.include({ status: 200, text: '{"id":1}\n{"id":2}\n', complete: true })
        expect(seen.headers).to.include({ 'content-type': 'application/x-ndjson' })
        await client.get('/x').expect(200)
        await close()
        expect(requests.map(({ signal }) => signal.aborted)).to.deep.equal([false, false])
      })

      it('does not read a stream for HEAD', async () => {
        const { client, streams } = await start(host)
        await client.head('/endless').expect(200).expect('content-type', 'application/x-ndjson')
        await closed(streams[0])
      })

      it('cuts the connection when a stream fails, after what came before', async () => {
        const { port } = await start(host)
        const seen = await send(port, { path: '/cut' })
        expect(seen).to.include({ status: 200, text: '{"id":1}\n{"error":{}}\n', complete: false })
      })

      it('destroys the stream and aborts the signal when the client leaves', async () => {
        const { port, streams, requests } = await start(host)
        const outgoing = request({ port, host: '127.0.0.1', path: '/endless' }).on('error', () => {})
        outgoing.end()
        const [res] = (await once(outgoing, 'response')) as [IncomingMessage]
        await once(res, 'data')
        res.on('error', () => {})
        outgoing.destroy()
        await closed(streams[0])
        await aborted(requests[0]?.signal)
      })

      it('aborts while the answer is still being made, and destroys what comes too late', async () => {
        const { port, requests, streams, server } = await start(host)
        const arrived = once(server, 'request')
        const outgoing = request({ port, host: '127.0.0.1', path: '/wait' }).on('error', () => {})
        outgoing.end()
        await arrived
        outgoing.destroy()
        await aborted(requests[0]?.signal)
        while (streams.length === 0) await new Promise(setImmediate)
        await closed(streams[0])
      })

      for (const parser of parsersOf[host]) describe(`body, parser ${parser}`, () => bodyCases(host, parser))
    })
  }

  function bodyCases(host: WebHost, parser: HostOptions['parser']) {
    const withJson = parser === 'json' || parser === 'scoped'
    const post = async (headers: Record<string, string>, body?: string | Buffer | readonly Buffer[], query = '') => {
      const { port, errors } = await start(host, { parser })
      const seen = await send(port, { method: 'POST', path: `/body${query}`, headers }, body)
      return {
        ...seen,
        errors,
        answer: seen.headers['x-answered-by'] === undefined && seen.status === 200 ? JSON.parse(seen.text) : null,
      }
    }
    const type = { 'Content-Type': 'application/json' }

    it('is parsed once', async () => {
      const { answer } = await post(type, '{"name":"Zoë","list":[1,2.5,null]}')
      expect(answer).to.deep.include({ same: true, body: { name: 'Zoë', list: [1, 2.5, null] } })
    })

    it('keeps the key __proto__, unless the parser refuses it', async () => {
      const { answer, status } = await post(type, '{"__proto__":{"a":1},"constructor":2}')
      if (withJson && host.startsWith('koa')) expect(status).to.equal(400)
      else expect(answer.keys).to.deep.equal(['__proto__', 'constructor'])
    })

    it('may be of any JSON type, with a charset', async () => {
      for (const name of [
        'application/merge-patch+json',
        'APPLICATION/JSON; charset="UTF-8"',
        'application/vnd.api+json;charset=utf-8',
      ]) {
        expect((await post({ 'Content-Type': name }, '[{"a":1}]')).answer, name).to.deep.include({ body: [{ a: 1 }] })
      }
    })

    it('is put together from chunks that split a character', async () => {
      const bytes = Buffer.from('{"name":"🚰"}')
      expect((await post(type, [bytes.subarray(0, 11), bytes.subarray(11)])).answer).to.deep.include({ body: { name: '🚰' } })
    })

    it('is undefined when there is none', async () => {
      const { answer } = await post({ 'Content-Length': '0' })
      expect(answer).to.deep.include({ kind: 'undefined' })
    })

    it('of another type is 415, and nothing hangs', async () => {
      for (const name of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
      ]) {
        expect((await post({ 'Content-Type': name }, 'a=1')).answer, name).to.include({ code: 'unsupported-media-type' })
      }
      const { status, answer } = await post({}, '{"a":1}')
      if (parser !== 'text' && parser !== 'raw') expect(answer).to.include({ code: 'unsupported-media-type' })
      expect(status).to.equal(200)
    })

    it('in another charset is 415', async () => {
      const { answer, status } = await post(
        { 'Content-Type': 'application/json; charset=iso-8859-1' },
        Buffer.from('{"a":"\xe9"}', 'latin1'),
      )
      if (answer === null) expect(status).to.equal(415)
      else expect(answer).to.include({ code: 'unsupported-media-type' })
    })

    it('compressed is read where the host does it, else 415', async () => {
      const { answer } = await post({ ...type, 'Content-Encoding': 'gzip' }, gzipSync('{"a":1}'))
      if (parser === 'none' || parser === 'form' || (parser === 'text' && host.startsWith('koa') && answer.code !== undefined)) {
        expect(answer).to.include({ code: 'unsupported-media-type' })
      } else expect(answer.body).to.deep.equal({ a: 1 })
    })

    it('that is not JSON is 400 with the position, without quoting it', async () => {
      const { status, answer, errors } = await post(type, '{"secret": nope}')
      if (withJson) {
        expect([status, errors.length]).to.deep.equal([400, 1])
      } else {
        expect(answer.code).to.equal('malformed-json')
        expect(answer.detail).to.not.include('nope')
      }
      if (withJson) return
      expect((await post(type, '{"at position 3": nope}')).answer.detail).to.equal('the body is not valid JSON')
      expect((await post(type, '{"a":1,}')).answer.detail).to.equal('the body is not valid JSON at position 7')
      expect((await post(type, '{"a":1')).answer.detail).to.match(
        /^the body is not valid JSON(: it ends too early| at position 6)$/,
      )
    })

    it('that is too large is 413, before or after its end, and the connection goes on', async () => {
      const { port } = await start(host, { parser })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const big = Buffer.from(JSON.stringify(['x'.repeat(50_000)]))
      for (const headers of [
        { ...type, 'Content-Length': String(big.length) },
        { ...type, 'Transfer-Encoding': 'chunked' },
      ]) {
        const seen = await send(port, { agent, method: 'POST', path: '/body?limit=1000', headers }, big)
        const answeredByParser = withJson && !('Content-Length' in headers)
        if (!answeredByParser) expect(JSON.parse(seen.text)).to.include({ code: 'body-too-large' })
        expect((await send(port, { agent, path: '/x' })).status).to.equal(200)
      }
      agent.destroy()
    })

    if (parser === 'none') {
      it('many times too large is still answered', async () => {
        const { port } = await start(host)
        const part = Buffer.alloc(1_000_000, ' ')
        const seen = await send(port, { method: 'POST', path: '/body?limit=1000', headers: type }, Array(8).fill(part))
        expect(JSON.parse(seen.text)).to.include({ code: 'body-too-large' })
        const early = await send(
          port,
          { method: 'POST', path: '/body?limit=1000', headers: { ...type, 'Content-Length': '8000000' } },
          Array(8).fill(part),
        )
        expect(JSON.parse(early.text)).to.include({ code: 'body-too-large' })
      })

      it('that is not UTF-8 is 400', async () => {
        expect((await post(type, Buffer.from([0x22, 0xff, 0x22]))).answer).to.include({ code: 'malformed-json' })
      })

      it('of exactly the limit is taken', async () => {
        expect((await post(type, '"12345678"', '?limit=10')).answer).to.include({ body: '12345678' })
        expect((await post(type, '"123456789"', '?limit=10')).answer).to.include({ code: 'body-too-large' })
      })

      it('may begin with a byte order mark', async () => {
        expect((await post(type, '\ufeff{"a":1}')).answer).to.deep.include({ body: { a: 1 } })
      })

      it('that the client breaks off ends the wait', async () => {
        const { port, server, requests } = await start(host)
        const arrived = once(server, 'request')
        const outgoing = request({
          port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/body',
          headers: { ...type, 'Content-Length': '100' },
        })
        outgoing.on('error', () => {})
        outgoing.write('{"a":')
        await arrived
        const body = requests[0]?.body(1000).catch((error) => error)
        outgoing.destroy()
        expect(await body).to.include({ code: 'malformed-json' })
      })
    }
  }

  it('tell the host when something else ate the body', async () => {
    const app = express5()
    const errors: unknown[] = []
    app.use((req, _res, next) => void req.resume().once('end', next))
    app.use(expressRouter(echo().handler))
    app.use((error: unknown, _req: express5.Request, res: express5.Response, _next: express5.NextFunction) => {
      errors.push(error)
      res.sendStatus(500)
    })
    await supertest((await startApp(app)).server)
      .post('/body')
      .send({ a: 1 })
      .expect(500)
    expect(errors[0]).to.include({ code: 'internal' }).and.have.property('hint').that.includes('mount this router before it')
  })

  it('answer by themselves on plain node, without details', async () => {
    const { server } = await startApp(nodeRouter(echo().handler))
    const type = 'application/problem+json'
    const lost = await supertest(server).get('/stranger').expect(404).expect('content-type', type)
    expect(JSON.parse(lost.text)).to.include({ code: 'unknown-route', status: 404, type: 'urn:faucet:problem:unknown-route' })
    const failed = await supertest(server).get('/fail').expect(500).expect('content-type', type)
    expect(JSON.parse(failed.text)).to.include({ code: 'internal', status: 500 })
    expect(failed.text).to.not.include('secret')
    const head = await supertest(server).head('/stranger').expect(404)
    expect(head.text ?? '').to.equal('')
  })

  it("mix Express 5's router with an Express 4 app, and the other way round", async () => {
    for (const [app, Router] of [
      [express4(), express5.Router],
      [express5(), express4.Router],
    ] as const) {
      app.use('/api', express4.json(), expressRouter(echo().handler, Router))
      const { server } = await startApp(app)
      const seen = await supertest(server).post('/api/a%2Fb?x=1').send({ a: 1 }).expect(200)
      expect(seen.body).to.deep.equal({ method: 'POST', path: '/a%2Fb', mountPath: '/api', query: [['x', '1']] })
      expect((await supertest(server).post('/api/body').send({ a: 1 })).body).to.deep.include({ body: { a: 1 } })
      await supertest(server).get('/api/stranger').expect(404)
    }
  })

  it('take mounts with parameters', async () => {
    const expected = { path: '/db/a%2Fb', mountPath: '/of/a%20b' }
    const app = express5().use('/of/:tenant', expressRouter(echo().handler))
    expect((await supertest((await startApp(app)).server).get('/of/a%20b/db/a%2Fb')).body).to.include(expected)
    const koa = new Koa3().use(koaRouter(echo().handler).prefix('/of/:tenant{.:format}').routes())
    const { server } = await startApp(koa.callback())
    expect((await supertest(server).get('/of/a%20b/db/a%2Fb')).body).to.include(expected)
    expect((await supertest(server).get('/of/a.json/db/a%2Fb')).body).to.include({ path: '/db/a%2Fb', mountPath: '/of/a.json' })
    expect((await supertest(server).get('/of/a.json')).body).to.include({ path: '/', mountPath: '/of/a.json' })
  })

  for (const [name, newRouter] of [
    ['15', () => new KoaRouter()],
    ['14', () => new Router14()],
  ] as const) {
    for (const [major, Koa] of [
      ['2', Koa2],
      ['3', Koa3],
    ] as const) {
      describe(`@koa/router ${name} on Koa ${major}`, () => {
        const shapes: readonly (readonly [shape: string, at: string, build: (app: Koa3, router: KoaRouter) => void])[] = [
          ['at the root', '', (app, router) => app.use(router.routes())],
          ['with a prefix', '/a', (app, router) => app.use(router.prefix('/a').routes())],
          ['with allowedMethods', '/a', (app, router) => app.use(router.prefix('/a').routes()).use(router.allowedMethods())],
          ['in another router', '/a', (app, router) => app.use(newRouter().use('/a', router.routes()).routes())],
          [
            'in a prefixed router',
            '/a/b',
            (app, router) => app.use(newRouter().prefix('/a').use('/b', router.routes()).routes()),
          ],
          ['with koa-mount', '/a', (app, router) => app.use(mount('/a', router.routes()))],
          ['with koa-mount and a prefix', '/a/b', (app, router) => app.use(mount('/a', router.prefix('/b').routes()))],
          ['inside Express', '/ex', (app, router) => app.use(router.routes())],
        ]
        for (const [shape, at, build] of shapes) {
          it(`works ${shape}`, async () => {
            const { handler, requests } = echo()
            const app = new Koa()
            build(app, koaRouter(handler, newRouter))
            const { server, port } = await startApp(at === '/ex' ? express5().use('/ex', app.callback()) : app.callback())
            const seen = await send(port, { path: `${at}/db/_table/a%2Fb/1%2C2/?x=%2F` })
            expect(JSON.parse(seen.text)).to.deep.equal({
              method: 'GET',
              path: '/db/_table/a%2Fb/1%2C2/',
              mountPath: at,
              query: [['x', '/']],
            })
            expect((await supertest(server).get(at === '' ? '/' : at)).body).to.include({ path: '/', mountPath: at })
            expect((await supertest(server).options(`${at}/x`)).body).to.include({ method: 'OPTIONS' })
            expect((await supertest(server).post(`${at}/body`).send({ a: 1 })).body).to.deep.include({ body: { a: 1 } })
            const before = requests.length
            await supertest(server).get(`${at}/stranger`).expect(404)
            expect(requests.length - before).to.equal(1)
          })
        }

        it('lets middleware in front see and change the answer', async () => {
          const app = new Koa()
          app.use(async (ctx, next) => {
            await next()
            ctx.set('x-seen', `${ctx.status} ${typeof ctx.body}`)
          })
          app.use(koaRouter(echo().handler, newRouter).routes())
          await supertest((await startApp(app.callback())).server)
            .get('/x')
            .expect('x-seen', '200 string')
        })
      })
    }
  }
})

async function closed(stream: Readable | undefined): Promise<void> {
  if (stream === undefined) throw new Error('no stream was made')
  if (!stream.closed) await once(stream, 'close')
  expect(stream.errored).to.equal(null)
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) throw new Error('no request came')
  if (!signal.aborted) await once(signal, 'abort')
}
