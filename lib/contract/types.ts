import type { Table } from '../schema/table.js'
import type { ChangeKind } from './rules.js'

export type LockMode = 'none' | 'auto' | 'strict'

/** `green`: live matches; `yellow`: additive changes merged or waiting; `red`: breaking drift is blocked. */
export type DriftState = 'green' | 'yellow' | 'red' | 'unlocked'

/** How sure a rename is (see docs/contract.md): proven by the catalog, said by an operator, carried in a comment, or a guess. */
export type Evidence = 'proven' | 'confirmed' | 'stamped' | 'likely' | 'none'

/** How a breaking change is kept from the consumer. */
export type Hold = 'mapped' | 'converted' | 'null' | 'stand-in' | 'unservable'

/** One difference between the served contract and the live schema. Plain data; names are the contract's where it has one. */
export interface Change {
  readonly kind: ChangeKind
  readonly class: 'additive' | 'breaking'
  /** Additive, but worth a look (a new enum value, a changed default). */
  readonly dangerous: boolean
  readonly table: string
  /** Column, key or constraint the change is about; null for the table itself. */
  readonly column: string | null
  /** Who can notice. */
  readonly affects: 'read' | 'write' | 'both'
  /** Short texts for people: a type, a name, a default. */
  readonly before: string | null
  readonly after: string | null
  readonly evidence: Evidence
  /** null while nothing needs to be held. */
  readonly hold: Hold | null
  /** One sentence, for people. */
  readonly text: string
  /**
   * `needs-review`: about a new column whose name looks secret; taken only when its table is promoted by name. `table-drifts`: additive,
   * but what else happened to the table keeps `auto` from merging it. `declined`: an operator did not want it; taken only by name.
   */
  readonly withheld?: 'needs-review' | 'table-drifts' | 'declined'
}

/** An immutable frozen schema. `tables` carry logical ids; `digest` is over them and nothing else. */
export interface ContractVersion {
  readonly service: string
  /** Counts up from 1, never reused; 0 only for the unnumbered contract of mode `none`. */
  readonly version: number
  /** 0 for what an operator made; `auto`'s additive merges on top of it count up from 1. */
  readonly revision: number
  /** Sorted by name. */
  readonly tables: readonly Table[]
  /** SHA-256 of the canonical tables, lower-case hex. */
  readonly digest: string
  readonly kind: 'lock' | 'merge' | 'promotion' | 'rollback'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly actor: string
  readonly reason: string | null
  /** What this version took over from the live schema. */
  readonly changes: readonly Change[]
}
