import { createHash } from 'node:crypto'
import { canonicalJson } from '../schema/canonical.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Column, LiveSchema } from '../schema/table.js'
import type { ColumnBinding, SchemaBinding } from './bind.js'

/** What became of the labels of an enum, or of an array of one, where the engine knows them by more than their names. */
export interface Labels {
  /** What the promised labels are, to be kept on record: see `identitiesOf`. */
  readonly identity: readonly [logicalId: string, engineId: string]
  /** Live label → promised label, where they differ; null for a label that took over a promised name and is none of the promised. */
  readonly renamed: ReadonlyMap<string, string | null>
}

/** The binding with what became of labels, as far as the identities on record tell. */
export function withLabels(
  binding: SchemaBinding,
  { labelIds }: LiveSchema,
  engineIds: ReadonlyMap<string, string>,
): SchemaBinding {
  if (labelIds === undefined) return binding
  const columnWith = (column: ColumnBinding): ColumnBinding => {
    const ids = labelIds[column.live?.id ?? '']
    const labels = ids === undefined ? null : labelsOf(column, ids, engineIds)
    return labels === null ? column : { ...column, labels }
  }
  return { ...binding, tables: binding.tables.map((table) => ({ ...table, columns: table.columns.map(columnWith) })) }
}

/** By name where nothing is on record, or what is on record is another enum's. null: a promised label is not there. */
function labelsOf(
  { contract, live }: ColumnBinding,
  ids: readonly string[],
  engineIds: ReadonlyMap<string, string>,
): Labels | null {
  const promised = valuesOf(contract.type)
  const present = live === null ? null : valuesOf(live.type)
  if (promised === null || present === null || contract.id === null) return null
  // The list is part of the key: an older version may have promised other names for the same labels.
  const key = `${contract.id} lists ${createHash('sha256').update(canonicalJson(promised)).digest('hex')}`
  const recorded = engineIds.get(key)?.split(' ') ?? []
  const isKnown = recorded.length === promised.length && recorded.every((id) => ids.includes(id))
  const own = isKnown ? recorded : promised.flatMap((label) => ids[present.indexOf(label)] ?? [])
  if (own.length < promised.length) return null
  const names = new Map(own.map((id, at) => [id, promised[at] ?? null]))
  const isTaken = new Set(promised)
  const renamed = present.flatMap((label, at): [string, string | null][] => {
    const name = names.get(ids[at] ?? '') ?? (isTaken.has(label) ? null : label)
    return name === label ? [] : [[label, name]]
  })
  return { identity: [key, own.join(' ')], renamed: new Map(renamed) }
}

function valuesOf(type: ColumnType): readonly string[] | null {
  if (type.name === 'array') return valuesOf(type.items)
  return type.name === 'enum' ? type.values : null
}

/** A live column with the promised names of its labels, in its type and its default. */
export function withPromisedLabels(live: Column, labels: Labels | undefined): Column {
  if (labels === undefined || labels.renamed.size === 0) return live
  const name = (label: string) => labels.renamed.get(label) ?? label
  const { default: supplied } = live
  const renamed = (value: string) => (live.type.name === 'array' ? renamedItems(value, name) : name(value))
  return {
    ...live,
    type: renamedType(live.type, name),
    default: supplied?.value === undefined ? supplied : { ...supplied, value: renamed(supplied.value) },
  }
}

/** The items of an array as the catalog spells it: `{on,"two words",NULL}`. */
function renamedItems(text: string, name: (label: string) => string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)"|[^{},"]+/gs, (item, quoted: string | undefined) => {
    const label = quoted === undefined ? item : quoted.replace(/\\(.)/gs, '$1')
    const found = name(label)
    return found === label ? item : /^[\w-]+$/.test(found) ? found : `"${found.replace(/["\\]/g, '\\$&')}"`
  })
}

function renamedType(type: ColumnType, name: (label: string) => string): ColumnType {
  if (type.name === 'array') return { ...type, items: renamedType(type.items, name) }
  return type.name === 'enum' ? { ...type, values: type.values.map(name) } : type
}
