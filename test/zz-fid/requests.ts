import type { EngineName } from '../support/databases.js'
import { type ColumnSpec, columnsOf, type Json, splitName, type TableSpec, tableNamed, view } from './fixture.js'

export type Row = Readonly<Record<string, Json>>

/** How a request goes by a column: by values as such, by size or pattern, in its order, by NULL, by making groups or sums of it. */
export type By = 'value' | 'size' | 'order' | 'null' | 'group' | 'sum'

/** One request and what it asks of which columns, so that what must come of it follows from the rules alone. */
export interface Cell {
  /** The column of the matrix. */
  readonly route: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly table: string
  /** Below the service. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Row | readonly Row[]
  readonly accept?: string
  /** Columns whose values are in the answer. */
  readonly shows: readonly string[]
  readonly chooses?: Readonly<Record<string, By>>
  /** Goes on from the first page of the same list. */
  readonly secondPage?: boolean
}

/** Every data route on one table, each by way of one column of it. */
export function cellsFor(target: string, engine: EngineName): readonly Cell[] {
  const [name, column] = splitName(target)
  const table = tableNamed(name)
  const focus = columnsOf(table, engine).find((one) => one.name === column)
  if (focus === undefined) return []
  const context: Context = { table, engine, focus, columns: columnsOf(table, engine), path: `/_table/${name}` }
  return [...reads(context), ...(table === view ? [] : writes(context))]
}

interface Context {
  readonly table: TableSpec
  readonly engine: EngineName
  readonly focus: ColumnSpec
  readonly columns: readonly ColumnSpec[]
  readonly path: string
}

function reads({ table, focus, columns, path, engine }: Context): readonly Cell[] {
  const name = focus.name
  const all = columns.map((one) => one.name)
  const keyed = [...new Set([...table.key, name])]
  const order = table.key.length === 0 ? (columns[0]?.name ?? '') : table.key.join(',')
  const base = { method: 'GET', table: table.name, path } as const
  // Without a key nothing says in what order rows come.
  const ordered = table.key.length === 0 ? { order } : {}
  const orderedBy: Record<string, By> = table.key.length === 0 ? { [order]: 'order' } : {}
  const list = (
    route: string,
    query: Record<string, string>,
    shows: readonly string[],
    chooses: Record<string, By> = {},
  ): Cell => ({
    ...{ ...base, route, shows },
    ...(query.fields?.includes('(')
      ? { query, chooses }
      : { query: { ...ordered, ...query }, chooses: { ...orderedBy, ...chooses } }),
  })
  const fields = (names: readonly string[]) => ({ fields: names.join(',') })
  const plain = table.other === name ? order.split(',') : [...table.key, table.other]
  const second = filterText(focus.values[1] ?? null)
  return [
    list('list', {}, all),
    list('fields', fields(keyed), keyed),
    list('others', { ...fields(plain), filter: `${plain.at(-1)} IS NOT NULL` }, plain, { [plain.at(-1) ?? '']: 'null' }),
    list('eq', { filter: `${name} = ${second}`, ...fields(keyed) }, keyed, { [name]: 'value' }),
    list('range', { filter: `${name} <= ${second}` }, all, { [name]: 'size' }),
    list('like', { filter: `${name} LIKE '%${likeText(focus)}%'` }, all, { [name]: 'size' }),
    list('null', { filter: `${name} IS NULL` }, all, { [name]: 'null' }),
    list('order', { order: `${name} DESC,${order}` }, all, { [name]: 'order' }),
    list('group', { fields: `${name},COUNT(*)`, group: name, order: name }, [name], { [name]: 'group' }),
    list('sums', { fields: `MIN(${name}),MAX(${name}),COUNT(${name})` }, [], { [name]: 'sum' }),
    list('count', { filter: `${name} = ${second}`, include_count: 'true', limit: '1' }, all, { [name]: 'value' }),
    ...(table.key.length === 0 ? [] : byKey({ table, focus, columns, path, engine }, all)),
    { ...list('ndjson', {}, all), accept: 'application/x-ndjson' },
    { ...base, route: 'schema', path: `/_schema/${table.name}`, shows: [] },
  ]
}

function byKey({ table, focus, path }: Context, all: readonly string[]): readonly Cell[] {
  const base = { method: 'GET', table: table.name, path, shows: all } as const
  const chooses = choosesKey(table)
  const ids = [1, 4].flatMap((row) => keyValues(table, row)).join(',')
  const keyed = [...new Set([...table.key, focus.name])]
  return [
    { ...base, route: 'page 2', query: { limit: '2', fields: keyed.join(',') }, shows: keyed, secondPage: true },
    { ...base, route: 'ids', query: { ids }, chooses },
    { ...base, route: 'row', path: `${path}/${keyValues(table, 4).join(',')}`, chooses },
  ]
}

function writes(context: Context): readonly Cell[] {
  const { table, focus, columns, path } = context
  const shows = columns.map((one) => one.name)
  const whole = (at: 0 | 1) => record(columns, at)
  const lacking = (at: 0 | 1) =>
    record(
      columns.filter((one) => one !== focus),
      at,
    )
  const base = { table: table.name, path, shows } as const
  const post = (route: string, body: Row | readonly Row[], query: Record<string, string> = {}): Cell => ({
    ...{ ...base, route, body, query, method: 'POST' },
  })
  const each = { continue: 'true' }
  return [
    post('post', whole(0)),
    post('post-', lacking(0)),
    post('posts', [whole(0), lacking(1)]),
    post('post each', [lacking(0), whole(1), whole(1)], each),
    ...byFilter(context, base),
    ...(table.key.length === 0 ? [] : writesByKey(context, base)),
  ]
}

type Base = Pick<Cell, 'table' | 'path' | 'shows'>

function byFilter({ table, focus, columns }: Context, base: Base): readonly Cell[] {
  const plain = beside(table, focus, columns)
  const written = isWritable(table, focus) ? focus : plain
  const by = ({ name, values }: ColumnSpec): Pick<Cell, 'query' | 'chooses'> => ({
    query: { filter: `${name} = ${filterText(values[4] ?? null)}` },
    chooses: { [name]: 'value' },
  })
  return [
    { ...base, ...by(focus), route: 'patch where', method: 'PATCH', body: { [plain.name]: plain.fresh[0] } },
    { ...base, ...by(plain), route: 'patch where-', method: 'PATCH', body: { [written.name]: written.fresh[0] } },
    { ...base, ...by(focus), route: 'delete where', method: 'DELETE', shows: [] },
    { ...base, ...by(plain), route: 'delete where-', method: 'DELETE', shows: [] },
  ]
}

/** A column that takes values and is not the one the change is about. */
function beside(table: TableSpec, focus: ColumnSpec, columns: readonly ColumnSpec[]): ColumnSpec {
  const others = columns.filter((one) => one !== focus && isWritable(table, one))
  return others.find(({ name }) => name === table.other) ?? others[0] ?? focus
}

function writesByKey({ table, focus, columns, path }: Context, base: Base): readonly Cell[] {
  const other = beside(table, focus, columns)
  const written = isWritable(table, focus) ? focus : other
  const chooses = choosesKey(table)
  const key = (row: number) => Object.fromEntries(table.key.map((name, at) => [name, keyValues(table, row)[at] ?? null]))
  const to = { ...base, chooses }
  const row = { ...to, path: `${path}/${keyValues(table, 4).join(',')}` }
  const change = { [written.name]: written.fresh[0] }
  const plain = { [other.name]: other.fresh[1] }
  const both = [
    { ...key(4), ...change },
    { ...key(3), ...plain },
  ]
  return [
    { ...row, route: 'put', method: 'PUT', body: change },
    { ...to, route: 'puts', method: 'PUT', body: both },
    { ...to, route: 'put each', method: 'PUT', query: { continue: 'true' }, body: both },
    { ...row, route: 'patch', method: 'PATCH', body: change },
    { ...row, route: 'patch-', method: 'PATCH', body: plain },
    { ...row, route: 'delete', method: 'DELETE', shows: [] },
  ]
}

/** All rows of a table, in an order that is told. */
export function listOf(table: string): Cell {
  const { key, columns } = tableNamed(table)
  const shows = columns.map(({ name }) => name)
  const query = { order: key.length === 0 ? (shows[0] ?? '') : key.join(',') }
  return { route: 'list', method: 'GET', table, path: `/_table/${table}`, query, shows }
}

function isWritable(table: TableSpec, { name, generated }: ColumnSpec): boolean {
  return generated === undefined && !table.key.includes(name)
}

function choosesKey(table: TableSpec): Record<string, By> {
  return Object.fromEntries(table.key.map((name) => [name, 'value']))
}

/** A row's key, in key order. */
export function keyValues(table: TableSpec, row: number): Json[] {
  return table.key.map((name) => table.columns.find((one) => one.name === name)?.values[row] ?? null)
}

function record(columns: readonly ColumnSpec[], at: 0 | 1): Row {
  return Object.fromEntries(
    columns.filter(({ generated }) => generated === undefined).map(({ name, fresh }) => [name, fresh[at]]),
  )
}

/** A value as a filter writes it. */
function filterText(value: Json): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `'${typeof value === 'string' ? value : JSON.stringify(value)}'`
}

function likeText({ values }: ColumnSpec): string {
  const [, value] = values
  return typeof value === 'string' ? value.slice(0, 2) : String(value)
}
