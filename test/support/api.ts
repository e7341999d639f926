import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KyselyTarget, PoolOptions, ServiceConfig } from 'faucet-db'
import { createFaucet } from 'faucet-db/node'
import supertest, { type Response } from 'supertest'
import { createWitness } from './witness.js'

type Settings = Partial<Omit<ServiceConfig<'db'>, 'name' | 'dsn' | 'kysely' | 'dialect' | 'engine' | 'pool'>> & {
  /** Only with a DSN. */
  readonly pool?: PoolOptions
}

/** An API over one database (its DSN, or the host's own Kysely), service `db`, on a server of its own. Everything is allowed. */
export async function serve(
  database: string | Pick<KyselyTarget, 'kysely' | 'engine'>,
  { pool, ...settings }: Settings = {},
  store = ':memory:',
) {
  const { router, controller } = createFaucet({
    services: [
      {
        name: 'db',
        ...(typeof database === 'string' ? { dsn: database, ...(pool === undefined ? {} : { pool }) } : database),
        settle: '1h',
        probeInterval: '1h',
        ...settings,
      },
    ],
    access: { authorize: () => true, operate: () => ({ actor: 'tester' }) },
    store,
  })
  const witness = createWitness((version) => controller.openapi('db', version === undefined ? {} : { version }), 'db')
  const server = createServer((request, response) => {
    witness.watch(request, response)
    router(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const request = supertest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await controller.ready()
  return {
    controller,
    request,
    /** `GET /db/_table/{table}` with a query, answering the body. */
    async rows(table: string, query: Record<string, string | number | boolean> = {}) {
      const response = await request.get(path(table)).query(query)
      if (response.status !== 200) throw new Error(`${response.status} ${response.text}`)
      return response.body.resource
    },
    /** Fails where an answer was not as the document of its contract says. */
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      const witnessed = await witness.confirm().catch((error: unknown) => error)
      await controller.close()
      if (witnessed !== undefined) throw witnessed
    },
  }
}

export type Api = Awaited<ReturnType<typeof serve>>

/** The path of a table, or of a row of it. */
export function path(table: string, id?: string | number): string {
  const base = `/db/_table/${encodeURIComponent(table)}`
  return id === undefined ? base : `${base}/${encodeURIComponent(id)}`
}

/** A parser for supertest, which knows no NDJSON. */
export function wholeText(response: Response, done: (error: Error | null, body: string) => void): void {
  let body = ''
  const stream = response as unknown as NodeJS.ReadableStream
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    body += chunk
  })
  stream.on('end', () => done(null, body))
}
