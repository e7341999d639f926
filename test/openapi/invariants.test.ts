import { expect } from 'chai'
import { bindSchema } from '../../lib/contract/bind.js'
import { diffSchema } from '../../lib/contract/diff.js'
import { promoteSchema } from '../../lib/contract/freeze.js'
import type { Change, ContractVersion } from '../../lib/contract/types.js'
import { diffOpenApi, type OpenApiChange } from '../../lib/openapi/diff/index.js'
import { serviceDocument } from '../../lib/openapi/document.js'
import type { Table } from '../../lib/schema/table.js'
import { dice, randomSchema } from '../contract/random-schema.js'
import { counter, locked } from '../contract/schemas.js'

const settings = { bigints: 'string', enums: 'open', readOnly: false, page: 1000, defaultPage: 25, batch: 1000 } as const

async function documentOf(tables: readonly Table[], version: number, readOnly = false): Promise<unknown> {
  const facts = { kind: 'lock', createdAt: '', actor: '', reason: null, changes: [], digest: '' } as const
  const contract: ContractVersion = { service: 'db', version, revision: 0, tables, ...facts }
  return JSON.parse((await serviceDocument({ contract, options: { ...settings, readOnly } })).text)
}

/** A locked schema, some edits of the database, and what both differs say of them. */
async function edited(seed: number, edits: number, readOnly = false) {
  const schema = randomSchema(dice(seed))
  const { contract, ids } = locked(schema.tables())
  for (let edit = 0; edit < edits; edit++) schema.edit()
  const binding = bindSchema(contract, schema.tables(), ids, 'proven')
  const next = promoteSchema(contract, binding, null, counter('n'), () => false)
  const told = diffOpenApi(await documentOf(contract, 1, readOnly), await documentOf(next.tables, 2, readOnly))
  return { changes: diffSchema(binding), told }
}

const breaks = (told: readonly OpenApiChange[]) => told.filter(({ level }) => level > 1)
const shown = (changes: readonly Change[], told: readonly OpenApiChange[]) =>
  JSON.stringify(
    [
      changes.map(({ kind, class: of, table, column }) => [kind, of, table, column]),
      breaks(told).map(({ id, path, text }) => [id, path, text]),
    ],
    null,
    1,
  )

describe('what the document shows of a change and what the contract says of it', () => {
  for (const edits of [1, 3]) {
    it(`I1, I2: a document breaks only where the contract does (${edits} edits)`, async () => {
      let [additive, breaking] = [0, 0]
      for (let seed = 1; seed <= 400; seed++) {
        const { changes, told } = await edited(seed, edits)
        const isBreaking = changes.some((change) => change.class === 'breaking')
        if (isBreaking) breaking++
        else additive++
        if (!isBreaking) expect(breaks(told), `seed ${seed}: ${shown(changes, told)}`).to.deep.equal([])
      }
      expect([additive, breaking].every((count) => count > 30)).to.equal(true)
    }).timeout(60_000)
  }

  it('I3: not all that breaks shows in the document', async () => {
    let hidden = 0
    for (let seed = 1; seed <= 400; seed++) {
      const { changes, told } = await edited(seed, 1)
      if (changes.some((change) => change.class === 'breaking') && breaks(told).length === 0) hidden++
    }
    expect(hidden).to.be.greaterThan(0)
  }).timeout(60_000)

  it('I4: where nothing can be written, nothing that writers meet shows', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { told } = await edited(seed, 2, true)
      expect(told.filter(({ id }) => id.includes('request-property') || id.includes('request-body'))).to.deep.equal([])
    }
  }).timeout(60_000)
})
