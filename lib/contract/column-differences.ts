import { converterOf, parameterConverterOf } from '../conversion/convert.js'
import type { ColumnType } from '../schema/column-type.js'
import { type Column, type ColumnDefault, isReadOnly, isRequiredOnInsert, type Table } from '../schema/table.js'
import type { ColumnBinding } from './bind.js'
import { compareTypes, describeType, hasOtherCollation, type TypeComparison, valueChanges } from './compare-types.js'
import { type Difference, difference, type Sides } from './difference.js'
import { withPromisedLabels } from './labels.js'
import type { ChangeKind } from './rules.js'

/** Everything that became of the columns of one table. */
export function columnDifferences(sides: Sides): Difference[] {
  const live = new Map(sides.live.columns.map((column) => [column.name, column]))
  return [
    ...sides.binding.columns.flatMap((binding) => ofBound(binding, live.get(binding.contract.name), sides)),
    ...addedColumns(sides),
  ]
}

function ofBound(binding: ColumnBinding, live: Column | undefined, sides: Sides): Difference[] {
  const before = binding.contract
  const table = sides.contract.name
  if (binding.live === null || live === undefined) {
    const isHidden = sides.binding.live?.hidden?.includes(before.name) === true
    return [
      difference(isHidden ? 'column-unreadable' : 'column-dropped', table, {
        column: before.name,
        before: describeType(before.type),
        nullable: before.nullable,
        evidence: binding.evidence,
      }),
    ]
  }
  const after = withPromisedLabels(live, binding.labels)
  const facts = { column: before.name, nullable: before.nullable, evidence: 'none' } as const
  const found = [
    ...relationDifference(binding),
    ...labelDifference(binding),
    ...typeDifference(before, after.type, nobodyWrites(sides, before, after)),
    ...collationDifference(before, after),
    ...nullDifference(before, after, nobodyWrites(sides, before, after)),
    ...(sides.readOnly ? [] : supplyDifference(before, after)),
  ]
  return found.map(({ kind, take, ...more }) =>
    difference(kind, table, { ...facts, ...more, merge: take === undefined ? null : mergeInto(before.name, take(after)) }),
  )
}

/** A finding about one column. `take`: the parts of the live column that accepting it takes over. */
interface Finding {
  readonly kind: ChangeKind
  readonly before?: string | null
  readonly after?: string | null
  readonly evidence?: Difference['evidence']
  readonly isAmbiguous?: boolean
  readonly converts?: boolean
  readonly hasSameValues?: boolean
  readonly take?: (live: Column) => Partial<Column>
}

function mergeInto(name: string, parts: Partial<Column>): (draft: Table) => Table {
  return (draft) => ({
    ...draft,
    columns: draft.columns.map((column) => (column.name === name ? { ...column, ...parts } : column)),
  })
}

function nobodyWrites(sides: Sides, before: Column, after: Column): boolean {
  return sides.readOnly || isReadOnly(before) || isReadOnly(after)
}

function relationDifference(binding: ColumnBinding): Finding[] {
  const { relation, contract, live, evidence, movedTo, isAmbiguous = false, hasSameValues = false } = binding
  const names = { before: contract.name, after: live?.name ?? null, evidence, isAmbiguous, hasSameValues }
  if (relation === 'renamed') return [{ kind: 'column-renamed', ...names }]
  if (relation === 'swapped') return [{ kind: 'column-swapped', ...names }]
  if (relation === 'replaced') return [{ kind: 'column-replaced', ...names, after: movedTo ?? null }]
  return []
}

const typeKinds: Record<Exclude<TypeComparison, 'same'>, ChangeKind> = {
  'widened': 'type-widened',
  'narrowed': 'type-narrowed',
  'became-enum': 'column-became-enum',
  'value-added': 'enum-value-added',
  'value-removed': 'enum-value-removed',
  'value-renamed': 'enum-value-renamed',
  'changed': 'type-changed',
}

/** Labels that are known to be promised ones under other names. Only a promotion takes the names over. */
function labelDifference({ labels }: ColumnBinding): Finding[] {
  const renamed = [...(labels?.renamed ?? [])].flatMap(([live, promised]) => (promised === null ? [] : [{ live, promised }]))
  if (renamed.length === 0) return []
  const names = { before: quoted(renamed.map(({ promised }) => promised)), after: quoted(renamed.map(({ live }) => live)) }
  return [{ kind: 'enum-value-renamed', ...names, evidence: 'proven', converts: true }]
}

const harmlessToReaders: readonly TypeComparison[] = ['narrowed', 'became-enum', 'value-removed']

function typeDifference(column: Column, after: ColumnType, readOnly: boolean): Finding[] {
  const { type: before } = column
  const found = compareTypes(before, after)
  if (found === 'same') return []
  const take = ({ type, nativeType }: Column) => ({ type: withBlanks(type, before), nativeType, ...shownDigits(column, type) })
  const texts = { before: describeType(before), after: describeType(after) }
  if (readOnly && harmlessToReaders.includes(found)) return [{ kind: 'read-only-type-narrowed', ...texts, take }]
  const values = found.startsWith('value-') ? changedValues(before, after) : {}
  return [{ kind: typeKinds[found], ...texts, ...values, converts: convertBothWays(before, after), take }]
}

/** What filters find, and in which order rows come, is promised by the rules of the version that promised it. */
function collationDifference(before: Column, after: Column): Finding[] {
  if (!hasOtherCollation(before, after)) return []
  return [{ kind: 'collation-changed', before: before.collation ?? null, after: after.collation ?? null }]
}

function convertBothWays(before: ColumnType, after: ColumnType): boolean {
  return converterOf(after, before) !== null && parameterConverterOf(before, after) !== null
}

/** Whether blanks at the end count is promised by the operator's version: more length does not change what is equal. */
function withBlanks(type: ColumnType, before: ColumnType): ColumnType {
  return type.name === 'string' && before.name === 'string' ? { ...type, fixed: before.fixed } : type
}

/** Digits after the point are promised by the operator's version: a revision that lets the type grow does not add zeros. */
function shownDigits({ type: before, shownScale }: Column, after: ColumnType): Pick<Column, 'shownScale'> {
  if (scaleOf(after) === undefined) return {}
  const shown = shownScale ?? scaleOf(before) ?? null
  return shown === null ? {} : { shownScale: shown }
}

/** Of decimals, or of an array's items; undefined for what is neither. */
function scaleOf(type: ColumnType): number | null | undefined {
  if (type.name === 'array') return scaleOf(type.items)
  return type.name === 'decimal' ? type.scale : undefined
}

function changedValues(before: ColumnType, after: ColumnType): Pick<Finding, 'before' | 'after'> {
  if (before.name === 'array' && after.name === 'array') return changedValues(before.items, after.items)
  if (!('values' in before) || !('values' in after)) return {}
  const { added, removed } = valueChanges(before.values, after.values)
  return { before: quoted(removed), after: quoted(added) }
}

function quoted(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.map((value) => `"${value}"`).join(', ')
}

function nullDifference(before: Column, after: Column, readOnly: boolean): Finding[] {
  if (before.nullable === after.nullable) return []
  if (after.nullable) return [{ kind: 'nullable-loosened', before: 'not null', after: 'null' }]
  const facts = { before: 'null', after: 'not null' }
  if (!readOnly) return [{ kind: 'nullable-tightened', ...facts }]
  return [{ kind: 'read-only-nullable-tightened', ...facts, take: ({ nullable }) => ({ nullable }) }]
}

/** What changed about who supplies a column's value: the writer, a default, or the database alone. */
function supplyDifference(before: Column, after: Column): Finding[] {
  const takeWrite = ({ default: value, identity, generated }: Column) => ({ default: value, identity, generated })
  if (isReadOnly(before) && isReadOnly(after)) return []
  if (isReadOnly(after)) return [{ kind: 'became-read-only' }]
  if (isReadOnly(before))
    return [isRequiredOnInsert(after) ? { kind: 'became-required' } : { kind: 'became-writable', take: takeWrite }]
  const [from, to] = [before.default, after.default]
  const texts = { before: describeSupply(before), after: describeSupply(after) }
  const take = ({ default: value, identity }: Column) => ({ default: value, identity })
  if (before.identity !== after.identity) {
    if (after.identity === 'by-default') return [{ kind: 'identity-added', ...texts, take }]
    if (isRequiredOnInsert(after)) return [{ kind: 'identity-removed', ...texts }]
    return [{ kind: to === null ? 'default-removed' : 'default-changed', ...texts, take }]
  }
  if (before.identity === 'by-default' || isSameDefault(from, to)) return []
  if (from === null) return [{ kind: 'default-added', ...texts, take }]
  if (to !== null) return [{ kind: 'default-changed', ...texts, take }]
  return [
    isRequiredOnInsert(after) ? { kind: 'required-default-removed', ...texts } : { kind: 'default-removed', ...texts, take },
  ]
}

/** Two expressions are the same default: that it is computed is promised, not how. */
function isSameDefault(before: ColumnDefault | null, after: ColumnDefault | null): boolean {
  if (before === null || after === null) return before === after
  return before.kind === after.kind && (before.kind === 'expression' || before.value === after.value)
}

function describeSupply({ default: value, identity }: Column): string | null {
  if (identity === 'by-default') return 'numbered by the database'
  if (value === null) return null
  return value.kind === 'literal' ? (value.value ?? 'a literal') : 'computed'
}

function addedColumns(sides: Sides): Difference[] {
  return sides.binding.added.flatMap(({ name }) => {
    const column = sides.fresh.get(name)
    if (column === undefined) return []
    const facts = { column: name, after: describeType(column.type), nullable: column.nullable }
    if (!sides.readOnly && isRequiredOnInsert(column)) return difference('required-column-added', sides.contract.name, facts)
    const merge = (draft: Table): Table => ({ ...draft, columns: [...draft.columns, column] })
    return difference('column-added', sides.contract.name, { ...facts, merge })
  })
}
