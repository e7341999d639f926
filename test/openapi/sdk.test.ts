import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { ContractController } from 'faucet-db'
import { createFaucet } from 'faucet-db/node'
import { createShop } from '../../examples/demo/create-shop.js'

const run = promisify(execFile)
const sources = new URL('sdk/', import.meta.url).pathname
/** Generators need another TypeScript than this project, so they are installed beside it, once. */
const workshop = new URL('../../node_modules/.cache/faucet-sdk/', import.meta.url).pathname

describe('clients that are generated from the document', () => {
  let folder: string
  let server: Server
  let controller: ContractController
  let base: string

  before(async function () {
    this.timeout(300_000)
    mkdirSync(workshop, { recursive: true })
    cpSync(sources, workshop, { recursive: true })
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: workshop })
    folder = mkdtempSync(join(tmpdir(), 'faucet_sdk_'))
    createShop(join(folder, 'shop.db'))
    const faucet = createFaucet({
      services: [{ name: 'shop', dsn: `sqlite:${join(folder, 'shop.db')}` }],
      access: { authorize: () => true },
      store: ':memory:',
    })
    controller = faucet.controller
    await controller.ready()
    server = createServer(faucet.router).listen(0, '127.0.0.1')
    await once(server, 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    writeFileSync(join(workshop, 'document.json'), JSON.stringify(await controller.openapi('shop')))
    const bin = (name: string, ...parts: string[]) => run(join(workshop, 'node_modules/.bin', name), parts, { cwd: workshop })
    await bin('openapi-typescript', 'document.json', '-o', 'schema.d.ts')
    await bin('swagger-typescript-api', 'generate', '-p', 'document.json', '-o', '.', '-n', 'api.ts')
    await bin('tsc', '-p', '.').catch(({ stdout }) => Promise.reject(new Error(stdout)))
  })
  after(async () => {
    server?.closeAllConnections()
    server?.close()
    await controller?.close()
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  const output = async (client: string) => (await run(process.execPath, [join(workshop, 'out', client), base])).stdout.trim()

  it('compile under strict and do everything there is: openapi-typescript with openapi-fetch', async () => {
    const { paths = {} } = await controller.openapi('shop')
    const methods = Object.values(paths).flatMap((item) => Object.keys(item ?? {}).filter((name) => name !== 'parameters'))
    expect(methods).to.have.length(50)
    // Five of them twice, because what they made had to go in two ways.
    expect(await output('fetch-client.js')).to.equal('55 operations')
  }).timeout(60_000)

  it('compile under strict and work: swagger-typescript-api', async () => {
    expect(await output('generated-client.js')).to.equal('5 operations')
  }).timeout(60_000)
})
