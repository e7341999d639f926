import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { createShop } from '../examples/demo/create-shop.js'

const root = resolve(import.meta.dirname ?? '', '..')

describe('examples', () => {
  let folder: string
  const running: ChildProcess[] = []

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'faucet_examples_'))
    createShop(join(folder, 'shop.db'))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  function start(example: string): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'examples', example)], {
      cwd: root,
      env: {
        ...process.env,
        PORT: '0',
        DATABASE_URL: `sqlite:${folder}/shop.db`,
        FAUCET_STORE: `${folder}/${example.replaceAll('/', '_')}.db`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.push(child)
    return child
  }

  /** What the process prints, up to the first match of `pattern`. */
  async function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
    let text = ''
    for await (const chunk of child.stdout ?? []) {
      text += String(chunk)
      if (pattern.test(text)) return text
    }
    throw new Error(`ended without ${pattern}: ${text}`)
  }

  const urlOf = (text: string) => /http:\/\/localhost:\d+/.exec(text)?.[0] ?? ''

  it('express-login: the app stays, the API is behind its login', async () => {
    const url = urlOf(await printed(start('express-login/server.ts'), /listening/))
    expect(await (await fetch(url)).text()).to.equal('the app that was here before')
    expect((await fetch(`${url}/api/shop/_table/customers`)).status).to.equal(401)
    const response = await fetch(`${url}/api/shop/_table/customers?limit=1`, { headers: { authorization: 'Bearer letmein' } })
    expect(response.status).to.equal(200)
    expect(await response.json()).to.have.nested.property('resource[0].id', 1)
  })

  it('koa: anybody reads, nobody writes', async () => {
    const url = urlOf(await printed(start('koa/server.ts'), /listening/))
    const response = await fetch(`${url}/api/shop/_table/best_sellers?limit=1`)
    expect([response.status, (await response.json()) as object]).to.have.nested.property('[1].meta.count', 1)
    expect((await fetch(`${url}/api/shop/_table/customers/1`, { method: 'DELETE' })).status).to.equal(403)
  })

  it('promote: ends by itself', async () => {
    const child = start('promote/promote.ts')
    const ended = once(child, 'exit')
    expect(await printed(child, /version \d/)).to.contain('shop is at contract version 1')
    expect(await ended).to.deep.equal([0, null])
  })

  it('demo: the five lines do what they say', async () => {
    const text = await printed(start('demo/main.ts'), /Ctrl-C/)
    const url = urlOf(text)
    const lines = [...text.matchAll(/curl.*/g)].map(([line]) => line)
    expect(lines).to.have.length(5)
    for (const line of [0, 1, 2].map((index) => lines[index] ?? '')) {
      const target = /'(http[^']+)'/.exec(line)?.[1] ?? ''
      expect((await fetch(target)).status, target).to.equal(200)
    }
    const customer = async () => (await (await fetch(`${url}/api/shop/_table/customers/1`)).json()) as { email?: string }
    const before = await customer()
    expect(before.email).to.match(/@example\.com$/)
    expect(await (await fetch(`${url}/dba/rename-email`, { method: 'POST' })).json()).to.have.property('ran')
    expect(await customer()).to.deep.equal(before)
    const report = await (await fetch(`${url}/api/system/contract/shop/diff`)).json()
    expect(report).to.have.nested.property('changes[0].kind', 'column-renamed')
    expect(report).to.have.property('state', 'red')
  })

  it('are at most 60 lines each', () => {
    for (const name of readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(server|promote|main)\.ts$/.test(file),
    )) {
      expect(readFileSync(join(root, 'examples', name), 'utf8').split('\n').length, name).to.be.at.most(60)
    }
  })
})
