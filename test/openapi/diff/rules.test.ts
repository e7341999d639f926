import { expect } from 'chai'
import { diffOpenApi, type RuleId, rules } from '../../../lib/openapi/diff/index.js'
import { cases } from './cases.js'

describe('diffOpenApi', () => {
  for (const { ids, name, base, revision } of cases) {
    it(`${ids.join(', ') || 'nothing'}${name === '' ? '' : `: ${name}`}`, () => {
      expect(
        diffOpenApi(base, revision)
          .map(({ id }) => id)
          .sort(),
      ).to.deep.equal([...ids].sort())
    })
  }

  it('has no rule that no case meets', () => {
    const met = new Set(cases.flatMap(({ ids }) => ids))
    expect(Object.keys(rules).filter((id) => !met.has(id as RuleId))).to.deep.equal([])
  })

  it('gives every rule the arguments that its sentence has', () => {
    for (const { base, revision } of cases) {
      for (const { text } of diffOpenApi(base, revision)) expect(text).to.not.match(/undefined|\{\d\}/)
    }
  })
})
