/** What a change of the schema is. */
import type { Random } from '../query/random.js'
import type { EngineName } from '../support/databases.js'
import type { LiveColumn, LiveTable } from './twin-schema.js'

/** One change: what a DBA runs, and what is so afterwards. */
export interface Change {
  readonly what: string
  /** The tables it touches. */
  readonly on: readonly LiveTable[]
  readonly statements: readonly string[]
  /** Is a key among what it touches? */
  readonly isOfKey: boolean
  /** Called when the statements went through. */
  readonly done: () => void
  /** Contract column whose values are gone. */
  readonly lost?: { readonly table: LiveTable; readonly column: LiveColumn }
  /** May the database take more than the contract now? */
  readonly loosens?: boolean
  /** The table is another one, with the same rows: nothing tells what its columns were called. */
  readonly isRebuild?: boolean
}

/** Where a change is to be made. */
export interface Place {
  readonly engine: EngineName
  readonly random: Random
  readonly tables: readonly LiveTable[]
  readonly table: LiveTable
  readonly column: LiveColumn
  /** For names that nothing has had. */
  readonly serial: number
}

/** null: it cannot be said here. */
export type Make = (place: Place) => Change | null
