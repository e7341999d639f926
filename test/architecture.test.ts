import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect } from 'chai'

const root = resolve(import.meta.dirname ?? '', '..')

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

/** Modules a file imports when it runs: types are no dependency. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/(?<!typeof )\bimport\('([^']+)'\)/g),
  ]
  return found.flatMap(([, name = '']) => (name.startsWith('.') ? [relative(root, resolve(root, file, '..', name))] : [name]))
}

describe('the house', () => {
  it('keeps lib free of adapters, but for the composition', () => {
    const wrong = sources('lib').flatMap((file) =>
      imports(file)
        .filter((name) => name.startsWith('adapters'))
        .map((name) => `${file} → ${name}`),
    )
    expect(wrong.filter((arrow) => !arrow.startsWith('lib/faucet.ts'))).to.deep.equal([])
  })

  it('keeps lib free of drivers and frameworks', () => {
    const foreign = /^(pg|mysql2|better-sqlite3|express|koa|@koa)/
    expect(
      sources('lib').flatMap((file) =>
        imports(file)
          .filter((name) => foreign.test(name))
          .map((name) => `${file} → ${name}`),
      ),
    ).to.deep.equal([])
  })

  it('lets rooms of lib see only rooms below them, types included', () => {
    const floors = [
      ['schema'],
      ['conversion'],
      ['access', 'contract'],
      ['config'],
      ['projection'],
      ['query'],
      ['drift'],
      ['controller'],
      ['http'],
    ]
    const floorOf = (file: string) => floors.findIndex((rooms) => rooms.includes(file.split('/')[1] ?? ''))
    const upward = sources('lib').flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      const seen = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, name = '']) => relative(root, resolve(root, file, '..', name)))
      return seen.filter((name) => floorOf(file) >= 0 && floorOf(name) > floorOf(file)).map((name) => `${file} → ${name}`)
    })
    expect(upward).to.deep.equal([])
  })

  it('names no database in lib', () => {
    const named = /['"`](postgres|postgresql|mysql|mariadb|mssql|oracle|snowflake|sqlite)['"`]/i
    const code = (file: string) => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect(sources('lib').filter((file) => named.test(code(file)))).to.deep.equal([])
  })

  it('loads drivers and frameworks in one place each', () => {
    const where = (name: string) => sources('adapters').filter((file) => imports(file).includes(name))
    expect(where('express')).to.deep.equal(['adapters/web/express.ts'])
    expect(where('@koa/router')).to.deep.equal(['adapters/web/koa.ts'])
    for (const driver of ['pg', 'mysql2']) expect(where(driver), driver).to.have.length.at.most(1)
  })

  it('keeps engines apart from each other and from the web', () => {
    const engines = readdirSync(join(root, 'adapters/database'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const related = new Set(['mariadb → mysql'])
    const wrong = engines.flatMap(({ name: own }) =>
      sources(`adapters/database/${own}`).flatMap((file) =>
        imports(file)
          .map((name) => /^adapters\/(?:database\/([^/]+)|(web|store))/.exec(name))
          .flatMap((match) => match?.[1] ?? match?.[2] ?? [])
          .filter((other) => other !== own && other !== 'shared' && !related.has(`${own} → ${other}`))
          .map((other) => `${file} → ${other}`),
      ),
    )
    expect(wrong).to.deep.equal([])
  })

  it('documents every error code', () => {
    const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8').replace(/ +/g, ' ')
    const table = readFileSync(join(root, 'lib/errors.ts'), 'utf8')
    const codes = [...table.matchAll(/^ {2}'?([a-z][a-z-]+)'?: \{ status: (\d+)/gm)].map(
      ([, code, status]) => `| \`${code}\` | ${status} |`,
    )
    expect(codes.length).to.be.greaterThan(40)
    expect(codes.filter((line) => !documented.includes(line))).to.deep.equal([])
  })
})
