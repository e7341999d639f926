import type { ColumnType } from '../../lib/schema/column-type.js'
import type { Check, Column, ForeignKey, Table, UniqueKey } from '../../lib/schema/table.js'
import { column, foreignKey, id, int, text, varchar } from './schemas.js'

/** A repeatable source of random choices: the same seed makes the same schema and the same edits. */
export interface Dice {
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
}

export function dice(seed: number): Dice {
  let state = seed >>> 0
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(roll() * limit)
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  return { below, chance: (probability) => roll() < probability, pick }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type LiveColumn = Mutable<Column>
interface LiveTable extends Omit<Mutable<Table>, 'columns' | 'uniqueKeys' | 'foreignKeys' | 'checks'> {
  columns: LiveColumn[]
  uniqueKeys: UniqueKey[]
  foreignKeys: ForeignKey[]
  checks: Check[]
}

const types: readonly ColumnType[] = [
  text,
  varchar(20),
  varchar(50),
  int,
  { name: 'integer', bits: 16, unsigned: false },
  { name: 'bigint', unsigned: false },
  { name: 'decimal', precision: 10, scale: 2, unsigned: false },
  { name: 'decimal', precision: 12, scale: 2, unsigned: false },
  { name: 'enum', values: ['a', 'b'] },
  { name: 'enum', values: ['a', 'b', 'c'] },
  { name: 'enum', values: ['b', 'a', 'd'] },
]
const defaults: readonly Column['default'][] = [
  null,
  null,
  { kind: 'literal', value: '1' },
  { kind: 'literal', value: '2' },
  { kind: 'expression' },
]
const names = ['name', 'email', 'note', 'status', 'amount', 'password', 'api_token', 'constructor', '__proto__', 'a, b', 'kind']

/** A live schema that changes under one's hands, as databases do; `tables()` is what introspection would read. */
export function randomSchema(rng: Dice) {
  let serial = 0
  const fresh = () => `#${++serial}`
  const tables: LiveTable[] = []
  const freeName = (taken: readonly { name: string }[], wanted: string) => {
    let name = wanted
    while (taken.some((one) => one.name === name)) name = `${wanted}_${++serial}`
    return name
  }
  const newColumn = (of: LiveTable): LiveColumn => {
    const supply = rng.pick(['writer', 'writer', 'writer', 'by-default', 'always', 'generated'] as const)
    return {
      ...column(freeName(of.columns, rng.pick(names)), { id: fresh(), type: rng.pick(types) }),
      nullable: rng.chance(0.6),
      default: supply === 'writer' ? rng.pick(defaults) : null,
      identity: supply === 'by-default' || supply === 'always' ? supply : 'none',
      generated: supply === 'generated',
    }
  }
  const newTable = () => {
    const kind = rng.chance(0.15) ? 'view' : 'table'
    const made: LiveTable = {
      id: fresh(),
      name: freeName(tables, rng.pick(['users', 'orders', 'logs', 'parts'])),
      kind,
      columns: [{ ...id(), id: fresh() }],
      primaryKey: kind === 'table' ? ['id'] : null,
      uniqueKeys: [],
      foreignKeys: [],
      checks: [],
    }
    for (let count = rng.below(4) + 1; count > 0; count--) made.columns.push(newColumn(made))
    tables.push(made)
  }
  const renameIn = (of: LiveTable, renames: ReadonlyMap<string, string>) => {
    const now = (columns: readonly string[]) => columns.map((name) => renames.get(name) ?? name)
    for (const one of of.columns) one.name = renames.get(one.name) ?? one.name
    of.primaryKey = of.primaryKey && now(of.primaryKey)
    of.uniqueKeys = of.uniqueKeys.map((key) => ({ ...key, columns: now(key.columns) }))
    of.foreignKeys = of.foreignKeys.map((key) => ({ ...key, columns: now(key.columns) }))
    of.checks = of.checks.map((check) => ({
      ...check,
      expression: check.expression.replace(/"([^"]*)"/g, (_, name: string) => `"${renames.get(name) ?? name}"`),
    }))
    for (const other of tables) {
      other.foreignKeys = other.foreignKeys.map((key) =>
        key.references.table === of.name
          ? { ...key, references: { ...key.references, columns: now(key.references.columns) } }
          : key,
      )
    }
  }
  const renameTable = (renames: ReadonlyMap<string, string>) => {
    for (const one of tables) {
      one.name = renames.get(one.name) ?? one.name
      one.foreignKeys = one.foreignKeys.map((key) => ({
        ...key,
        references: { ...key.references, table: renames.get(key.references.table) ?? key.references.table },
      }))
    }
  }
  const dropColumn = (of: LiveTable, name: string) => {
    of.columns = of.columns.filter((one) => one.name !== name)
    const isWhole = ({ columns }: { columns: readonly string[] }) => !columns.includes(name)
    if (of.primaryKey?.includes(name)) of.primaryKey = null
    // One engine drops the key with its column, the other keeps what is left of it.
    of.uniqueKeys = rng.chance(0.5)
      ? of.uniqueKeys.filter(isWhole)
      : of.uniqueKeys
          .map((key) => ({ ...key, columns: key.columns.filter((one) => one !== name) }))
          .filter((key) => key.columns.length > 0)
    of.foreignKeys = of.foreignKeys.filter(isWhole)
    of.checks = of.checks.filter((check) => !check.expression.includes(`"${name}"`))
  }
  const some = (of: LiveTable) => rng.pick(of.columns)
  const edits: readonly ((of: LiveTable) => void)[] = [
    () => newTable(),
    (of) => tables.splice(tables.indexOf(of), 1),
    (of) => renameTable(new Map([[of.name, freeName(tables, 'renamed')]])),
    (of) => {
      const other = rng.pick(tables)
      renameTable(
        new Map([
          [of.name, other.name],
          [other.name, of.name],
        ]),
      )
    },
    (of) => (of.id = fresh()),
    (of) => {
      of.kind = of.kind === 'view' ? 'table' : 'view'
      if (of.kind === 'view') Object.assign(of, { primaryKey: null, uniqueKeys: [], foreignKeys: [], checks: [] })
    },
    (of) => of.columns.splice(rng.below(of.columns.length + 1), 0, newColumn(of)),
    (of) => of.columns.push(newColumn(of)),
    (of) => {
      of.columns.push(newColumn(of))
      of.columns.push(newColumn(of))
    },
    (of) => of.columns.length > 1 && dropColumn(of, some(of).name),
    (of) => renameIn(of, new Map([[some(of).name, freeName(of.columns, 'moved')]])),
    (of) => {
      const [a, b] = [some(of).name, some(of).name]
      renameIn(
        of,
        new Map([
          [a, b],
          [b, a],
        ]),
      )
    },
    (of) => {
      const old = some(of)
      const replacement = { ...old, id: fresh() }
      renameIn(of, new Map([[old.name, freeName(of.columns, `${old.name}_old`)]]))
      of.columns.push(replacement)
    },
    (of) => (some(of).type = rng.pick(types)),
    (of) => {
      const one = some(of)
      one.nullable = !one.nullable
    },
    (of) => {
      const one = some(of)
      if (!one.generated && one.identity === 'none') one.default = rng.pick(defaults)
    },
    (of) => (some(of).identity = rng.pick(['none', 'by-default', 'always'])),
    (of) => {
      const one = some(of)
      one.generated = !one.generated
    },
    (of) => {
      if (of.kind === 'table') of.primaryKey = rng.chance(0.3) ? null : [...new Set([some(of).name, some(of).name])]
    },
    (of) => of.kind === 'table' && of.uniqueKeys.push({ name: fresh(), columns: [...new Set([some(of).name, some(of).name])] }),
    (of) => of.uniqueKeys.splice(rng.below(of.uniqueKeys.length + 1), 1),
    (of) =>
      of.kind === 'table' &&
      of.foreignKeys.push({
        ...foreignKey([some(of).name], rng.pick(tables).name),
        name: fresh(),
        onDelete: rng.pick(['no action', 'restrict', 'cascade']),
      }),
    (of) => of.foreignKeys.splice(rng.below(of.foreignKeys.length + 1), 1),
    (of) =>
      (of.foreignKeys = of.foreignKeys.map((key) => ({ ...key, onDelete: rng.pick(['no action', 'cascade', 'set null']) }))),
    (of) =>
      of.kind === 'table' &&
      of.checks.push({ name: fresh(), expression: `("${some(of).name}" > ${rng.pick(['1', `"${some(of).name}"`])})` }),
    (of) => of.checks.splice(rng.below(of.checks.length + 1), 1),
  ]
  const edit = () => (tables.length === 0 ? newTable() : void rng.pick(edits)(rng.pick(tables)))
  newTable()
  newTable()
  // So that what is locked has keys, checks and columns of all kinds to lose.
  for (let warmUp = rng.below(30); warmUp > 0; warmUp--) edit()
  return {
    edit,
    tables: (): Table[] => structuredClone(tables).sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
