import { ruleOf } from '../contract/rules.js'
import type { Change } from '../contract/types.js'
import { DatabaseError } from '../database.js'
import { FaucetError, type ProblemCode, type ProblemOptions } from '../errors.js'
import type { TablePlan } from '../projection/projection.js'
import { isRequiredOnInsert } from '../schema/table.js'
import { tightenedBy } from './tightened.js'

/** What the statement was for: a connection lost during a write leaves its outcome unknown. */
export type Purpose = 'read' | 'write'

/** The problem a consumer sees for a failed statement, in the contract's names; anything that is no database failure is given back. */
export function problemOf(error: unknown, plan: TablePlan | null, purpose: Purpose): unknown {
  if (!(error instanceof DatabaseError)) return error
  const [code, options] = describe(error, plan, purpose)
  return new FaucetError(code, { ...options, cause: error })
}

function describe(error: DatabaseError, plan: TablePlan | null, purpose: Purpose): [ProblemCode, ProblemOptions] {
  const table = plan?.table.name ?? null
  const where = table === null ? 'the database' : `"${table}"`
  const column = contractColumn(plan, error.facts)
  const at = column === null ? where : `"${table}.${column}"`
  const context = { ...(table === null ? {} : { table }), ...(column === null ? {} : { column }) }
  const drift = plan === null ? [] : tightenedBy(plan, error)
  if (drift.length > 0) return refusedByDrift(where, context, drift)
  switch (error.kind) {
    case 'unique': {
      const key = plan?.table.uniqueKeys.find(({ name }) => name === error.facts.constraint)?.columns
      const columns = key ?? (column === null ? null : [column])
      const by = columns === null ? '' : ` (${columns.join(', ')})`
      return [
        'unique-violation',
        {
          detail: `${where} already has a row with this key${by}`,
          context: columns === null ? context : { ...context, columns },
        },
      ]
    }
    case 'foreign-key':
      return ['foreign-key-violation', { detail: `a reference between ${where} and another table would not hold`, context }]
    case 'check':
      return ['check-violation', { detail: `the row breaks a rule of ${where}`, context: named(context, error.facts.constraint) }]
    case 'not-null':
      return notNull(plan, error, where, context)
    case 'value':
    case 'too-long':
    case 'out-of-range':
      return ['invalid-value', { detail: `a value ${valueTexts[error.kind]} ${at}`, context }]
    case 'read-only':
      return ['forbidden', { detail: `the database does not take this write to ${where}`, context }]
    case 'permission':
    case 'schema':
      return [
        'contract-unservable',
        {
          detail: `the database cannot serve ${where} now`,
          hint: 'an operator sees why in the drift report',
          context,
          headers: { 'Retry-After': '300' },
        },
      ]
    case 'busy':
    case 'retry':
      return [
        'database-busy',
        {
          detail: `${where} is being changed by others`,
          hint: 'send the request again',
          context,
          headers: { 'Retry-After': '1' },
        },
      ]
    case 'timeout':
    case 'cancelled':
      return [
        'statement-timeout',
        { detail: `the statement on ${where} took too long`, hint: 'ask for fewer rows or a narrower filter', context },
      ]
    case 'connection-lost':
      if (purpose === 'write') {
        return [
          'outcome-unknown',
          { detail: `the connection broke while ${where} was written; look before you send it again`, context },
        ]
      }
      return ['database-unavailable', { detail: 'the connection to the database broke', headers: { 'Retry-After': '1' } }]
    case 'unavailable':
      return ['database-unavailable', { detail: 'the database cannot be reached', headers: { 'Retry-After': '5' } }]
    case 'unknown':
      return ['internal', { detail: `the database refused a statement on ${where}`, context }]
  }
}

/** The contract allows what the database refuses: an operator must know, and the consumer that it is not at fault. */
function refusedByDrift(where: string, context: object, drift: readonly Change[]): [ProblemCode, ProblemOptions] {
  const columns = drift.flatMap(({ kind, column }) => (ruleOf(kind).about === 'column' ? (column ?? []) : []))
  const about = columns.length === 0 ? '' : ` (${columns.map((column) => `"${column}"`).join(', ')})`
  return [
    'contract-drift',
    {
      detail: `the database takes less for ${where} than the contract promises${about}, and refuses this`,
      hint: 'an operator sees the change behind it in the drift report of this service',
      context: columns.length === 0 ? { ...context } : { ...context, columns },
    },
  ]
}

const valueTexts = { value: 'does not fit', 'too-long': 'is too long for', 'out-of-range': 'is out of range for' } as const

/**
 * A column that must have a value but is not in the contract came after it: the consumer could not know. Nor that one may not
 * be left out or NULL any more, where the contract allows it.
 */
function notNull(plan: TablePlan | null, error: DatabaseError, where: string, context: object): [ProblemCode, ProblemOptions] {
  const column = contractColumn(plan, error.facts)
  if (column === null && error.facts.column !== undefined && plan !== null) {
    return [
      'contract-drift',
      {
        detail: `new rows of ${where} now need a value that the contract does not have`,
        hint: 'an operator must promote the change or give a default',
        context: { ...context },
      },
    ]
  }
  const promised = plan?.columns.find((candidate) => candidate.column.name === column)?.column
  if (promised !== undefined && !isRequiredOnInsert(promised)) {
    return [
      'contract-drift',
      {
        detail: `${where} now needs a value for "${column}", which the contract lets writers leave out`,
        hint: 'send a value, or an operator must promote the change or give a default',
        context: { ...context },
      },
    ]
  }
  return [
    'missing-value',
    {
      detail: column === null ? `a required column of ${where} has no value` : `"${plan?.table.name}.${column}" needs a value`,
      context: { ...context },
    },
  ]
}

/** A live column's contract name; null when the contract does not have it. */
function contractColumn(plan: TablePlan | null, { column, path }: DatabaseError['facts']): string | null {
  if (plan === null) return null
  const isMeant = (name: string | null) =>
    name !== null && (name === column || (path !== undefined && `${plan.plannedOn.table?.name}.${name}` === path))
  return plan.columns.find(({ liveName }) => isMeant(liveName))?.column.name ?? null
}

function named(context: object, constraint: string | undefined): Record<string, unknown> {
  return constraint === undefined ? { ...context } : { ...context, constraint }
}
