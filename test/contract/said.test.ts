import { expect } from 'chai'
import type { Resolution } from '../../lib/contract/resolution.js'
import { saidOf } from '../../lib/contract/said.js'
import { nameKey, noWords, type OperatorWords } from '../../lib/contract/words.js'
import { column, table } from '../adapters/store-samples.js'

/** `users(email)`, which a later version calls `people(mail)`. */
const first = [table('users', { id: 't1', columns: [column('email', { id: 'c1' })] })]
const second = [table('people', { id: 't1', columns: [column('mail', { id: 'c1' })] })]
const ids = { table: 't1', column: 'c1' }

const stored = (...resolutions: Resolution[]) =>
  resolutions.map((resolution, at) => ({ subject: String(at), resolution, at: '', actor: '', reason: null }))
const configured: OperatorWords = {
  ...noWords,
  renames: { tables: new Map([['users', 'customers']]), columns: new Map([['users', new Map([['email', 'letter']])]]) },
  standIns: new Map([['users', new Map<string, unknown>([['email', 'x']])]]),
}

describe('what operators said', () => {
  it('is known by logical ids, whatever a version calls the thing', () => {
    const rename: Resolution = { kind: 'confirm-rename', table: 'users', column: 'email', to: 'letter', ids }
    const { words } = saidOf(noWords, stored(rename), second)
    expect([...(words.renames.columns.get('people') ?? [])]).to.deep.equal([['mail', 'letter']])
    const value: Resolution = { kind: 'stand-in', table: 'people', column: 'mail', value: 7, ids }
    expect(saidOf(noWords, stored(value), first).words.standIns.get('users')?.get('email')).to.equal(7)
  })

  it('of the configuration is about the names that are served', () => {
    const served = saidOf(configured, [], first)
    expect(served.words.renames.tables.get('users')).to.equal('customers')
    const older = saidOf(configured, [], second, first)
    expect(older.words.renames.tables.get('people')).to.equal('customers')
    expect(older.words.standIns.get('people')?.get('mail')).to.equal('x')
  })

  it('at run time wins over the configuration', () => {
    const said = (resolution: Resolution) => saidOf(configured, stored(resolution), first).words
    const refuted = said({ kind: 'refute-rename', table: 'users', column: 'email', to: 'letter', ids })
    expect(refuted.renames.columns.get('users')?.has('email')).to.equal(false)
    expect([...(refuted.refuted.columns.get('users')?.get('email') ?? [])]).to.deep.equal(['letter'])
    const other = said({
      kind: 'confirm-rename',
      table: 'users',
      column: null,
      to: 'clients',
      ids: { table: 't1', column: null },
    })
    expect(other.renames.tables.get('users')).to.equal('clients')
    const kept = said({ kind: 'bind-by-name', table: 'users', column: 'email', ids })
    expect(kept.renames.columns.get('users')?.has('email')).to.equal(false)
    expect(kept.byName.has(nameKey('users', 'email'))).to.equal(true)
    expect(said({ kind: 'stand-in', table: 'users', column: 'email', value: null, ids }).standIns.get('users')?.size).to.equal(0)
  })

  it('of a rename that a version has taken over says nothing any more', () => {
    const rename: Resolution = { kind: 'confirm-rename', table: 'users', column: 'email', to: 'mail', ids }
    expect(saidOf(noWords, stored(rename), second).words.renames.columns.size).to.equal(0)
    expect(saidOf(noWords, stored(rename), first).words.renames.columns.get('users')?.get('email')).to.equal('mail')
  })

  it('is kept apart from declined additions and accepted databases', () => {
    const decline: Resolution = { kind: 'decline', table: 'users', column: 'note', ids: { table: 't1', column: null } }
    const accept: Resolution = { kind: 'accept-database', scope: 'there' }
    const said = saidOf(noWords, stored(decline, accept), second)
    expect([...said.declined]).to.deep.equal([nameKey('people', 'note')])
    expect([...said.acceptedScopes]).to.deep.equal(['there'])
  })
})
