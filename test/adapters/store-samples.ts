import type { ContractStore, VersionCommit } from '../../lib/contract/store.js'
import type { Change } from '../../lib/contract/types.js'
import { type FaucetError, isFaucetError } from '../../lib/errors.js'
import type { Column, Table } from '../../lib/schema/table.js'

export const somebody = { actor: 'ada', reason: 'because' }

export function column(name: string, more: Partial<Column> = {}): Column {
  return {
    id: null,
    name,
    type: { name: 'string', length: 80, fixed: false },
    nativeType: 'character varying(80)',
    nullable: true,
    default: null,
    identity: 'none',
    generated: false,
    ...more,
  }
}

export function table(name: string, more: Partial<Table> = {}): Table {
  const columns = [column('id', { id: 'c1', nullable: false }), column('email', { id: 'c2' })]
  return { id: 't1', name, kind: 'table', columns, primaryKey: ['id'], uniqueKeys: [], foreignKeys: [], checks: [], ...more }
}

/** `count` tables of `width` columns that all differ. */
export function manyTables(count: number, width: number): Table[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `table_${String(at).padStart(5, '0')}`
    const columns = Array.from({ length: width }, (_, index) =>
      column(`${name}_column_${index}`, { id: `c${at * width + index}` }),
    )
    return table(name, { id: `t${at}`, columns, primaryKey: [`${name}_column_0`] })
  })
}

/** Everything a table can hold, under names that trip plain objects and SQL. */
export function awkwardTables(): Table[] {
  const names = ['__proto__', 'constructor', 'select', 'weird "name"', "it's", 'a.b', '🦆', '\ufffd', '', 'Ünï']
  const columns = [
    ...names.map((name, index) => column(name, { id: `c${index}` })),
    column('e', { type: { name: 'enum', values: ['a', '__proto__', ''] }, default: { kind: 'literal', value: '__proto__' } }),
    column('d', { type: { name: 'decimal', precision: null, scale: 2, unsigned: false }, default: { kind: 'expression' } }),
    column('l', { type: { name: 'array', items: { name: 'timestamp', fraction: 6, zone: true } }, generated: true }),
  ]
  const references = { table: '__proto__', columns: ['__proto__', 'a.b'] }
  return names.map((name, index) =>
    table(name, {
      id: index === 0 ? null : `t${index}`,
      kind: index % 2 === 0 ? 'table' : 'view',
      columns,
      primaryKey: index === 1 ? null : ['__proto__'],
      uniqueKeys: [{ name: '__proto__', columns: ['select'] }],
      foreignKeys: [{ name: 'fk', columns: ['__proto__', 'select'], references, onDelete: 'set null', onUpdate: 'no action' }],
      checks: [{ name: '__proto__', expression: `length("weird ""name""") > 0` }],
    }),
  )
}

export const sampleChange: Change = {
  kind: 'column-added',
  class: 'additive',
  dangerous: false,
  table: '__proto__',
  column: 'a.b',
  affects: 'both',
  before: null,
  after: 'text',
  evidence: 'none',
  hold: null,
  text: 'a.b was added to __proto__',
}

export function commitOf(more: Partial<VersionCommit> = {}): VersionCommit {
  return {
    expected: null,
    kind: 'lock',
    tables: [table('users')],
    changes: [],
    scope: 'here',
    identities: [],
    retain: 10,
    ...somebody,
    ...more,
  }
}

/** Locks `name` as version 1. */
export function lock(store: ContractStore, name = 'shop', more: Partial<VersionCommit> = {}) {
  return store.commit(name, commitOf(more))
}

/** The FaucetError a promise rejects with; throws when it does not. */
export async function failure(promise: Promise<unknown>): Promise<FaucetError> {
  const error = await promise.then(
    () => new Error('expected a failure'),
    (error: unknown) => error,
  )
  if (isFaucetError(error)) return error
  throw error
}
