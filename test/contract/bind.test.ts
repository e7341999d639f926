import { expect } from 'chai'
import { bindSchema, inContractNames, type TableBinding } from '../../lib/contract/bind.js'
import { diffSchema } from '../../lib/contract/diff.js'
import { uncertainId } from '../../lib/schema/origin.js'
import type { Table } from '../../lib/schema/table.js'
import { column, foreignKey, id, int, locked, table, withColumn, withoutIds } from './schemas.js'

const users = table('users', [id(), column('name'), column('email')])
const people = table('people', [id(), column('name'), column('email')])

function bind(before: readonly Table[], after: readonly Table[], identity: 'proven' | 'likely' | 'none' = 'proven') {
  const { contract, ids } = locked(before)
  return bindSchema(contract, after, ids, identity)
}

const said = ({
  contract,
  live,
  relation,
  evidence,
}: Omit<TableBinding, 'columns' | 'added'> | TableBinding['columns'][number]) =>
  `${contract.name} ${relation} ${live?.name ?? '-'} ${evidence}`
const tablesOf = (binding: ReturnType<typeof bind>) => binding.tables.map(said)
const columnsOf = (binding: ReturnType<typeof bind>) => binding.tables.flatMap(({ columns }) => columns.map(said))
const renamed = (of: Table, name: string): Table => ({ ...of, name })

describe('binding tables', () => {
  it('finds what did not move', () => {
    const binding = bind([users, people], [people, users])
    expect(tablesOf(binding)).to.deep.equal(['people same people none', 'users same users none'])
    expect(binding.added).to.deep.equal([])
  })

  it('follows a rename by identity, with the evidence that the engine can give', () => {
    expect(tablesOf(bind([users], [renamed(users, 'accounts')]))).to.deep.equal(['users renamed accounts proven'])
    expect(tablesOf(bind([users], [renamed(users, 'accounts')], 'likely'))).to.deep.equal(['users renamed accounts likely'])
  })

  it('does not guess without identities', () => {
    const binding = bind([users], [renamed(users, 'accounts')], 'none')
    expect(tablesOf(binding)).to.deep.equal(['users gone - none'])
    expect(binding.added.map(({ name }) => name)).to.deep.equal(['accounts'])
  })

  it('lets identity win where names were exchanged, also round in a circle', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => table(name, [id(), column('x')])) as [Table, Table, Table]
    expect(tablesOf(bind([a, b], [renamed(a, 'b'), renamed(b, 'a')]))).to.deep.equal(['a swapped b proven', 'b swapped a proven'])
    expect(tablesOf(bind([a, b, c], [renamed(a, 'b'), renamed(b, 'c'), renamed(c, 'a')]))).to.deep.equal([
      'a swapped b proven',
      'b swapped c proven',
      'c swapped a proven',
    ])
  })

  it('takes a newcomer that keeps every promise for the table, as online migrations leave it', () => {
    const ghost = { ...users, id: '@ghost', columns: [...users.columns, column('more')] }
    const binding = bind([users], [ghost, renamed(users, '_users_del')])
    expect(tablesOf(binding)).to.deep.equal(['users replaced users proven'])
    expect(columnsOf(binding)).to.deep.equal(['id same id none', 'name same name none', 'email same email none'])
    expect(binding.tables[0]?.movedTo).to.equal('_users_del')
    expect(binding.tables[0]?.doubtful).to.equal(undefined)
    expect(binding.added.map(({ name }) => name)).to.deep.equal(['_users_del'])
  })

  it('doubts a newcomer of another shape while the old table lives', () => {
    const other = table('users', [id(), column('tenant')], { id: '@other' })
    expect(bind([users], [other, renamed(users, 'users_old')]).tables[0]).to.include({
      relation: 'replaced',
      doubtful: true,
      movedTo: 'users_old',
    })
  })

  it('goes by name, with column drift, when the old table is gone', () => {
    const remade = { ...users, id: '@new', columns: users.columns.slice(0, 2) }
    const [binding] = bind([users], [remade]).tables
    expect(binding).to.include({ relation: 'replaced' })
    expect(binding?.doubtful).to.equal(undefined)
    expect(binding?.columns.map(said)).to.deep.equal(['id same id none', 'name same name none', 'email gone - none'])
  })

  it('never takes a renamed table of the contract for a newcomer', () => {
    const [a, b] = [table('a', [id()]), table('b', [id()])]
    expect(tablesOf(bind([a, b], [renamed(a, 'b')]))).to.deep.equal(['a renamed b proven', 'b gone - none'])
    expect(tablesOf(bind([a, b], [renamed(a, 'b'), renamed(b, 'c')]))).to.deep.equal(['a renamed b proven', 'b renamed c proven'])
  })

  it('goes by name after a log rotation', () => {
    const [log, log1] = [table('log', [id()]), table('log_1', [id()])]
    const binding = bind([log, log1], [table('log', [id()], { id: '@fresh' }), renamed(log, 'log_1')])
    expect(tablesOf(binding)).to.deep.equal(['log replaced log proven', 'log_1 replaced log_1 proven'])
  })

  it('binds tables and columns with special names', () => {
    const odd = table('__proto__', [id(), column('constructor'), column('a.b'), column('weird "name"')])
    const now = {
      ...odd,
      name: 'toString',
      columns: odd.columns.map((one) => (one.name === 'constructor' ? { ...one, name: '__proto__' } : one)),
    }
    const binding = bind([odd], [now])
    expect(tablesOf(binding)).to.deep.equal(['__proto__ renamed toString proven'])
    expect(columnsOf(binding)[1]).to.equal('constructor renamed __proto__ proven')
    expect(binding.tables[0]?.added).to.deep.equal([])
  })
})

describe('binding columns', () => {
  const columnsAfter = (columns: Table['columns'], identity: 'proven' | 'likely' | 'none' = 'proven') =>
    bind([users], [{ ...users, columns }], identity)

  it('follows a rename by identity', () => {
    const binding = columnsAfter([id(), column('name'), column('address', { id: '#email' })])
    expect(columnsOf(binding)[2]).to.equal('email renamed address proven')
    expect(binding.tables[0]?.added).to.deep.equal([])
  })

  it('lets identity win where names were exchanged', () => {
    const binding = columnsAfter([id(), column('name', { id: '#email' }), column('email', { id: '#name' })])
    expect(columnsOf(binding).slice(1)).to.deep.equal(['name swapped email proven', 'email swapped name proven'])
  })

  it('calls a newcomer under the name a replacement while the old column lives', () => {
    const binding = columnsAfter([id(), column('name'), column('email_old', { id: '#email' }), column('email', { id: '#new' })])
    expect(columnsOf(binding)[2]).to.equal('email replaced email proven')
    expect(binding.tables[0]?.columns[2]?.movedTo).to.equal('email_old')
    expect(binding.tables[0]?.added).to.deep.equal([])
  })

  it('calls a newcomer under the name a replacement, too, when the old column is gone: it may hold what was never promised', () => {
    expect(columnsOf(columnsAfter([id(), column('name'), column('email', { id: '#again' })]))[2]).to.equal(
      'email replaced email proven',
    )
  })

  it('tells a drop and an add from a rename', () => {
    const binding = columnsAfter([id(), column('name'), column('address')])
    expect(columnsOf(binding)[2]).to.equal('email gone - none')
    expect(binding.tables[0]?.added.map(({ name }) => name)).to.deep.equal(['address'])
  })

  it('never serves one column of the contract as another', () => {
    const binding = columnsAfter([id(), column('email', { id: '#name' }), column('name', { id: '#new' })])
    expect(columnsOf(binding).slice(1)).to.deep.equal(['name replaced name proven', 'email replaced email proven'])
  })

  it('uses identities only inside a table that kept its own', () => {
    const rebuilt = {
      ...users,
      id: '@rebuilt',
      columns: [column('id', { ...id(), id: '#name' }), column('name', { id: '#email' }), column('email', { id: '#id' })],
    }
    expect(columnsOf(bind([users], [rebuilt]))).to.deep.equal(['id same id none', 'name same name none', 'email same email none'])
  })

  it('guesses a rename without identities: one gone, its equal at its place', () => {
    const binding = bind([users], withoutIds([{ ...users, columns: [id(), column('name'), column('address')] }]), 'none')
    expect(columnsOf(binding)[2]).to.equal('email renamed address likely')
    expect(binding.tables[0]?.added).to.deep.equal([])
  })

  it('takes every newcomer of a table without identities for what went, whatever else differs', () => {
    for (const columns of [
      [id(), column('name'), column('address', { type: int })],
      [id(), column('name'), column('address', { nullable: false })],
      [id(), column('address'), column('name')],
    ] as const) {
      const relations = columnsOf(bind([users], withoutIds([{ ...users, columns }]), 'none'))
      expect(relations[2]).to.equal('email renamed address likely')
    }
    const two = bind([users], withoutIds([{ ...users, columns: [id(), column('address'), column('nickname')] }]), 'none')
    expect(columnsOf(two).slice(1)).to.deep.equal(['name renamed address likely', 'email renamed nickname likely'])
    const one = bind([users], withoutIds([{ ...users, columns: [id(), column('address')] }]), 'none')
    expect(columnsOf(one).slice(1)).to.deep.equal(['name renamed address likely', 'email gone - likely'])
  })

  it('takes a newcomer with an uncertain identity for what went in the same look, and for nothing else', () => {
    const came = column('address', { id: uncertainId('#new', ['#email']) })
    expect(columnsOf(columnsAfter([id(), column('name'), came]))[2]).to.equal('email renamed address likely')
    const both = columnsOf(columnsAfter([id(), came]))
    expect(both.slice(1)).to.deep.equal(['name gone - none', 'email renamed address likely'])
    expect(columnsOf(columnsAfter([id(), column('name'), column('address', { id: '#new' })]))[2]).to.equal('email gone - none')
  })

  it('takes a table with an uncertain identity for the one that went in the same look', () => {
    const came = { ...users, name: 'people', id: uncertainId('@new', ['@users']) }
    const binding = bind([users], [came])
    expect(binding.tables[0]).to.include({ relation: 'renamed', evidence: 'likely' })
    expect(binding.added).to.deep.equal([])
    expect(diffSchema(binding).map(({ kind, hold }) => [kind, hold])).to.deep.include(['table-renamed', 'unservable'])
  })

  it('is not misled by positions that moved up after a drop', () => {
    const at = (name: string, position: number) => column(name, { id: String(position) })
    const before = table('t', [at('a', 1), at('b', 2), at('c', 3)])
    const dropped = columnsOf(bind([before], [{ ...before, columns: [at('b', 1), at('c', 2)] }], 'likely'))
    expect(dropped).to.deep.equal(['a gone - none', 'b same b none', 'c same c none'])
    const renamedLast = columnsOf(bind([before], [{ ...before, columns: [at('a', 1), at('b', 2), at('z', 3)] }], 'likely'))
    expect(renamedLast[2]).to.equal('c renamed z likely')
  })
})

describe('the live table in contract names', () => {
  it('puts back every name that was renamed, in keys and references too', () => {
    const orders = table('orders', [id(), column('buyer'), column('code')], {
      uniqueKeys: [{ name: 'u', columns: ['code'] }],
      foreignKeys: [foreignKey(['buyer'], 'users')],
    })
    const nowUsers = withColumn(renamed(users, 'people'), 'id', { name: 'key' })
    const nowOrders: Table = {
      ...withColumn(withColumn(renamed(orders, 'purchases'), 'buyer', { name: 'person' }), 'code', { name: 'number' }),
      uniqueKeys: [{ name: 'u', columns: ['number'] }],
      foreignKeys: [{ ...foreignKey(['person'], 'people'), references: { table: 'people', columns: ['key'] } }],
    }
    const binding = bind([orders, users], [nowOrders, nowUsers])
    const [back] = binding.tables.map((one) => inContractNames(one, binding))
    expect(back?.name).to.equal('orders')
    expect(back?.columns.map(({ name }) => name)).to.deep.equal(['id', 'buyer', 'code'])
    expect(back?.uniqueKeys[0]?.columns).to.deep.equal(['code'])
    expect(back?.foreignKeys[0]).to.deep.include({ columns: ['buyer'], references: { table: 'users', columns: ['id'] } })
  })
})
