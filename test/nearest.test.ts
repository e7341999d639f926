import { expect } from 'chai'
import { didYouMean, nearest } from '../lib/nearest.js'

describe('nearest', () => {
  it('finds a typing error', () => {
    expect(nearest('usres', ['orders', 'users'])).to.equal('users')
    expect(nearest('nmae', ['id', 'name'])).to.equal('name')
    expect(nearest('custmer', ['customer', 'cluster'])).to.equal('customer')
    expect(nearest('totals', ['total'])).to.equal('total')
  })

  it('lets a match without regard to case win, wherever it stands', () => {
    expect(nearest('USERS', ['user', 'users'])).to.equal('users')
    expect(nearest('username', ['usernama', 'UserName'])).to.equal('UserName')
  })

  it('takes the first of equally near candidates', () => {
    expect(nearest('cat', ['bat', 'rat'])).to.equal('bat')
    expect(nearest('cat', ['rat', 'bat'])).to.equal('rat')
  })

  it('offers nothing that is far', () => {
    expect(nearest('users', ['orders', 'invoices'])).to.equal(undefined)
    expect(nearest('id', ['name'])).to.equal(undefined)
    expect(nearest('users', [])).to.equal(undefined)
    expect(nearest('four', ['fish'])).to.equal(undefined)
  })

  it('allows one edit however short the name', () => {
    expect(nearest('id', ['ix'])).to.equal('ix')
    expect(nearest('a', ['xyz', 'b'])).to.equal('b')
  })

  it('stays calm at hostile names', () => {
    expect(nearest('', ['a', 'bc'])).to.equal('a')
    expect(nearest('__prto__', ['__proto__', 'constructor'])).to.equal('__proto__')
    expect(nearest('x'.repeat(100_000), ['x'.repeat(99_999)])).to.equal(undefined)
    expect(nearest('caffé', ['caffè'])).to.equal('caffè')
    expect(nearest('ab😀', new Set(['ab😁']))).to.equal('ab😁')
  })

  it('asks', () => {
    expect(didYouMean('usres', ['users'])).to.equal('did you mean "users"?')
    expect(didYouMean('usres', ['zebra'])).to.equal(undefined)
  })
})
