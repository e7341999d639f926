import { expect } from 'chai'
import { redactDsn } from '../../lib/config/dsn.js'

describe('redactDsn', () => {
  const cases: readonly [string, string][] = [
    ['postgres://me:secret@db.example:5433/shop', 'postgres://db.example:5433/shop'],
    ['postgres://me@db.example/shop?password=secret', 'postgres://db.example/shop'],
    ['POSTGRES://me:secret@db.example/shop#secret', 'postgres://db.example/shop'],
    ['postgres://db.example/shop', 'postgres://db.example/shop'],
    ['sqlite:./shop.db?key=secret', 'sqlite:./shop.db'],
    ['sqlite::memory:', 'sqlite::memory:'],
    ['sqlite:///var/shop.db', 'sqlite:///var/shop.db'],
    // Not percent-encoded: no telling where the password ends.
    ['postgres://me:se@cret@h/d', 'postgres://***'],
    ['postgres://me:se#cret@h/d', 'postgres://***'],
    ['postgres://me:1/secret@h/d', 'postgres://***'],
    ['postgres://me:1?secret@h/d', 'postgres://***'],
    ['postgres://me:secret@h/d?user=a@b', 'postgres://***'],
    ['postgres:me:secret@h/d', '***'],
    ['me:secret@h/d', '***'],
    ['secret', '***'],
    ['', '***'],
  ]
  for (const [dsn, redacted] of cases) {
    it(`${dsn} → ${redacted}`, () => {
      expect(redactDsn(dsn)).to.equal(redacted)
    })
  }
})
