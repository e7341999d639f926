/** Random requests on a table of the contract. */
import { spellName, spellText } from '../../lib/query/lexer.js'
import type { Random } from '../query/random.js'
import { type Column, type Kind, type Table, values } from './twin-schema.js'

export interface Ask {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  readonly table: string
  readonly key?: number
  readonly query: Readonly<Record<string, string>>
  readonly body?: object
  readonly ndjson?: boolean
}

export function randomAsk(tables: readonly Table[], random: Random): Ask {
  return random.pick(asks)(random.pick(tables), random)
}

type Make = (table: Table, random: Random) => Ask

const list: Make = (table, random) => {
  const fields = random.chance(70) ? { fields: some(table, random).map(nameOf).join(',') } : {}
  return {
    method: 'get',
    table: table.name,
    query: { ...fields, ...filtered(table, random, 60), ...ordered(table, random), ...paged(random) },
    ndjson: random.chance(15),
  }
}

const row: Make = (table, random) => {
  const fields = random.chance(60) ? { fields: some(table, random).map(nameOf).join(',') } : {}
  return { method: 'get', table: table.name, key: 1 + random.below(7), query: fields }
}

const aggregates: Make = (table, random) => {
  const column = random.pick(table.columns)
  const numeric = ['integer', 'bigint', 'decimal'].includes(column.kind)
  const isOrdered = column.kind !== 'boolean'
  const fn = random.pick([...(numeric ? ['SUM', 'AVG'] : []), ...(isOrdered ? ['MIN', 'MAX'] : []), 'COUNT'])
  const fields = random.chance(30) ? 'COUNT(*)' : `${fn}(${nameOf(column)}) AS result`
  return { method: 'get', table: table.name, query: { fields, ...filtered(table, random, 50) } }
}

const groups: Make = (table, random) => {
  const column = nameOf(random.pick(table.columns))
  return { method: 'get', table: table.name, query: { fields: `${column},COUNT(*)`, group: column, order: column } }
}

const create: Make = (table, random) => {
  const one = () => ({ id: 1 + random.below(12), ...bodyOf(table, random, 80) })
  return { method: 'post', table: table.name, query: {}, body: random.chance(70) ? one() : [one(), one()] }
}

const patchRow: Make = (table, random) => {
  return { method: 'patch', table: table.name, key: 1 + random.below(7), query: {}, body: bodyOf(table, random, 40) }
}

const putRow: Make = (table, random) => ({ ...patchRow(table, random), method: 'put' })

const patchSome: Make = (table, random) => {
  return { method: 'patch', table: table.name, query: filtered(table, random, 100), body: bodyOf(table, random, 30) }
}

const deleteRow: Make = (table, random) => ({ method: 'delete', table: table.name, key: 1 + random.below(7), query: {} })

const deleteSome: Make = (table, random) => ({ method: 'delete', table: table.name, query: filtered(table, random, 100) })

const asks: readonly Make[] = [
  list,
  list,
  list,
  row,
  row,
  aggregates,
  groups,
  create,
  patchRow,
  patchRow,
  putRow,
  patchSome,
  deleteRow,
  deleteSome,
]

const nameOf = ({ name }: Column) => spellName(name)

function some({ columns }: Table, random: Random): Column[] {
  const chosen = columns.filter(() => random.chance(40))
  return chosen.length > 0 ? chosen : [random.pick(columns)]
}

function paged(random: Random): Record<string, string> {
  return {
    ...(random.chance(20) ? { limit: String(random.below(5)) } : {}),
    ...(random.chance(10) ? { offset: String(random.below(3)) } : {}),
    ...(random.chance(20) ? { include_count: 'true' } : {}),
  }
}

function ordered(table: Table, random: Random): Record<string, string> {
  if (random.chance(60)) return {}
  return { order: `${nameOf(random.pick(table.columns))}${random.pick(['', ' desc'])}` }
}

function filtered(table: Table, random: Random, percent: number): Record<string, string> {
  if (!random.chance(percent)) return {}
  const terms = Array.from({ length: 1 + random.below(2) }, () => term(table, random))
  return { filter: terms.join(random.pick([' and ', ' or '])) }
}

function term(table: Table, random: Random): string {
  const column = random.pick(table.columns)
  const name = nameOf(column)
  const literal = () => literalOf(column.kind, random.pick(values[column.kind]))
  const isText = column.kind === 'varchar' || column.kind === 'text'
  switch (random.below(isText ? 7 : 5)) {
    case 0:
      return `${name} is ${random.pick(['', 'not '])}null`
    case 1:
      return `${name} ${random.pick(['', 'not '])}in (${literal()}, ${literal()})`
    case 2:
      return column.kind === 'boolean' ? `${name} = true` : `${name} ${random.pick(['<', '<=', '>', '>='])} ${literal()}`
    case 3:
    case 4:
      return `${random.pick(['', 'not '])}${name} ${random.pick(['=', '<>'])} ${literal()}`
    case 5:
      return `${name} like '${random.pick(['%a%', 'A%', '_', '%7', '%'])}'`
    default:
      return `${name} ${random.pick(['contains', 'starts with', 'ends with'])} '${random.pick(['a', '', '7', '%'])}'`
  }
}

function literalOf(kind: Kind, value: string): string {
  if (['integer', 'bigint', 'decimal', 'double'].includes(kind)) return value
  return kind === 'boolean' ? String(value === '1') : spellText(value.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T'))
}

/** Values for `percent` of the columns, but the key. */
function bodyOf({ columns }: Table, random: Random, percent: number): Record<string, unknown> {
  const chosen = columns
    .slice(1)
    .filter(({ nullable }) => random.chance(nullable ? percent : Math.max(percent, 90 * Number(percent > 50))))
  return Object.fromEntries(
    chosen.map(({ name, kind, nullable }) => [
      name,
      nullable && random.chance(30) ? null : jsonOf(kind, random.pick(values[kind])),
    ]),
  )
}

function jsonOf(kind: Kind, value: string): unknown {
  if (kind === 'integer' || kind === 'double') return Number(value)
  if (kind === 'boolean') return value === '1'
  return kind === 'timestamp' ? value.replace(' ', 'T') : value
}
