import { expect } from 'chai'
import { bindSchema } from '../../lib/contract/bind.js'
import { type DiffOptions, diffSchema, stateOf } from '../../lib/contract/diff.js'
import type { Check, Column, Table } from '../../lib/schema/table.js'
import { column, foreignKey, id, int, locked, table, varchar, withColumn, withoutIds } from './schemas.js'

function diff(
  before: readonly Table[],
  after: readonly Table[],
  options: DiffOptions = {},
  identity: 'proven' | 'likely' | 'none' = 'proven',
) {
  const { contract, ids } = locked(before)
  return diffSchema(bindSchema(contract, after, ids, identity), options)
}

const short = (changes: ReturnType<typeof diff>) =>
  changes.map(
    ({ class: grade, kind, table: of, column: one, hold }) =>
      `${grade} ${kind} ${one === null ? of : `${of}.${one}`}${hold === null ? '' : ` ${hold}`}`,
  )

const base = table('t', [
  id(),
  column('note'),
  column('price', { type: { name: 'decimal', precision: 10, scale: 2, unsigned: false }, nullable: false }),
  column('at', { nullable: false, default: { kind: 'expression' } }),
])

/** What becomes of `t` when a column changes. */
const onColumn = (name: string, more: Partial<Column>, before: Partial<Column> = {}) =>
  short(diff([withColumn(base, name, before)], [withColumn(withColumn(base, name, before), name, more)]))
const plus = (...columns: Column[]) => short(diff([base], [{ ...base, columns: [...base.columns, ...columns] }]))
const becomes = (after: Partial<Table>, before: Partial<Table> = {}) =>
  short(diff([{ ...base, ...before }], [{ ...base, ...before, ...after }]))
const check = (expression: string, name = 'c'): Check => ({ name, expression })

describe('drift of tables', () => {
  it('is none when nothing changed', () => {
    expect(diff([base], [base])).to.deep.equal([])
    expect(stateOf([])).to.equal('green')
  })

  it('grades tables and views that come and go', () => {
    const view = table('v', [column('x')], { kind: 'view' })
    expect(short(diff([], [base, view]))).to.deep.equal(['additive table-added t', 'additive view-added v'])
    expect(short(diff([base, view], []))).to.deep.equal([
      'breaking table-dropped t unservable',
      'breaking view-dropped v unservable',
    ])
  })

  it('reports a rename once, mapped only when it is proven', () => {
    const [change] = diff([base], [{ ...base, name: 'u' }])
    expect(change).to.include({ kind: 'table-renamed', before: 't', after: 'u', evidence: 'proven', hold: 'mapped' })
    expect(short(diff([base], [{ ...base, name: 'u' }], {}, 'likely'))).to.deep.equal(['breaking table-renamed t unservable'])
  })

  it('keeps what cannot be described', () => {
    expect(short(diff([base], [{ ...base, columns: [], primaryKey: null }]))).to.deep.equal([
      'breaking table-unreadable t unservable',
    ])
    expect(diff([], [{ ...base, columns: [], primaryKey: null }])).to.deep.equal([])
  })

  it('says nothing of a rebuilt table, and refuses another one under its name', () => {
    expect(diff([base], [{ ...base, id: '@rebuilt' }])).to.deep.equal([])
    const other = { ...base, id: '@other', columns: [id(), column('x'), column('y', { id: '#y' }), column('z')] }
    expect(short(diff([base], [other, { ...base, name: 'old' }]))).to.include('breaking table-replaced t unservable')
  })

  it('drops the writers where a table became a view, and takes them in where a view became a table', () => {
    const loose = {
      ...base,
      columns: base.columns.map((one) => ({ ...one, nullable: true, default: null, identity: 'none' as const })),
    }
    const view = { ...loose, kind: 'view' as const, primaryKey: null }
    expect(short(diff([base], [view]))).to.deep.equal([
      'breaking table-became-view t',
      'breaking nullable-loosened t.at converted',
      'breaking nullable-loosened t.id converted',
      'breaking nullable-loosened t.price converted',
    ])
    expect(short(diff([view], [base])).every((one) => one.startsWith('additive'))).to.equal(true)
  })
})

describe('drift of columns', () => {
  it('grades additions by what an insert must supply', () => {
    expect(plus(column('a'))).to.deep.equal(['additive column-added t.a'])
    expect(plus(column('a', { nullable: false, default: { kind: 'literal', value: '1' } }))).to.deep.equal([
      'additive column-added t.a',
    ])
    expect(plus(column('a', { nullable: false, identity: 'by-default' }))).to.deep.equal(['additive column-added t.a'])
    expect(plus(column('a', { nullable: false, generated: true }))).to.deep.equal(['additive column-added t.a'])
    expect(plus(column('a', { nullable: false }))).to.deep.equal(['breaking required-column-added t.a'])
  })

  it('counts only readers on a view', () => {
    const view = table('v', [column('a', { type: varchar(20) })], { kind: 'view' })
    const now = { ...view, columns: [column('a', { type: varchar(10), nullable: false }), column('b', { nullable: false })] }
    expect(short(diff([view], [now]))).to.deep.equal([
      'additive read-only-nullable-tightened v.a',
      'additive read-only-type-narrowed v.a',
      'additive column-added v.b',
    ])
  })

  it('answers null for a dropped column only where the contract allows null', () => {
    const without = (name: string) => becomes({ columns: base.columns.filter((one) => one.name !== name) })
    expect(without('note')).to.deep.equal(['breaking column-dropped t.note null'])
    expect(without('price')).to.deep.equal(['breaking column-dropped t.price unservable'])
  })

  it('reports a rename as one change, beside other differences of the column', () => {
    expect(onColumn('note', { name: 'remark' })).to.deep.equal(['breaking column-renamed t.note mapped'])
    expect(onColumn('note', { name: 'remark', nullable: false })).to.deep.equal([
      'breaking column-renamed t.note mapped',
      'breaking nullable-tightened t.note',
    ])
    const guessed = diff([base], withoutIds([withColumn(base, 'note', { name: 'remark' })]), {}, 'none')
    expect(short(guessed)).to.deep.equal(['breaking column-renamed t.note unservable'])
    expect(guessed[0]?.text).to.include('probably')
  })

  it('refuses a column that is another one now', () => {
    const columns = [id(), column('note_old', { id: '#note' }), ...base.columns.slice(2), column('note', { id: '#new' })]
    expect(becomes({ columns })).to.deep.equal(['breaking column-replaced t.note unservable'])
  })

  it('grades types', () => {
    expect(onColumn('note', { type: int })).to.deep.equal(['breaking type-changed t.note converted'])
    expect(onColumn('note', { type: { name: 'binary', length: null } })).to.deep.equal([
      'breaking type-changed t.note unservable',
    ])
    expect(onColumn('note', { type: varchar(9) })).to.deep.equal(['breaking type-narrowed t.note'])
    expect(onColumn('note', { type: varchar(9) }, { type: varchar(5) })).to.deep.equal(['additive type-widened t.note'])
  })

  it('grades enum values, by option', () => {
    const status = (values: string[]) => withColumn(base, 'note', { type: { name: 'enum', values } })
    const grown = (options: DiffOptions) => diff([status(['a'])], [status(['a', 'b'])], options)
    expect(short(grown({}))).to.deep.equal(['additive enum-value-added t.note'])
    expect(grown({})[0]).to.include({ dangerous: true, after: '"b"' })
    expect(short(grown({ enums: 'closed' }))).to.deep.equal(['breaking enum-value-added t.note converted'])
    expect(short(grown({ dangerousIsBreaking: true }))).to.deep.equal(['breaking enum-value-added t.note converted'])
    expect(short(diff([status(['a', 'b'])], [status(['a'])]))).to.deep.equal(['breaking enum-value-removed t.note'])
    expect(short(diff([status(['a', 'b'])], [status(['a', 'c'])]))).to.deep.equal([
      'breaking enum-value-renamed t.note converted',
    ])
    expect(diff([status(['a', 'b'])], [status(['b', 'a'])])).to.deep.equal([])
  })

  it('grades nullability', () => {
    expect(onColumn('note', { nullable: false })).to.deep.equal(['breaking nullable-tightened t.note'])
    expect(onColumn('price', { nullable: true })).to.deep.equal(['breaking nullable-loosened t.price converted'])
    expect(onColumn('note', { nullable: false }, { generated: true })).to.deep.equal([
      'additive read-only-nullable-tightened t.note',
    ])
  })

  it('grades defaults', () => {
    const one = { default: { kind: 'literal', value: '1' } } as const
    expect(onColumn('note', one)).to.deep.equal(['additive default-added t.note'])
    expect(onColumn('price', one)).to.deep.equal(['additive default-added t.price'])
    expect(onColumn('note', { default: { kind: 'literal', value: '2' } }, one)).to.deep.equal(['additive default-changed t.note'])
    expect(onColumn('note', { default: null }, one)).to.deep.equal(['additive default-removed t.note'])
    expect(onColumn('price', { default: null }, one)).to.deep.equal(['breaking required-default-removed t.price'])
    expect(onColumn('at', { default: { kind: 'expression' } })).to.deep.equal([])
  })

  it('grades who supplies the value', () => {
    expect(onColumn('price', { identity: 'by-default' })).to.deep.equal(['additive identity-added t.price'])
    expect(onColumn('price', { identity: 'always' })).to.deep.equal(['breaking became-read-only t.price'])
    expect(onColumn('note', { generated: true })).to.deep.equal(['breaking became-read-only t.note'])
    expect(onColumn('id', { identity: 'none' })).to.deep.equal(['breaking identity-removed t.id'])
    expect(onColumn('note', { generated: false }, { generated: true })).to.deep.equal(['additive became-writable t.note'])
    expect(onColumn('price', { generated: false }, { generated: true })).to.deep.equal(['breaking became-required t.price'])
  })
})

describe('drift of keys and checks', () => {
  it('grades primary keys', () => {
    expect(becomes({ primaryKey: null })).to.deep.equal(['breaking primary-key-removed t.id mapped'])
    expect(becomes({ primaryKey: ['id', 'price'] })).to.deep.equal(['breaking primary-key-changed t.id mapped'])
    const unique = { primaryKey: null, uniqueKeys: [{ name: 'u', columns: ['id'] }] }
    expect(becomes({ primaryKey: ['id'] }, unique)).to.deep.equal(['additive primary-key-added t.id'])
    expect(becomes({ primaryKey: ['id'], uniqueKeys: [] }, unique)).to.deep.equal(['additive primary-key-added t.id'])
    expect(becomes({ primaryKey: ['price'] }, { primaryKey: null })).to.deep.equal([
      'breaking constraining-primary-key-added t.price',
    ])
  })

  it('grades unique keys, by content', () => {
    const unique = (...columns: string[]) => ({ uniqueKeys: [{ name: columns.join('_'), columns }] })
    expect(becomes(unique('note'))).to.deep.equal(['breaking unique-added t.note'])
    expect(becomes({ uniqueKeys: [] }, unique('note'))).to.deep.equal(['additive unique-removed t.note'])
    expect(becomes({ uniqueKeys: [{ name: 'other', columns: ['price', 'note'] }] }, unique('note', 'price'))).to.deep.equal([])
  })

  it('sees no tightening where a promised key implies the new one, or only new columns are concerned', () => {
    expect(becomes({ uniqueKeys: [{ name: 'u', columns: ['id', 'note'] }] })).to.deep.equal([])
    const withNew = {
      columns: [...base.columns, column('owner')],
      uniqueKeys: [{ name: 'u', columns: ['owner'] }],
      foreignKeys: [foreignKey(['owner'], 't')],
      checks: [check("owner <> ''")],
    }
    expect(becomes(withNew)).to.deep.equal(['additive column-added t.owner'])
    const fixed = column('kind', { nullable: false, default: { kind: 'literal', value: 'x' } })
    expect(becomes({ columns: [...base.columns, fixed], uniqueKeys: [{ name: 'u', columns: ['kind'] }] })).to.deep.equal([
      'additive column-added t.kind',
      'breaking unique-added t.kind',
    ])
  })

  it('grades foreign keys, by content', () => {
    const key = (target: string, more = {}) => ({ foreignKeys: [foreignKey(['note'], target, more)] })
    expect(becomes(key('a'))).to.deep.equal(['breaking foreign-key-added t.note'])
    expect(becomes({ foreignKeys: [] }, key('a'))).to.deep.equal(['additive foreign-key-removed t.note'])
    expect(becomes(key('b'), key('a'))).to.deep.equal(['breaking foreign-key-retargeted t.note'])
    expect(becomes(key('a', { name: 'other', onDelete: 'restrict' }), key('a'))).to.deep.equal([])
    expect(becomes(key('a', { onDelete: 'cascade' }), key('a'))).to.deep.equal(['additive foreign-key-action-loosened t.note'])
    expect(becomes(key('a'), key('a', { onDelete: 'cascade' }))).to.deep.equal(['breaking foreign-key-action-tightened t.note'])
  })

  it('grades checks, by content', () => {
    expect(becomes({ checks: [check('(price > 0)')] })).to.deep.equal(['breaking check-added t.c'])
    expect(becomes({ checks: [] }, { checks: [check('(price > 0)')] })).to.deep.equal(['additive check-removed t.c'])
    expect(becomes({ checks: [check('(price > 1)')] }, { checks: [check('(price > 0)')] })).to.deep.equal([
      'breaking check-changed t.c',
    ])
    expect(becomes({ checks: [check('( price>0 )', 'other')] }, { checks: [check('(price > 0)')] })).to.deep.equal([])
  })

  it('sees no other check where the engine rewrote the text after a rename or a new type', () => {
    const rewritten = (before: string, after: string, name: string) =>
      short(diff([{ ...base, checks: [check(before)] }], [{ ...withColumn(base, 'note', { name }), checks: [check(after)] }]))
    const only = ['breaking column-renamed t.note mapped']
    expect(rewritten("((note)::text <> ''::text)", "((remark)::text <> ''::text)", 'remark')).to.deep.equal(only)
    expect(rewritten("note <> 'note'", '"my note" <> \'note\'', 'my note')).to.deep.equal(only)
    expect(rewritten('length(note) > 3', 'length(`length`) > 3', 'length')).to.deep.equal(only)
    expect(rewritten('length(note) > 3', 'length(length) > 3', 'length')).to.deep.equal(only)
    expect(rewritten('note > 3', 'remark > 4', 'remark')).to.deep.equal(['breaking check-changed t.c', ...only])
    const widened = diff(
      [{ ...withColumn(base, 'note', { type: varchar(5) }), checks: [check("((note)::text <> ''::text)")] }],
      [{ ...base, checks: [check("(note <> ''::text)")] }],
    )
    expect(short(widened)).to.deep.equal(['additive type-widened t.note'])
  })

  it('says with the drop of a column that its keys went along', () => {
    const before = {
      uniqueKeys: [{ name: 'u', columns: ['note'] }],
      foreignKeys: [foreignKey(['note'], 'a')],
      checks: [check('note > 1')],
    }
    const columns = base.columns.filter(({ name }) => name !== 'note')
    expect(becomes({ columns, uniqueKeys: [], foreignKeys: [], checks: [] }, before)).to.deep.equal([
      'breaking column-dropped t.note null',
    ])
  })
})

describe('what is no drift', () => {
  it('is the order of columns and the names of keys', () => {
    expect(becomes({ columns: base.columns.toReversed() })).to.deep.equal([])
  })

  it('is the rename of a referenced table, which is one change elsewhere', () => {
    const orders = table('orders', [id(), column('t_id')], { foreignKeys: [foreignKey(['t_id'], 't')] })
    const now = { ...orders, foreignKeys: [foreignKey(['t_id'], 'u')] }
    expect(short(diff([base, orders], [{ ...base, name: 'u' }, now]))).to.deep.equal(['breaking table-renamed t mapped'])
  })
})

describe('a report', () => {
  it('is sorted by table, column and kind, the table first, and says its state', () => {
    const changes = diff(
      [table('b', [id(), column('x')]), table('a', [id()])],
      [table('b', [id()], { primaryKey: null }), table('a', [id(), column('y')]), table('c', [id()])],
    )
    expect(short(changes)).to.deep.equal([
      'additive column-added a.y',
      'breaking primary-key-removed b.id mapped',
      'breaking column-dropped b.x null',
      'additive table-added c',
    ])
    expect(stateOf(changes)).to.equal('red')
    expect(stateOf(changes.filter((change) => change.class === 'additive'))).to.equal('yellow')
  })
})
