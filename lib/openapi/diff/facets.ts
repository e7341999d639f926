import { type Argument, argument } from './change.js'
import { type RuleId, rules } from './rules.js'
import type { Bound, Schema } from './schema.js'
import { compareTypes } from './types.js'

/** Where a schema stands in an operation, and how what is found there is told. */
export interface Spot {
  readonly direction: 'request' | 'response'
  /** `request-body`, `response-property`, `request-parameter` …: what ids begin with. */
  readonly prefix: string
  /** Arguments before what changed: the property, or where a parameter is and its name. */
  readonly before: readonly Argument[]
  /** Arguments behind: the status. */
  readonly after: readonly Argument[]
  /** Whether values are text on the wire. */
  readonly isText: boolean
  /** Writes down a finding of a rule; a rule that does not exist says nothing. */
  tell(id: string, args: readonly Argument[]): void
}

export function isRule(id: string): id is RuleId {
  return Object.hasOwn(rules, id)
}

/** What of one schema itself is another: its type, null, enum, bounds, pattern and default. */
export function compareFacets(base: Schema, revision: Schema, spot: Spot): void {
  const tell = (suffix: string, ...args: readonly Argument[]) =>
    spot.tell(`${spot.prefix}-${suffix}`, [...spot.before, ...args, ...spot.after])
  compareType(base, revision, spot, tell)
  if (base.nullable !== revision.nullable) tell(revision.nullable ? 'became-nullable' : 'became-not-nullable')
  compareEnums(base, revision, spot, tell)
  for (const bound of bounds) compareBound(base, revision, bound, spot)
  comparePatterns(base, revision, tell)
  if (base.deprecated !== revision.deprecated) {
    const id = `${spot.prefix}-${revision.deprecated ? 'deprecated' : 'reactivated'}`
    spot.tell(id, spot.before)
  }
}

type Tell = (suffix: string, ...args: readonly Argument[]) => void

function compareType(base: Schema, revision: Schema, { direction, isText }: Spot, tell: Tell): void {
  const { verdict, what, from, to } = compareTypes(base, revision, direction, isText)
  if (verdict !== 'none') tell(`type-${verdict}`, what, from, to)
}

function compareEnums(base: Schema, revision: Schema, { direction, prefix, before, after, tell: write }: Spot, tell: Tell): void {
  const [known, now] = [base.enum ?? [], revision.enum ?? []]
  if (direction === 'request' && base.enum === null && revision.enum !== null) tell('became-enum')
  const is = (list: readonly unknown[], value: unknown) => list.some((one) => JSON.stringify(one) === JSON.stringify(value))
  // Values come first, but for parameters.
  const args = (value: unknown) =>
    prefix === 'request-parameter' || prefix === 'request-parameter-property'
      ? [...before, argument(value)]
      : [argument(value), ...before, ...after]
  const name = prefix === 'response-body' ? 'response-mediatype' : prefix
  for (const value of known) if (!is(now, value)) write(`${name}-enum-value-removed`, args(value))
  for (const value of now) if (!is(known, value)) write(`${name}-enum-value-added`, args(value))
  for (const value of base.extensible) {
    if (!is(revision.extensible, value)) write(`${prefix}-x-extensible-enum-value-removed`, args(value))
  }
}

const bounds: readonly Bound[] = [
  'max',
  'min',
  'exclusive-max',
  'exclusive-min',
  'max-length',
  'min-length',
  'max-items',
  'min-items',
]

function compareBound(base: Schema, revision: Schema, bound: Bound, { prefix, before, after, tell }: Spot): void {
  // For these two no bound and the bound 0 are one.
  const none = bound === 'min-length' || bound === 'min-items' ? 0 : undefined
  const [from, to] = [base.bounds[bound] ?? none, revision.bounds[bound] ?? none]
  if (from === to) return
  const shown = (value: number): Argument => (/length|items/.test(bound) ? value : { float: value })
  const how = from === undefined ? 'set' : to === undefined ? 'unset' : to > from ? 'increased' : 'decreased'
  const both = from === undefined || to === undefined ? [] : [shown(from), shown(to)]
  const one = to === undefined ? (from === undefined ? [] : [shown(from)]) : [shown(to)]
  const id = `${prefix}-${bound}-${how}`
  if (!isRule(id)) return
  // Some rules have no room for what was before, or for the status.
  const choices = [both, one].flatMap((values) => [
    [...before, ...values, ...after],
    [...before, ...values],
  ])
  tell(id, choices.find(({ length }) => length === argumentsOf(id)) ?? [...before, ...one])
}

/** How many arguments a rule's sentence has. */
function argumentsOf(id: RuleId): number {
  return new Set(rules[id][1].match(/\{\d\}/g)).size
}

function comparePatterns(base: Schema, revision: Schema, tell: Tell): void {
  const [from, to] = [base.pattern, revision.pattern]
  if (from === to) return
  if (from === null) tell('pattern-added', to)
  else if (to === null) tell('pattern-removed', from)
  else if (/^\^?\.\*\$?$/.test(to)) tell('pattern-generalized', from, to)
  else tell('pattern-changed', from, to)
}
