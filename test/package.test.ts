import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'

/** What each entry point exports at run time. Adding a name here is adding to the public API. */
const exportsOf: Readonly<Record<string, readonly string[]>> = {
  'faucet-db/express': ['createFaucet', 'expressRouter'],
  'faucet-db/koa': ['createFaucet', 'koaRouter'],
  'faucet-db/node': ['createFaucet', 'nodeRouter'],
}

/** Packages that an entry point may load while it is imported: its own host, and nothing that talks to a database. */
const loadsOf: Readonly<Record<string, { readonly hosts: readonly string[] }>> = {
  'faucet-db/express': { hosts: ['express'] },
  'faucet-db/koa': { hosts: ['@koa/router'] },
  'faucet-db/node': { hosts: [] },
}

const hosts = ['express', 'koa', '@koa/router']
const drivers = ['better-sqlite3', 'pg', 'mysql2', 'mariadb', 'tedious', 'oracledb', 'snowflake-sdk']

describe('package', () => {
  for (const [entry, names] of Object.entries(exportsOf)) {
    it(`${entry} exports what it says`, async () => {
      expect((await imported(entry)).names).to.deep.equal(names)
    })
  }

  for (const [entry, { hosts: own }] of Object.entries(loadsOf)) {
    it(`${entry} loads no driver and no other host`, async () => {
      const { packages } = await imported(entry)
      expect(packages).to.include.members([...own, 'kysely'])
      expect(packages.filter((name) => hosts.includes(name) && !own.includes(name))).to.deep.equal([])
      expect(packages.filter((name) => drivers.includes(name))).to.deep.equal([])
    })
  }

  it('can be required from CommonJS', async () => {
    const { stdout } = await run(['--input-type=commonjs', '-e', "console.log(typeof require('faucet-db/express').createFaucet)"])
    expect(stdout.trim()).to.equal('function')
  })
})

const reports = new Map<string, Promise<Imported>>()

interface Imported {
  readonly names: readonly string[]
  /** Packages that were loaded, as ES modules or CommonJS. */
  readonly packages: readonly string[]
}

function imported(entry: string): Promise<Imported> {
  const found = reports.get(entry) ?? importAlone(entry)
  reports.set(entry, found)
  return found
}

/** Imports an entry point in a fresh process. */
async function importAlone(entry: string): Promise<Imported> {
  const { stdout } = await run([
    '--import',
    `data:text/javascript,${encodeURIComponent(register)}`,
    '--input-type=module',
    '-e',
    report(entry),
  ])
  return JSON.parse(stdout)
}

/** A loader hook that notes every ES module; it runs on its own thread, hence the port. */
const hook = `
  let port
  export const initialize = (data) => { port = data.port }
  export const load = async (url, context, next) => { port.postMessage(url); return next(url, context) }
`
const register = `
  import { register } from 'node:module'
  import { MessageChannel } from 'node:worker_threads'
  const { port1, port2 } = new MessageChannel()
  globalThis.loaded = []
  port1.on('message', (url) => globalThis.loaded.push(url)).unref()
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}), { data: { port: port2 }, transferList: [port2] })
`

const report = (entry: string) => `
  import { createRequire } from 'node:module'
  const names = Object.keys(await import('${entry}')).sort()
  await import('data:text/javascript,0//last')
  while (!globalThis.loaded.some((url) => url.endsWith('//last'))) await new Promise(setImmediate)
  const files = [...globalThis.loaded, ...Object.keys(createRequire(import.meta.url).cache)]
  const inPackage = /node_modules[\\\\/]((?:@[^\\\\/]+[\\\\/])?[^\\\\/]+)(?!.*node_modules)/
  const packages = files.flatMap((file) => inPackage.exec(file)?.[1] ?? [])
  console.log(JSON.stringify({ names, packages: [...new Set(packages)].sort() }))
`

function run(args: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, args, { cwd: new URL('..', import.meta.url) })
}
