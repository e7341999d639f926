import type { TableBinding } from '../contract/bind.js'
import { isSettled } from '../contract/holds.js'
import { type Resolution, type ResolutionChange, saying, subjectOf } from '../contract/resolution.js'
import { idsOf } from '../contract/said.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { isStrange, type Served } from '../drift/served.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { ResolutionRequest } from './resolution-request.js'
import { standInFor } from './stand-in.js'

type Rename = Extract<ResolutionRequest, { kind: 'confirm-rename' | 'refute-rename' }>

/** What a request changes in the store, once all its names are known to mean something. */
export async function settle(monitor: ServiceMonitor, served: Served, request: ResolutionRequest): Promise<ResolutionChange[]> {
  switch (request.kind) {
    case 'confirm-rename':
    case 'refute-rename':
      return settleRename(monitor, served, request)
    case 'bind-by-name':
      return [saying(boundByName(served, request))]
    case 'stand-in':
      return [saying(await standInFor(monitor, served, request))]
    case 'decline':
      return [saying(declined(served, request))]
    case 'accept-database':
      return isStrange(served.changes) ? [saying({ kind: 'accept-database', scope: served.live.scope })] : []
    case 'withdraw':
      return [withdrawn(monitor, request.subject)]
    case 'acknowledge':
      return []
  }
}

/** Says a rename, or that it is none; takes back what was said to the contrary. */
export function settleRename(monitor: ServiceMonitor, served: Served, request: Rename): ResolutionChange[] {
  const { kind, table, column = null, to } = request
  checkTarget(served, request)
  const ids = idsOf(served.contract.tables, table, column)
  const said = { kind, table, column, to, ids } as const
  const opposite = { ...said, kind: kind === 'confirm-rename' ? 'refute-rename' : 'confirm-rename' } as const
  const { resolutions = [] } = monitor.record ?? {}
  const isContradicted = resolutions.some(
    ({ subject, resolution }) => subject === subjectOf(opposite) && resolution.kind === opposite.kind && resolution.to === to,
  )
  return [...(isContradicted ? [{ subject: subjectOf(opposite), resolution: null }] : []), saying(said)]
}

function checkTarget(served: Served, { kind, table, column, to }: Rename): void {
  const bound = tableNamed(served, table)
  if (column === undefined) {
    const found = served.live.tables.map(({ name }) => name)
    if (!found.includes(to)) fail('unknown-table', { detail: `no table "${to}" in the database`, hint: didYouMean(to, found) })
    const other = served.binding.tables.find((one) => one !== bound && one.live?.name === to && isCertain(one))
    if (kind === 'confirm-rename' && other !== undefined) taken(to, other.contract.name)
    return
  }
  checkColumn(bound, column)
  const found = (bound.live?.columns ?? []).map(({ name }) => name)
  if (!found.includes(to))
    fail('unknown-column', { detail: `no column "${to}" in what "${table}" is now`, hint: didYouMean(to, found) })
  const other = bound.columns.find((one) => one.contract.name !== column && one.live?.name === to && isCertain(one))
  if (kind === 'confirm-rename' && other !== undefined) taken(to, `${table}.${other.contract.name}`)
}

/** Not what only has the name of another, of which nothing is served. */
function isCertain({ relation, evidence, doubtful }: Pick<TableBinding, 'relation' | 'evidence' | 'doubtful'>): boolean {
  return doubtful !== true && (relation === 'same' || isSettled(evidence))
}

function taken(to: string, owner: string): never {
  fail('invalid-body', { detail: `"${to}" is what "${owner}" is now`, hint: 'one thing cannot be two' })
}

function boundByName(served: Served, request: Extract<ResolutionRequest, { kind: 'bind-by-name' }>): Resolution {
  const { table, column = null } = request
  const bound = tableNamed(served, table)
  if (column !== null) checkColumn(bound, column)
  const present = column === null ? served.live.tables : (bound.live?.columns ?? [])
  const name = column ?? table
  if (!present.some((one) => one.name === name)) {
    fail(column === null ? 'unknown-table' : 'unknown-column', {
      detail: `nothing is called "${name}" in the database`,
      hint: 'say what it is called now: confirm-rename',
    })
  }
  return { kind: 'bind-by-name', table, column, ids: idsOf(served.contract.tables, table, column) }
}

function declined(served: Served, request: Extract<ResolutionRequest, { kind: 'decline' }>): Resolution {
  const { table, column = null } = request
  const { added, tables } = served.binding
  const known = tables.find(({ contract }) => contract.name === table)
  const offered = known ?? added.find(({ name }) => name === table)
  if (offered === undefined) return unknownTable(served, table, [...tables.map(({ contract }) => contract), ...added])
  const columns = ('contract' in offered ? offered.added : offered.columns).map(({ name }) => name)
  const isPromised = known !== undefined && (column === null || known.columns.some(({ contract }) => contract.name === column))
  if (isPromised) {
    fail('invalid-body', {
      detail: `"${column === null ? table : `${table}.${column}`}" is promised already`,
      hint: 'only additions are declined; to take something back, roll back to a version without it',
    })
  }
  if (column !== null && !columns.includes(column))
    fail('unknown-column', { detail: `no column "${column}" was added to "${table}"`, hint: didYouMean(column, columns) })
  const { table: id } = idsOf(served.contract.tables, table, null)
  return { kind: 'decline', table, column, ids: { table: id, column: null } }
}

function withdrawn({ record }: ServiceMonitor, subject: string): ResolutionChange {
  if (record?.resolutions.some((one) => one.subject === subject) === true) return { subject, resolution: null }
  return fail('invalid-body', { detail: 'nothing is settled under this subject', hint: 'the status lists what is' })
}

function tableNamed(served: Served, name: string): TableBinding {
  const found = served.binding.tables.find(({ contract }) => contract.name === name)
  return found ?? unknownTable(served, name, served.contract.tables)
}

function unknownTable({ contract }: Served, name: string, known: readonly { readonly name: string }[]): never {
  const names = known.map((table) => table.name)
  fail('unknown-table', { detail: `no table "${name}" in the contract of "${contract.service}"`, hint: didYouMean(name, names) })
}

function checkColumn({ contract }: TableBinding, name: string): void {
  const names = contract.columns.map((column) => column.name)
  if (!names.includes(name))
    fail('unknown-column', { detail: `no column "${name}" in "${contract.name}"`, hint: didYouMean(name, names) })
}
