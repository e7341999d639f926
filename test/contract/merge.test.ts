import { expect } from 'chai'
import { bindSchema, type SchemaBinding } from '../../lib/contract/bind.js'
import { compareChanges, diffSchema } from '../../lib/contract/diff.js'
import { looksSecret } from '../../lib/contract/exposure.js'
import { identitiesOf } from '../../lib/contract/identities.js'
import { mergeAdditive, type Withhold } from '../../lib/contract/merge.js'
import type { Change } from '../../lib/contract/types.js'
import type { Table } from '../../lib/schema/table.js'
import { dice, randomSchema } from './random-schema.js'
import { column, counter, foreignKey, id, int, locked, table, varchar, withColumn } from './schemas.js'

const withholdSecrets: Withhold = (_table, one) => one !== null && looksSecret(one.name)

function merge(before: readonly Table[], after: readonly Table[], withhold: Withhold = withholdSecrets) {
  const { contract, ids } = locked(before)
  const binding = bindSchema(contract, after, ids, 'proven')
  const changes = diffSchema(binding)
  const result = mergeAdditive(contract, binding, changes, counter('n'), withhold)
  const again = diffSchema(bindSchema(result.tables, after, new Map([...ids, ...result.identities]), 'proven'))
  return { contract, changes, again, ...result }
}

const kinds = (changes: readonly Change[]) =>
  changes.map(({ kind, table: of, column: one }) => `${kind} ${one === null ? of : `${of}.${one}`}`)
const users = table('users', [id(), column('name', { type: varchar(20) }), column('email')])

describe('merging what only adds', () => {
  it('takes over new tables and columns with fresh logical ids, appended', () => {
    const more = { ...users, columns: [id(), column('nick'), ...users.columns.slice(1), column('age')] }
    const orders = table('orders', [id(), column('user_id')], { foreignKeys: [foreignKey(['user_id'], 'users')] })
    const { tables, again, identities, contract } = merge([users], [orders, more])
    expect(tables.map(({ name }) => name)).to.deep.equal(['orders', 'users'])
    expect(tables[1]?.columns.map(({ name }) => name)).to.deep.equal(['id', 'name', 'email', 'nick', 'age'])
    expect(tables[1]?.columns.slice(0, 3)).to.deep.equal(contract[0]?.columns)
    expect(identities.map(([, engineId]) => engineId)).to.have.members(['@orders', '#id', '#user_id', '#nick', '#age'])
    expect(again).to.deep.equal([])
  })

  it('works on a table that has breaking drift elsewhere, and keeps the contract names', () => {
    const now = {
      ...withColumn({ ...users, name: 'people' }, 'email', { name: 'address' }),
      columns: [id(), column('name', { type: varchar(50) }), column('address', { id: '#email' }), column('age')],
    }
    const { tables, again, merged } = merge([users], [now])
    expect(kinds(merged)).to.deep.equal(['column-added users.age', 'type-widened users.name'])
    expect(tables[0]?.name).to.equal('users')
    expect(tables[0]?.columns.map(({ name, type }) => [name, type])).to.deep.include(['name', varchar(50)])
    expect(kinds(again)).to.deep.equal(['table-renamed users', 'column-renamed users.email'])
  })

  it('leaves a column with breaking drift whole', () => {
    const now = withColumn(users, 'name', { type: int, default: { kind: 'literal', value: '1' } })
    const { tables, contract, withheld } = merge([users], [now])
    expect(tables).to.deep.equal(contract)
    expect(withheld.map((change) => [change.kind, change.withheld])).to.deep.equal([['default-added', 'table-drifts']])
  })

  it('merges nothing from a table that may be another one', () => {
    const { contract, ids } = locked([users])
    const binding = bindSchema(
      contract,
      [{ ...users, name: 'people', columns: [...users.columns, column('age')] }],
      ids,
      'likely',
    )
    const { tables, withheld } = mergeAdditive(contract, binding, diffSchema(binding), counter('n'), withholdSecrets)
    expect(tables).to.deep.equal(contract)
    expect(withheld.map((change) => change.withheld)).to.deep.equal(['table-drifts'])
  })

  it('leaves columns that look secret for review, also in new tables', () => {
    const keys = table('keys', [id(), column('label'), column('secret')])
    const { tables, withheld, again } = merge([users], [{ ...users, columns: [...users.columns, column('password')] }, keys])
    expect(tables[0]?.columns.map(({ name }) => name)).to.deep.equal(['id', 'label'])
    expect(tables[1]?.columns.map(({ name }) => name)).not.to.include('password')
    expect(withheld.map((change) => change.withheld)).to.deep.equal(['needs-review', 'needs-review'])
    expect(kinds(again)).to.have.members(['column-added keys.secret', 'column-added users.password'])
  })

  it('leaves a new table whole where it cannot do without a secret', () => {
    const needy = table('needy', [id(), column('token', { nullable: false })])
    const { tables, withheld } = merge([], [needy])
    expect(tables).to.deep.equal([])
    expect(withheld.map((change) => [change.kind, change.withheld])).to.deep.equal([['table-added', 'needs-review']])
  })

  it('merges only what it is given', () => {
    const { contract, ids } = locked([users])
    const binding = bindSchema(contract, [{ ...users, columns: [...users.columns, column('a'), column('b')] }], ids, 'proven')
    const changes = diffSchema(binding).filter((change) => change.column !== 'a')
    expect(
      mergeAdditive(contract, binding, changes, counter('n'), () => false).tables[0]?.columns.map(({ name }) => name),
    ).to.deep.equal(['id', 'name', 'email', 'b'])
  })
})

/** One difference without what merging says about it. */
const bare = ({ withheld: _, ...change }: Change): Change => change
const keyOf = (change: Change) => JSON.stringify(bare(change))

function checkIsContract(tables: readonly Table[], before: readonly Table[], message: string): void {
  const ids = tables.flatMap((one) => [one.id, ...one.columns.map((column) => column.id)])
  expect(new Set(ids).size, `${message}: ids are unique`).to.equal(ids.length)
  expect(new Set(tables.map(({ name }) => name)).size, `${message}: table names are unique`).to.equal(tables.length)
  for (const one of tables) {
    const names = one.columns.map(({ name }) => name)
    expect(new Set(names).size, `${message}: column names of ${one.name} are unique`).to.equal(names.length)
    for (const key of [
      one.primaryKey ?? [],
      ...one.uniqueKeys.map(({ columns }) => columns),
      ...one.foreignKeys.map(({ columns }) => columns),
    ]) {
      // A column that is gone takes its key out of the contract only with a promotion, so names of the contract are all there.
      expect(names, `${message}: keys of ${one.name}`).to.include.members([...key])
    }
  }
  for (const one of before) {
    const now = tables.find(({ id: tableId }) => tableId === one.id)
    expect(now?.name, `${message}: ${one.name} is kept`).to.equal(one.name)
    expect(
      now?.columns.slice(0, one.columns.length).map(({ id: columnId, name }) => [columnId, name]),
      `${message}: columns of ${one.name} are kept`,
    ).to.deep.equal(one.columns.map(({ id: columnId, name }) => [columnId, name]))
  }
}

describe('merging, over random edits', () => {
  for (const identity of ['proven', 'likely', 'none'] as const) {
    it(`leaves exactly what was not merged (identity ${identity})`, () => {
      let merges = 0
      let reverted = 0
      for (let seed = 1; seed <= 120; seed++) {
        const rng = dice(seed)
        const live = randomSchema(rng)
        const start = locked(live.tables())
        let { contract, ids } = start
        const nextId = counter('n')
        for (let round = 0; round < 4; round++) {
          for (let edits = rng.below(6) + 1; edits > 0; edits--) live.edit()
          const message = `seed ${seed}, round ${round}, identity ${identity}`
          const tables = live.tables()
          const look = (of: readonly Table[]): SchemaBinding => bindSchema(of, tables, ids, identity)
          const binding = look(contract)
          const changes = diffSchema(binding)
          const result = mergeAdditive(contract, binding, changes, nextId, withholdSecrets)
          ids = new Map([...ids, ...result.identities])
          const again = diffSchema(look(result.tables))
          const merged = new Set(result.merged.map(keyOf))
          const known = new Set(changes.map(keyOf))
          const left = [
            ...changes.filter((change) => !merged.has(keyOf(change))),
            ...result.withheld.map(bare).filter((change) => !known.has(keyOf(change))),
          ]
          expect(again, message).to.deep.equal(left.sort(compareChanges))
          const told = new Set([...merged, ...result.withheld.map(keyOf)])
          const untold = changes.filter((change) => change.class === 'additive' && !told.has(keyOf(change)))
          expect(untold, `${message}: every additive change is merged or withheld`).to.deep.equal([])
          checkIsContract(result.tables, contract, message)
          const twice = mergeAdditive(result.tables, look(result.tables), again, nextId, withholdSecrets)
          expect(twice.merged, `${message}: a second merge finds nothing`).to.deep.equal([])
          merges += result.merged.length
          reverted += result.withheld.filter((change) => change.withheld === 'table-drifts').length
          contract = result.tables
          ids = new Map([...ids, ...identitiesOf(look(contract))])
        }
      }
      expect(merges).to.be.greaterThan(200)
      // Only with proof is what is new known to be new while something is gone.
      if (identity === 'proven') expect(reverted).to.be.lessThan(merges)
    })
  }
})
