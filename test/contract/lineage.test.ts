import { expect } from 'chai'
import { bindSchema } from '../../lib/contract/bind.js'
import { throughLineage } from '../../lib/contract/lineage.js'
import type { Table } from '../../lib/schema/table.js'
import { column, table } from '../adapters/store-samples.js'

const users = (name: string, ...columns: [name: string, id: string | null][]): Table =>
  table(name, { id: 't1', columns: columns.map(([called, id]) => column(called, { id })), primaryKey: null })
/** As an engine without identities reads it. */
const live = (...tables: Table[]) =>
  tables.map((one) => ({ ...one, id: null, columns: one.columns.map((own) => ({ ...own, id: null })) }))

/** What an older version's table and columns are, by way of the served version, where names alone say what is what. */
function through(older: Table, served: Table[], now: Table[]) {
  const bind = (contract: readonly Table[]) => bindSchema(contract, now, new Map(), 'none')
  const [found] = throughLineage(bind([older]), bind(served), now).tables
  return {
    table: `${found?.relation} ${found?.evidence} ${found?.live?.name ?? '-'}`,
    columns: found?.columns.map(({ contract, live: own, relation }) => `${contract.name}: ${relation} ${own?.name ?? '-'}`),
    added: found?.added.map(({ name }) => name),
  }
}

describe('an older version', () => {
  it('follows renames that were promoted', () => {
    const now = live(users('people', ['id', null], ['mail', null]))
    const served = [users('people', ['id', 'c1'], ['mail', 'c2'])]
    expect(through(users('users', ['id', 'c1'], ['email', 'c2']), served, now)).to.deep.equal({
      table: 'renamed confirmed people',
      columns: ['id: same id', 'email: renamed mail'],
      added: [],
    })
  })

  it('finds nothing of its own under a name that belongs to something else by now', () => {
    const now = live(users('users', ['id', null], ['age', null]))
    const served = [users('users', ['id', 'c1'], ['age', 'c9'])]
    expect(through(users('users', ['id', 'c1'], ['age', 'c2']), served, now).columns).to.deep.equal([
      'id: same id',
      'age: gone -',
    ])
    const other = [{ ...users('users', ['id', 'c8']), id: 't2' }]
    expect(through(users('users', ['id', 'c1']), other, live(users('users', ['id', null]))).table).to.equal('gone none -')
  })

  it('still has what the served version declined', () => {
    const now = live(users('users', ['id', null], ['note', null]))
    const served = [users('users', ['id', 'c1'])]
    const found = through(users('users', ['id', 'c1'], ['note', 'c3']), served, now)
    expect(found).to.deep.equal({ table: 'same none users', columns: ['id: same id', 'note: same note'], added: [] })
  })

  it('loses what the served version has lost', () => {
    const served = [users('people', ['id', 'c1'], ['mail', 'c2'])]
    expect(
      through(users('users', ['id', 'c1'], ['email', 'c2']), served, live(users('people', ['id', null]))).columns?.[1],
    ).to.equal('email: gone -')
    expect(through(users('users', ['id', 'c1']), served, []).table).to.equal('gone none -')
  })
})
