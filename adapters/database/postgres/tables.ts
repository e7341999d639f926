import type { Check, Column, ForeignKey, LiveSchema, ReferentialAction, Table, UniqueKey } from '../../../lib/schema/table.js'
import type { CheckRow, ColumnRow, HiddenRow, IndexRow, ReferenceRow, RelationRow, TypeRow } from './catalog.js'
import { createTypeResolver, type TypeResolver } from './column-types.js'
import { collationText } from './comparable-text.js'
import { readDefault } from './defaults.js'

/** The catalog as read, in no order. */
export interface CatalogRows {
  readonly relations: readonly RelationRow[]
  readonly columns: readonly ColumnRow[]
  readonly hidden: readonly HiddenRow[]
  readonly types: readonly TypeRow[]
  readonly indexes: readonly IndexRow[]
  readonly references: readonly ReferenceRow[]
  readonly checks: readonly CheckRow[]
}

/** A condition as printed earlier; it still holds while the catalog's hash is the same. */
export interface CheckText {
  readonly hash: string
  readonly expression: string
}

export interface AssembleOptions {
  readonly schema: string
  /** Freshly printed conditions by constraint oid, or null when they could not be had. */
  readonly texts: ReadonlyMap<string, string> | null
  /** Earlier conditions by constraint oid; brought up to date here. */
  readonly known: Map<string, CheckText>
  readonly previous: LiveSchema | null
}

/** Puts the rows together; what the role may not read has no columns. `complete` is false when a check's text had to come from an earlier reading. */
export function assemble(rows: CatalogRows, options: AssembleOptions): { tables: Table[]; complete: boolean } {
  remember(rows.checks, options)
  const columns = groupBy(rows.columns)
  const parts = {
    indexes: groupBy(rows.indexes),
    hidden: groupBy(rows.hidden),
    references: groupBy(rows.references),
    checks: groupBy(rows.checks),
    previous: new Map(options.previous?.tables.map((table) => [table.id, table])),
  }
  const resolve = createTypeResolver(rows.types)
  const tables = rows.relations.map((relation) => {
    const own = [...(columns.get(relation[0]) ?? [])].sort((one, other) => one[1] - other[1])
    return tableOf(relation, own, resolve, parts, options)
  })
  return { tables: tables.sort(byName), complete: options.texts !== null || rows.checks.length === 0 }
}

interface Parts {
  readonly indexes: ReadonlyMap<string, readonly IndexRow[]>
  readonly hidden: ReadonlyMap<string, readonly HiddenRow[]>
  readonly references: ReadonlyMap<string, readonly ReferenceRow[]>
  readonly checks: ReadonlyMap<string, readonly CheckRow[]>
  readonly previous: ReadonlyMap<string | null, Table>
}

function tableOf(
  [oid, name, relkind]: RelationRow,
  rows: readonly ColumnRow[],
  resolve: TypeResolver,
  parts: Parts,
  options: AssembleOptions,
): Table {
  const kind = relkind === 'v' || relkind === 'm' ? 'view' : 'table'
  const names = new Map(rows.map((row) => [row[1], row[2]]))
  const keys = (parts.indexes.get(oid) ?? []).flatMap(([, key, numbers, primary]) => {
    const columns = namesOf(numbers, names)
    return columns === null ? [] : { name: key, columns, primary }
  })
  return {
    id: oid,
    name,
    kind,
    columns: rows.map((row) => columnOf(row, kind, resolve)),
    ...hiddenOf(rows.length === 0 ? [] : (parts.hidden.get(oid) ?? [])),
    primaryKey: keys.find(({ primary }) => primary)?.columns ?? null,
    uniqueKeys: keys.flatMap(({ name, columns, primary }): UniqueKey[] => (primary ? [] : [{ name, columns }])).sort(byName),
    foreignKeys: (parts.references.get(oid) ?? []).flatMap((row) => foreignKeyOf(row, names, options.schema)).sort(byName),
    checks: (parts.checks.get(oid) ?? []).map((row) => checkOf(row, parts.previous.get(oid), options)).sort(byName),
  }
}

function hiddenOf(rows: readonly HiddenRow[]): Pick<Table, 'hidden'> {
  return rows.length === 0 ? {} : { hidden: rows.map(([, name]) => name).sort() }
}

function columnOf(row: ColumnRow, kind: Table['kind'], resolve: TypeResolver): Column {
  const [relation, number, name, oid, modifier, native, notNull, identity, generated, defaultText, , collation] = row
  const { type, citext, notNull: domainNotNull, defaultText: domainDefault } = resolve(oid, modifier, native)
  const supplied =
    identity !== '' || generated !== ''
      ? ({ default: null, identity: 'none' } as const)
      : readDefault(defaultText ?? domainDefault)
  return {
    id: `${relation}.${number}`,
    name,
    type,
    nativeType: native,
    ...(type.name === 'string' && collation !== null ? { collation: collationOf(collation, citext) } : {}),
    nullable: kind === 'view' || !(notNull || domainNotNull),
    default: supplied.default,
    identity: identity === 'a' ? 'always' : identity === 'd' ? 'by-default' : supplied.identity,
    generated: generated !== '',
  }
}

function collationOf([schema, name, isDeterministic]: NonNullable<ColumnRow[11]>, citext: readonly string[] | null): string {
  return collationText({ type: citext, collation: schema === 'pg_catalog' ? [name] : [schema, name], isDeterministic })
}

/** null when one of the columns is not to be seen. */
function namesOf(numbers: readonly number[], names: ReadonlyMap<number, string>): readonly string[] | null {
  const found = numbers.flatMap((number) => names.get(number) ?? [])
  return found.length === numbers.length ? found : null
}

function foreignKeyOf(row: ReferenceRow, names: ReadonlyMap<number, string>, schema: string): ForeignKey[] {
  const [, name, numbers, otherSchema, table, columns, onDelete, onUpdate] = row
  const own = namesOf(numbers, names)
  if (own === null) return []
  const references = { table: otherSchema === schema ? table : `${otherSchema}.${table}`, columns }
  return [
    {
      name,
      columns: own,
      references,
      onDelete: actions.get(onDelete) ?? 'no action',
      onUpdate: actions.get(onUpdate) ?? 'no action',
    },
  ]
}

const actions = new Map<string, ReferentialAction>([
  ['a', 'no action'],
  ['r', 'restrict'],
  ['c', 'cascade'],
  ['n', 'set null'],
  ['d', 'set default'],
])

function remember(checks: readonly CheckRow[], { texts, known }: AssembleOptions): void {
  if (texts === null) return
  known.clear()
  for (const [, oid, , hash] of checks) {
    const expression = texts.get(oid)
    if (expression !== undefined) known.set(oid, { hash, expression: expression.replace(/\s+/g, ' ').trim() })
  }
}

/** Without a text of this very condition, the one of the same name in the previous reading is the best there is. */
function checkOf([, oid, name, hash]: CheckRow, previous: Table | undefined, { known }: AssembleOptions): Check {
  const text = known.get(oid)
  if (text?.hash === hash) return { name, expression: text.expression }
  const earlier = text === undefined ? previous?.checks.find((check) => check.name === name) : undefined
  return { name, expression: earlier?.expression ?? '' }
}

/** By the relation they are of. */
export function groupBy<Row extends readonly [string, ...unknown[]]>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(row[0])
    if (group === undefined) groups.set(row[0], [row])
    else group.push(row)
  }
  return groups
}

/** By code units, which is the same order on every machine. */
function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0
}
