import { expect } from 'chai'
import { holdFor } from '../../lib/contract/holds.js'
import { type ChangeKind, notDrift, ruleOf, rules } from '../../lib/contract/rules.js'

const kinds = Object.keys(rules) as ChangeKind[]
const lettered = ['15a', '21a', '21b', '30a', '37a', '45a']

describe('the rules of drift', () => {
  it('cover every row of the table of schema changes exactly once', () => {
    const rows = [...Array.from({ length: 79 }, (_, index) => String(index + 1)), ...lettered]
    const covered = [...kinds.flatMap((kind) => ruleOf(kind).rows), ...Object.keys(notDrift)]
    expect(covered.toSorted()).to.deep.equal(rows.toSorted())
  })

  it('name kinds in kebab-case', () => {
    for (const kind of kinds) expect(kind).to.match(/^[a-z]+(-[a-z]+)+$/)
  })

  it('call only additive kinds dangerous', () => {
    for (const kind of kinds) if (ruleOf(kind).dangerous) expect(ruleOf(kind).class, kind).to.equal('additive')
  })

  it('say one sentence about each kind, with the names in it', () => {
    const facts = { table: 'users', column: 'email', before: 'old', after: 'new', evidence: 'likely' } as const
    for (const kind of kinds) {
      const text = ruleOf(kind).text({ ...facts, column: ruleOf(kind).about === 'table' ? null : 'email' })
      expect(text, kind).to.match(/^[A-Z"].*\.$/)
      expect(text, kind).to.include('users')
      expect(text, kind).not.to.match(/undefined|\[object/)
    }
  })
})

const plain = {
  evidence: 'none',
  nullable: true,
  converts: false,
  hasSameValues: false,
  isTrusted: false,
  hasStandIn: false,
} as const

describe('the holds of breaking changes', () => {
  it('map only renames that are known', () => {
    for (const kind of ['table-renamed', 'table-swapped', 'column-renamed', 'column-swapped'] as const) {
      for (const evidence of ['proven', 'confirmed', 'stamped'] as const) {
        expect(holdFor(kind, { ...plain, evidence }), kind).to.equal('mapped')
      }
      expect(holdFor(kind, { ...plain, evidence: 'likely' }), kind).to.equal('unservable')
    }
  })

  it('answer null only for a dropped column that may be null', () => {
    expect(holdFor('column-dropped', plain)).to.equal('null')
    expect(holdFor('column-dropped', { ...plain, nullable: false })).to.equal('unservable')
    for (const kind of kinds) {
      if (kind !== 'column-dropped') expect(holdFor(kind, plain), kind).not.to.equal('null')
    }
  })

  it('never let a change that readers notice pass unheld', () => {
    for (const kind of kinds) {
      const { class: grade, affects } = ruleOf(kind)
      const readersNotice = grade === 'breaking' && affects !== 'write' && kind !== 'table-became-view'
      if (readersNotice) expect(holdFor(kind, plain), kind).not.to.equal(null)
    }
  })
})
