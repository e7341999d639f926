import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { stringify } from 'yaml'
import { answerOf, documentOf } from '../openapi/diff/cases.js'
import { serve } from '../support/api.js'
import { createDatabase } from '../support/databases.js'

const main = new URL('../../dist/adapters/cli/main.js', import.meta.url).pathname

describe('faucet openapi diff', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'faucet_cli_'))
    const string = { type: 'string' }
    write('base.json', JSON.stringify(answerOf({ type: 'object', properties: { note: string }, required: ['note'] })))
    write('revision.yaml', stringify(answerOf({ type: 'object', properties: { more: string } })))
    write('known.txt', 'GET /t removed the required property `note` from the response with the status `200`\n')
    write('levels.txt', 'response-required-property-removed warn\n')
    write('other.json', JSON.stringify(documentOf({ tags: ['a'] })))
  })
  after(() => rmSync(folder, { recursive: true }))
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content)

  const run = (parts: readonly string[], input = '') =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const child = execFile(process.execPath, [main, 'openapi', 'diff', ...parts], { cwd: folder }, (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      )
      child.stdin?.end(input)
    })

  it('writes what changed, and ends well without --fail-on', async () => {
    const { code, out, err } = await run(['base.json', 'revision.yaml'])
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.match(
      /^2 changes: 1 error, 0 warning, 1 info\nerror\t\[response-required-property-removed\] at revision\.yaml\n/,
    )
  })

  it('reads one document from standard input', async () => {
    const { out } = await run(['-', 'revision.yaml', '-f', 'json'], JSON.stringify(documentOf()))
    expect(JSON.parse(out).map(({ id }: { id: string }) => id)).to.deep.equal(['response-media-type-added'])
    expect((await run(['-', '-'])).code).to.equal(100)
  })

  it('fails on the level that was asked for, of what is told', async () => {
    const codes = async (...parts: string[]) => (await run(['base.json', 'revision.yaml', ...parts])).code
    expect(await codes('--fail-on', 'ERR')).to.equal(1)
    expect(await codes('--fail-on', 'ERR', '--err-ignore', 'known.txt')).to.equal(0)
    expect(await codes('--fail-on', 'ERR', '--severity-levels', 'levels.txt')).to.equal(0)
    expect(await codes('--fail-on', 'WARN', '--severity-levels', 'levels.txt')).to.equal(1)
    expect(await codes('--fail-on', 'INFO', '--match-path', '^/other')).to.equal(0)
  })

  it('reads contracts from a store', async () => {
    const database = await createDatabase('sqlite')
    await database.exec('create table items (id integer primary key, name text)')
    const api = await serve(database.dsn, {}, join(folder, 'contracts.db'))
    await database.exec('alter table items drop column name')
    await api.controller.refresh('db')
    await api.controller.promote('db')
    await api.close()
    await database.drop()
    const parts = ['--store', 'contracts.db', '--fail-on', 'ERR', '--level', 'ERR', '-f', 'json']
    const { code, out } = await run(['db@1', 'db', ...parts])
    expect(code).to.equal(1)
    expect(new Set(JSON.parse(out).map(({ id }: { id: string }) => id))).to.deep.equal(
      new Set(['response-required-property-removed']),
    )
    const none = await run(['db@9', 'db', ...parts])
    expect([none.code, none.err]).to.deep.equal([
      102,
      'Error: db@9: there is no such file, and no such contract in contracts.db\n',
    ])
    expect((await run(['shop', 'db'])).err).to.contain('no store of contracts at .faucet/contracts.db')
  })

  it('says what is wrong, with a code for it', async () => {
    const told = async (...parts: string[]) => {
      const { code, out, err } = await run(parts)
      expect(out).to.equal('')
      return [code, err.trim().split('\n')[0]]
    }
    expect(await told('base.json')).to.deep.equal([100, "error: missing required argument 'revision'"])
    expect((await told('base.json', 'base.json', '-f', 'sarif'))[0]).to.equal(100)
    expect((await told('base.json', 'base.json', '--match-path', '['))[0]).to.equal(100)
    expect(await told('base.json', 'none.json')).to.deep.equal([102, 'Error: none.json: there is no such file'])
    expect((await told('base.json', 'known.txt'))[0]).to.equal(102)
    expect(await told('base.json', 'base.json', '--err-ignore', 'none')).to.deep.equal([121, 'Error: none cannot be read'])
    expect((await told('base.json', 'base.json', '--severity-levels', 'known.txt'))[0]).to.equal(106)
    expect((await told('base.json', 'http://127.0.0.1:1/x'))[1]).to.equal('Error: http://127.0.0.1:1/x: nobody answers')
  })
})
