import { expect } from 'chai'
import { canonicalJson, digestOf } from '../../lib/schema/canonical.js'
import { column, table } from '../contract/schemas.js'

describe('canonical JSON', () => {
  it('sorts keys by code unit and keeps arrays in order', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: 'ü' }, B: true, é: 1 })).to.equal(
      '{"B":true,"a":{"c":"ü","d":null},"b":[2,1],"é":1}',
    )
  })

  it('leaves undefined members out and turns undefined items into null, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: [undefined] })).to.equal('{"b":[null]}')
  })

  it('keeps keys that are special to objects', () => {
    const value = JSON.parse('{"constructor":1,"__proto__":{"x":1}}')
    expect(canonicalJson(value)).to.equal('{"__proto__":{"x":1},"constructor":1}')
  })

  it('can be read back', () => {
    const value = { text: 'a"b\\c\u2028\ud800', numbers: [0, -1.5, 1e21], nested: [[{}]] }
    expect(JSON.parse(canonicalJson(value))).to.deep.equal(value)
  })
})

describe('digests of a schema', () => {
  const users = table('users', [column('id'), column('name')])
  const orders = table('orders', [column('id')])

  it('do not depend on the order of tables or keys', () => {
    const shuffled = Object.fromEntries(Object.entries(users).reverse()) as unknown as typeof users
    expect(digestOf([users, orders]))
      .to.equal(digestOf([orders, shuffled]))
      .and.to.match(/^[0-9a-f]{64}$/)
  })

  it('depend on everything else', () => {
    const renamed = { ...users, name: 'people' }
    expect(digestOf([users])).not.to.equal(digestOf([renamed]))
    expect(digestOf([users])).not.to.equal(digestOf([{ ...users, columns: users.columns.toReversed() }]))
  })
})
