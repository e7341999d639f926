import { expect } from 'chai'
import { bindSchema } from '../../lib/contract/bind.js'
import { diffSchema } from '../../lib/contract/diff.js'
import { freezeSchema, promoteSchema } from '../../lib/contract/freeze.js'
import { identitiesOf } from '../../lib/contract/identities.js'
import { takenTables } from '../../lib/contract/taken.js'
import type { Column, Table } from '../../lib/schema/table.js'
import { dice, randomSchema } from './random-schema.js'
import { column, counter, foreignKey, id, locked, table, withColumn, withoutIds } from './schemas.js'

const users = table('users', [id({ id: '#u1' }), column('email', { id: '#u2' })])
const orders = table('orders', [id({ id: '#o1' }), column('user_id', { id: '#o2' })], {
  foreignKeys: [foreignKey(['user_id'], 'users')],
})

function promote(before: readonly Table[], after: readonly Table[], only: readonly string[] | null) {
  const { contract, ids } = locked(before)
  const binding = bindSchema(contract, after, ids, 'proven')
  const result = promoteSchema(contract, binding, only === null ? null : new Set(only), counter('n'))
  const again = diffSchema(bindSchema(result.tables, after, new Map([...ids, ...result.identities]), 'proven'))
  return { contract, again, ...result }
}

describe('freezing', () => {
  it('gives every table and column its own logical id and notes the engine identities', () => {
    const { tables, identities } = freezeSchema([users, orders], counter())
    expect(tables.map(({ name }) => name)).to.deep.equal(['orders', 'users'])
    const ids = tables.flatMap((one) => [one.id, ...one.columns.map((each) => each.id)])
    expect(ids).to.deep.equal(['1', '2', '3', '4', '5', '6'])
    expect(identities).to.deep.equal([
      ['1', '@orders'],
      ['2', '#o1'],
      ['3', '#o2'],
      ['4', '@users'],
      ['5', '#u1'],
      ['6', '#u2'],
    ])
  })

  it('notes nothing where the engine has no identities, and leaves out what cannot be described', () => {
    expect(freezeSchema(withoutIds([users]), counter()).identities).to.deep.equal([])
    expect(freezeSchema([{ ...users, columns: [] }], counter()).tables).to.deep.equal([])
  })
})

describe('promoting', () => {
  const people = withColumn({ ...users, name: 'people' }, 'email', { name: 'address' })
  const purchases = {
    ...orders,
    columns: [...orders.columns, column('total', { id: '#o3' })],
    foreignKeys: [foreignKey(['user_id'], 'people')],
  }

  it('keeps logical ids through renames and gives new ones to what is new', () => {
    const { contract, tables, identities, again } = promote([users, orders], [people, purchases], null)
    const [before, after] = [contract.find(({ name }) => name === 'users'), tables.find(({ name }) => name === 'people')]
    expect(after?.id).to.equal(before?.id)
    expect(after?.columns.map((each) => each.id)).to.deep.equal(before?.columns.map((each) => each.id))
    expect(tables.find(({ name }) => name === 'orders')?.columns[2]?.id).to.equal('n1')
    expect(identities).to.deep.include(['n1', '#o3'])
    expect(again).to.deep.equal([])
  })

  it('takes over only the tables chosen, by either name, and lets references follow', () => {
    for (const name of ['users', 'people']) {
      const { tables, again } = promote([users, orders], [people, purchases], [name])
      expect(tables.map((one) => one.name)).to.deep.equal(['orders', 'people'])
      expect(tables[0]?.foreignKeys[0]?.references.table).to.equal('people')
      expect(again.map(({ kind }) => kind)).to.deep.equal(['column-added'])
    }
    const { tables, again } = promote([users, orders], [people, purchases], ['orders'])
    expect(tables[0]?.foreignKeys[0]?.references.table).to.equal('users')
    expect(again.map(({ kind }) => kind)).to.deep.equal(['table-renamed', 'column-renamed'])
  })

  it('drops what is gone, and adds what is new, only when chosen', () => {
    const logs = table('logs', [id()])
    expect(promote([users, orders], [users, logs], ['users']).tables.map(({ name }) => name)).to.deep.equal(['orders', 'users'])
    expect(promote([users, orders], [users, logs], ['orders']).tables.map(({ name }) => name)).to.deep.equal(['users'])
    expect(promote([users, orders], [users, logs], ['logs']).tables.map(({ name }) => name)).to.deep.equal([
      'logs',
      'orders',
      'users',
    ])
  })

  it('takes both of two tables that exchanged names', () => {
    const [a, b] = [table('a', [id()]), table('b', [id()])]
    const { contract, tables, again } = promote(
      [a, b],
      [
        { ...a, name: 'b' },
        { ...b, name: 'a' },
      ],
      ['a'],
    )
    expect(tables.map(({ name, id: logical }) => [name, logical])).to.deep.equal([
      ['a', contract[1]?.id],
      ['b', contract[0]?.id],
    ])
    expect(again).to.deep.equal([])
  })

  it('takes a replaced column and the old one beside it', () => {
    const now = {
      ...users,
      columns: [users.columns[0] ?? id(), column('email_old', { id: '#u2' }), column('email', { id: '#u3' })],
    }
    const { tables, again } = promote([users], [now], null)
    expect(tables[0]?.columns.map(({ name }) => name)).to.deep.equal(['id', 'email_old', 'email'])
    expect(again).to.deep.equal([])
  })

  it('leaves out columns that the binding does not offer, and keys on them', () => {
    const { contract, ids } = locked([users])
    const now = { ...users, columns: [...users.columns, column('token')], uniqueKeys: [{ name: 'u', columns: ['token'] }] }
    const binding = bindSchema(contract, [now], ids, 'proven')
    const narrowed = { ...binding, tables: binding.tables.map((one) => ({ ...one, added: [] })) }
    const [after] = promoteSchema(contract, narrowed, null, counter('n')).tables
    expect(after?.columns.map(({ name }) => name)).to.deep.equal(['id', 'email'])
    expect(after?.uniqueKeys).to.deep.equal([])
  })

  it('takes a table along whose name a chosen one takes over, under its new name also when it cannot be described', () => {
    const after = [
      { ...users, name: 'orders' },
      { ...orders, name: 'purchases', columns: [id({ id: '#o1' })], foreignKeys: [] },
    ]
    const { contract, ids } = locked([users, orders])
    const taken = takenTables(bindSchema(contract, after, ids, 'proven'), ['users'])
    expect(Array.from(taken.tables, (one) => one.contract.name)).to.have.members(['users', 'orders'])
    expect(Array.from(taken.tables, (one) => taken.isNamed(one))).to.have.members([true, false])
    expect(taken.isAbout({ table: 'orders' })).to.equal(true)
    expect(promote([users, orders], after, ['users']).again).to.deep.equal([])
    const blind = promote(
      [users, orders],
      after.map((one) => (one.name === 'purchases' ? { ...one, columns: [] } : one)),
      ['users'],
    )
    expect(blind.tables.map(({ name, columns }) => [name, columns.length])).to.deep.equal([
      ['orders', 2],
      ['purchases', 2],
    ])
    expect(blind.again.map(({ kind }) => kind)).to.deep.equal(['table-unreadable'])
  })

  it('keeps withheld columns out of what is not named, with the promised key, and new tables that cannot do without', () => {
    const token = column('token', { id: '#t', nullable: false })
    const after = [
      { ...users, columns: [...users.columns, token], primaryKey: ['id', 'token'] },
      { ...orders, columns: [...orders.columns, token] },
      table('notes', [id({ id: '#n' }), column('token', { id: '#nt' })]),
      table('keys', [id({ id: '#k' }), token]),
    ]
    const { contract, ids } = locked([users, orders])
    const binding = bindSchema(contract, after, ids, 'proven')
    const withhold = (_table: Table, one: Column | null) => one?.name === 'token'
    const shapes = (only: ReadonlySet<string> | null) =>
      promoteSchema(contract, binding, only, counter('n'), withhold).tables.map(({ name, columns, primaryKey }) => [
        name,
        columns.length,
        primaryKey?.length,
      ])
    expect(shapes(null)).to.deep.equal([
      ['notes', 1, 1],
      ['orders', 2, 1],
      ['users', 2, 1],
    ])
    expect(shapes(new Set(['users', 'keys']))).to.deep.equal([
      ['keys', 2, 1],
      ['orders', 2, 1],
      ['users', 3, 2],
    ])
  })

  it('keeps the shape of what cannot be described', () => {
    const { contract, tables } = promote([users], [{ ...users, columns: [], primaryKey: null }], null)
    expect(tables).to.deep.equal(contract)
  })

  it('leaves no drift, over random edits', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const rng = dice(seed)
      const live = randomSchema(rng)
      const before = live.tables()
      for (let edits = rng.below(12) + 1; edits > 0; edits--) live.edit()
      const { tables, again } = promote(before, live.tables(), null)
      expect(again, `seed ${seed}`).to.deep.equal([])
      expect(
        tables.map(({ name }) => name),
        `seed ${seed}`,
      ).to.deep.equal(live.tables().map(({ name }) => name))
    }
  })

  it('of some tables leaves only the drift of the others, over random edits', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const rng = dice(seed)
      const live = randomSchema(rng)
      const before = live.tables()
      for (let edits = rng.below(12) + 1; edits > 0; edits--) live.edit()
      const after = live.tables()
      if (before.length + after.length === 0) continue
      const { name } = rng.pick([...before, ...after])
      const { tables, again } = promote(before, after, [name])
      expect(new Set(tables.map((one) => one.name)).size, `seed ${seed}`).to.equal(tables.length)
      expect(
        again.map((change) => change.table),
        `seed ${seed}`,
      ).not.to.include(name)
    }
  })
})

describe('the identities that a binding establishes', () => {
  const establish = (after: readonly Table[], identity: 'proven' | 'likely' = 'proven') => {
    const { contract, ids } = locked([users])
    const found = identitiesOf(bindSchema(contract, after, ids, identity))
    // Besides, what each rename led to is noted under the rename.
    return found.filter(([logicalId]) => !logicalId.includes(' is ')).map(([, engineId]) => engineId)
  }

  it('are those of what is the same, proven to be renamed, or took a name over', () => {
    expect(establish([users])).to.deep.equal(['@users', '#u1', '#u2'])
    expect(establish([withColumn({ ...users, name: 'people' }, 'email', { name: 'address' })])).to.deep.equal([
      '@users',
      '#u1',
      '#u2',
    ])
    expect(establish([{ ...users, id: '@ghost', columns: [id({ id: '#g1' }), column('email', { id: '#g2' })] }])).to.deep.equal([
      '@ghost',
      '#g1',
      '#g2',
    ])
  })

  it('are not those of guesses, nor of what must be reported again at the next look', () => {
    expect(establish([{ ...users, name: 'people' }], 'likely')).to.deep.equal([])
    expect(
      establish([{ ...users, columns: [id({ id: '#u1' }), column('email_old', { id: '#u2' }), column('email', { id: '#u3' })] }]),
    ).to.deep.equal(['@users', '#u1'])
    expect(establish([{ ...users, name: 'old' }, table('users', [column('x')], { id: '@other' })])).to.deep.equal([])
  })
})
