import { expect } from 'chai'
import { checkKey, readCheck } from '../../lib/contract/check-text.js'

const key = (text: string) => checkKey(readCheck(text))

describe('the text of a check', () => {
  it('says the same with and without the schema of a type, a function or a collation', () => {
    const plain = key("((mood = ANY (ARRAY['a'::mood, 'b'::mood]::mood[])) AND is_fine(name) AND (name > 'x' COLLATE de))")
    for (const schema of ['shop', '"My Shop"']) {
      const text = `((mood = ANY (ARRAY['a'::${schema}.mood, 'b'::${schema}.mood]::${schema}.mood[])) AND ${schema}.is_fine(name) AND (name > 'x' COLLATE ${schema}.de))`
      expect(key(text), schema).to.equal(plain)
    }
    expect(key(`'a'::shop."mood"`)).to.equal(key(`'a'::mood`))
  })

  it('differs by type, function, literal and column', () => {
    const different = [
      "a = 'x'::s.one",
      "a = 'x'::s.two",
      "a = 'y'::s.one",
      "b = 'x'::s.one",
      's.f(a)',
      's.g(a)',
      '(p).x > 1',
      '(p).y > 1',
      '1.5 < a',
      '2.5 < a',
    ]
    expect(new Set(different.map(key)).size).to.equal(different.length)
  })

  it('keeps dots that are no qualification', () => {
    expect(key('(users.age) > 1')).to.not.equal(key('(age) > 1'))
  })
})
