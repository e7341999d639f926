import { expect } from 'chai'
import { defaultExcludes, isExcluded, looksSecret, matchesPattern } from '../../lib/contract/exposure.js'

describe('patterns', () => {
  it('match any run with * and one character with ?, whatever the case', () => {
    for (const [name, pattern] of [
      ['orders', '*'],
      ['', '*'],
      ['_users_gho', '_*_gho'],
      ['Audit_Log', 'audit_*'],
      ['t1', 't?'],
      ['aXbXc', 'a*b*c'],
      ['😀x', '?x'],
      ['a.b', 'a.b'],
      ['__proto__', '__*'],
    ] as const) {
      expect(matchesPattern(name, pattern), `${name} ${pattern}`).to.equal(true)
    }
    for (const [name, pattern] of [
      ['orders', ''],
      ['users', '_*_gho'],
      ['t', 't?'],
      ['axb', 'a.b'],
      ['abcd', 'a*c'],
    ] as const) {
      expect(matchesPattern(name, pattern), `${name} ${pattern}`).to.equal(false)
    }
  })

  it('do not blow up', () => {
    expect(matchesPattern('a'.repeat(5000), `${'*a'.repeat(200)}*b`)).to.equal(false)
  })

  it('keep out what is excluded or not included', () => {
    expect(isExcluded('orders', ['*'], [])).to.equal(false)
    expect(isExcluded('orders', [], [])).to.equal(false)
    expect(isExcluded('orders', ['users', 'audit_*'], [])).to.equal(true)
    expect(isExcluded('audit_log', ['audit_*'], ['*_log'])).to.equal(true)
  })

  it('keep work tables of migration tools out by default, and nothing of a team', () => {
    for (const name of [
      '_orders_gho',
      '_orders_del',
      '_orders_new',
      'knex_migrations',
      '_prisma_migrations',
      'kysely_migration',
      'SequelizeMeta',
      'DATABASECHANGELOG',
      '_faucet_work',
    ]) {
      expect(isExcluded(name, ['*'], defaultExcludes), name).to.equal(true)
    }
    for (const name of ['orders', 'migrations', 'news', 'order_new', 'faucets', 'schema']) {
      expect(isExcluded(name, ['*'], defaultExcludes), name).to.equal(false)
    }
  })
})

describe('names that look secret', () => {
  for (const name of [
    'password',
    'PASSWORD',
    'passwordHash',
    'password_hash',
    'resetToken',
    'api_key',
    'apiKey',
    'APIKey',
    'apikey',
    'APIKEY',
    'api-key',
    'ssn',
    'customerIBAN',
    'private_key',
    'otp',
    'pin',
    'card_cvv',
    'salt',
    'client_secret2',
    'token1',
  ]) {
    it(`finds ${name}`, () => expect(looksSecret(name)).to.equal(true))
  }
  for (const name of [
    'hashtag',
    'tokenizer_version',
    'shipping',
    'assault',
    'keyboard',
    'api',
    'key',
    'spinner',
    'email',
    'monkey',
    'secretary',
    'urban',
    'constructor',
    '__proto__',
    '',
    '😀',
  ]) {
    it(`lets ${name || 'the empty name'} pass`, () => expect(looksSecret(name)).to.equal(false))
  }
})
