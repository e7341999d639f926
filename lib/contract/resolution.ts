import type { By } from './store.js'

/**
 * What an operator settled about one service at run time, as plain data. Names are the contract's, `to` is the database's;
 * `column` null is about the table itself.
 */
export type Resolution =
  /** The thing of the contract is called `to` now; or `to` is something else. */
  | ({ readonly kind: 'confirm-rename' | 'refute-rename'; readonly to: string } & Subject)
  /** What has the contract's name now is it. */
  | ({ readonly kind: 'bind-by-name' } & Subject)
  /** Found by comparing: the column that took the name (engine identity `newcomer`) has the values of the one that had it. */
  | ({ readonly kind: 'same-values'; readonly column: string; readonly newcomer: string | null } & Subject)
  /** Answered and written where the database has no value; null: nothing is, whatever the configuration says. */
  | ({ readonly kind: 'stand-in'; readonly column: string; readonly value: unknown } & Subject)
  /** An addition that nobody is to see until it is promoted by its table's name. A new table and a column by the database's names. */
  | ({ readonly kind: 'decline' } & Subject)
  /** The database known as `scope` is the one the contract is about. */
  | { readonly kind: 'accept-database'; readonly scope: string }

interface Subject {
  readonly table: string
  readonly column: string | null
  /** Logical ids, which outlast names; null for what no contract has. */
  readonly ids: { readonly table: string | null; readonly column: string | null }
}

/** A resolution that holds. */
export interface StoredResolution extends By {
  /** See {@link subjectOf}. */
  readonly subject: string
  readonly resolution: Resolution
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Puts a resolution in the place of an earlier one on its subject, or with null withdraws that. */
export interface ResolutionChange {
  readonly subject: string
  readonly resolution: Resolution | null
}

/** What a resolution is about: a later one about the same takes its place. */
export function subjectOf(resolution: Resolution): string {
  if (resolution.kind === 'accept-database') return subjectText('database', resolution.scope)
  const thing = [resolution.ids.table ?? resolution.table, resolution.ids.column ?? resolution.column]
  if (resolution.kind === 'decline') return subjectText('decline', ...thing)
  if (resolution.kind === 'refute-rename') return subjectText('not', ...thing, resolution.to)
  return subjectText(resolution.kind === 'stand-in' ? 'stand-in' : 'identity', ...thing)
}

function subjectText(...parts: readonly (string | null)[]): string {
  return JSON.stringify(parts)
}

/** The resolution as a change of the store. */
export function saying(resolution: Resolution): ResolutionChange {
  return { subject: subjectOf(resolution), resolution }
}
