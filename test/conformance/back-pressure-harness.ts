/** What the tests of back-pressure watch with: the client's socket, the server's end of it, the way to the database, and its sessions. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { FaucetConfig } from 'faucet-db'
import { createFaucet as createForExpress } from 'faucet-db/express'
import { createFaucet as createForKoa } from 'faucet-db/koa'
import supertest from 'supertest'
import type { EngineName, TestDatabase } from '../support/databases.js'
import { startHost } from './web-hosts.js'

const hosts = { express5: createForExpress, koa3: createForKoa } as const
export type HostName = keyof typeof hosts
export const hostNames: readonly HostName[] = ['express5', 'koa3']

/** Whether a session of Faucet's is in a statement, or keeps a cursor open, as the database itself sees it. */
export async function isReading(database: TestDatabase): Promise<boolean> {
  const name = new URL(database.dsn).pathname.slice(1)
  const busy = async (from: string) => (await database.value(`select count(*) from ${from}`)) !== '0'
  const processes = `information_schema.processlist where db = '${name}' and command <> 'Sleep' and id <> connection_id()`
  const ask: Record<EngineName, () => Promise<boolean>> = {
    sqlite: () => database.exec('begin exclusive', 'rollback').then(isFree, isLocked),
    postgres: () => busy(`pg_stat_activity where application_name = '${schemaOf(database)}' and state <> 'idle'`),
    mariadb: () => busy(processes),
    mysql: () => busy(processes),
  }
  return ask[database.engine]()
}

const isFree = () => false
const isLocked = (error: { code?: unknown }) => {
  if (error.code !== 'SQLITE_BUSY') throw error
  return true
}

const schemaOf = ({ dsn }: TestDatabase) => new URL(dsn).searchParams.get('schema') ?? ''

/** The sessions of PostgreSQL are told apart by the name that they give. */
function named(dsn: string): string {
  const url = new URL(dsn)
  if (url.protocol === 'postgres:') url.searchParams.set('application_name', url.searchParams.get('schema') ?? '')
  return url.href
}

/** Faucet in a web host. `max` is how many connections its pool has. */
export async function serveStreams(host: HostName, dsn: string, max: number) {
  const config: FaucetConfig<'db'> = {
    services: [
      { name: 'db', dsn: dsn.startsWith('sqlite:') ? dsn : named(dsn), pool: { max }, settle: '1h', probeInterval: '1h' },
    ],
    access: { authorize: () => true },
    store: ':memory:',
  }
  const { router, controller } = hosts[host](config)
  await controller.ready()
  const { server, port, close } = await startHost({ host, parser: 'none', routers: [{ mount: '', router }] })
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  const to = (at: string) => ({ port, host: '127.0.0.1', path: at, agent: false, headers: { accept: 'application/x-ndjson' } })
  return {
    client: supertest(`http://127.0.0.1:${port}`),
    to,
    /** Asks for NDJSON and stops reading after the first piece; `served` is the server's end of the connection. */
    async open(at: string) {
      const asked = request(to(at)).on('error', () => {})
      asked.end()
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      const parts: string[] = []
      response.setEncoding('latin1').on('error', () => {})
      response.on('data', (part: string) => parts.push(part))
      await once(response, 'data')
      response.pause()
      const served = sockets.find(({ remotePort }) => remotePort === response.socket.localPort)
      if (served === undefined) throw new Error('the server has no such connection')
      return { response, served, text: () => parts.join('') }
    },
    async close() {
      await close()
      await controller.close()
    },
  }
}

/** The way to the database's server, counting the bytes that come back on it. SQLite has no such way. */
export async function countedWire({
  engine,
  dsn,
}: TestDatabase): Promise<{ dsn: string; read(): number; close(): Promise<void> }> {
  if (engine === 'sqlite') return { dsn, read: () => 0, close: async () => {} }
  const url = new URL(dsn)
  const [host, port] = [url.hostname, Number(url.port || (engine === 'postgres' ? 5432 : 3306))]
  let bytes = 0
  const relay = createServer((near) => {
    const far = connect(port, host)
    far.on('data', ({ length }) => {
      bytes += length
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.pipe(other)
      one.on('error', () => {}).on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  url.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`
  return { dsn: url.href, read: () => bytes, close: async () => void relay.close() }
}

/** Resolves when nothing has moved for a while, in which a server that does not wait for its reader would have read on. */
export async function standstill(progress: () => number): Promise<void> {
  for (let [still, last] = [0, -1]; still < 6; ) {
    await sleep(50)
    // SQLite reads in turns of the event loop.
    for (let count = 0; count < 100; count++) await turn()
    const now = progress()
    still = now === last ? still + 1 : 0
    last = now
  }
}
