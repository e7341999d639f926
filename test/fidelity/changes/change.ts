import type { ServiceConfig } from 'faucet-db'
import type { EngineName } from '../../support/databases.js'
import type { Statements } from '../alter.js'
import type { Holds } from '../expectation.js'
import type { Json } from '../fixture.js'
import type { Row } from '../requests.js'

/** How consumers meet a change: mode `auto`, mode `strict`, or by version 1 after an operator promoted it. */
export const forms = ['auto', 'strict', 'pinned'] as const
export type Form = (typeof forms)[number]

/** A request that the contract allows and the database refuses since the change, as `[method, table or table/id, body]`. */
export type Refused = readonly [method: 'POST' | 'PATCH' | 'DELETE', to: string, body?: Row]

/** One DDL change, and what the design says of it. */
export interface Change {
  readonly name: string
  /** The rows of the design's table of schema changes; `+` for what it has no row for. */
  readonly rows: readonly string[]
  /** All engines without it. */
  readonly engines?: readonly EngineName[]
  /** `table.column`: each is asked for by every route. */
  readonly on: readonly string[]
  readonly apply: Statements
  /** Removes what was made outside the test's own database or schema. */
  readonly undo?: Statements
  /** Run before the lock, on the twin too. */
  readonly given?: Statements
  readonly expect?: Holds | ((engine: EngineName, form: Form) => Holds)
  /** What is called otherwise now: `table` or `table.column` of the contract → the name in the database. */
  readonly names?: Readonly<Record<string, string>>
  readonly refused?: readonly Refused[]
  /** Requests that mean several rows now: reads are 503, writes 409. */
  readonly ambiguous?: readonly string[]
  /** Columns that `auto` merges. */
  readonly adds?: readonly string[]
  /** `auto` merges what `_schema` tells, though no column comes. */
  readonly merges?: boolean
  /** Engines where nobody looks before the first request. */
  readonly unseen?: readonly EngineName[]
  readonly settings?: Partial<Pick<ServiceConfig<'db'>, 'standIns' | 'renames' | 'trustLikelyRenames'>>
  /** Routes that the change makes meaningless, with the reason in a comment. */
  readonly meaningless?: readonly string[] | ((form: Form) => readonly string[])
  /** Newcomers that are no promised column under a new name, as an operator says before promoting: `table.column` → the newcomer. */
  readonly refuted?: Readonly<Record<string, string>>
  /** What is no difference here, with the reason in a comment: both answers are compared as this makes them. */
  readonly alike?: (text: string) => string
}

/** Where a statement that names what is not there any more fails by itself. */
export const everyEngine: readonly EngineName[] = ['sqlite', 'postgres', 'mariadb', 'mysql']
/** Where a statement checks more of the schema than the names in it. */
export const checking: readonly EngineName[] = ['sqlite', 'postgres']
/** Where tables and columns declare what is enforced. */
export const typed: readonly EngineName[] = ['postgres', 'mariadb', 'mysql']
export const mysqlFamily: readonly EngineName[] = ['mariadb', 'mysql']

/** Holds on some engines, and none on the others. */
export function on(engines: readonly EngineName[], holds: Holds): (engine: EngineName) => Holds {
  return (engine) => (engines.includes(engine) ? holds : {})
}

/** The same hold for several tables or columns. */
export function each<const Value>(value: Value, ...names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, value]))
}

/** Rows by their key in which a column has no value of the promise. */
export function lost(what: 'null' | 'value' | 'beyond', ...rows: readonly Json[]) {
  return { lost: what, rows }
}
