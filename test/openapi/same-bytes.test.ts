import { execFileSync } from 'node:child_process'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import type { ContractVersion } from '../../lib/contract/types.js'
import { serviceDocument } from '../../lib/openapi/document.js'
import type { Table } from '../../lib/schema/table.js'
import { dice, randomSchema } from '../contract/random-schema.js'
import { locked } from '../contract/schemas.js'

const options = { bigints: 'string', enums: 'open', readOnly: false, page: 1000, defaultPage: 25, batch: 1000 } as const

function contractOf(tables: readonly Table[]): ContractVersion {
  const facts = { kind: 'lock', createdAt: '', actor: '', reason: null, changes: [] } as const
  return { service: 'db', version: 3, revision: 1, tables, digest: '', ...facts }
}

function randomContract(seed: number): ContractVersion {
  const schema = randomSchema(dice(seed))
  for (let edits = 0; edits < 20; edits++) schema.edit()
  return contractOf(locked(schema.tables()).contract)
}

/** The same data with the keys of all objects the other way round. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, turned(inner)]),
  ) as T
}

describe('one contract makes one document', () => {
  for (let seed = 1; seed <= 60; seed++) {
    it(`whatever made it, and a valid one (seed ${seed})`, async () => {
      const contract = randomContract(seed)
      const { text, etag } = await serviceDocument({ contract, options })
      expect(await serviceDocument({ contract: turned(contract), options })).to.deep.equal({ text, etag })
      const { valid, errors } = await new Validator().validate(JSON.parse(text))
      expect(valid, JSON.stringify(errors)).to.equal(true)
    })
  }

  it('in another process', async () => {
    const contract = randomContract(7)
    const program = `import { serviceDocument } from './lib/openapi/document.ts'
      const [contract, options] = JSON.parse(process.argv[1])
      process.stdout.write((await serviceDocument({ contract, options })).text)`
    const parts = ['--import', 'tsx', '--input-type=module', '-e', program, JSON.stringify([contract, options])]
    expect(execFileSync(process.execPath, parts, { encoding: 'utf8' })).to.equal(
      (await serviceDocument({ contract, options })).text,
    )
  })
})
