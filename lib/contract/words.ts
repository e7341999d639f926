/**
 * What an operator said about one service. Entries of the config are defaults; what was said at run time wins. Names are the
 * contract's, and a `Map` inside a map goes from table to column.
 */
export interface OperatorWords {
  /** Renames that are true: contract name → live name. */
  readonly renames: {
    readonly tables: ReadonlyMap<string, string>
    readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>
  }
  /** Likely renames that are none: contract name → the live names that are something else. */
  readonly refuted: {
    readonly tables: ReadonlyMap<string, ReadonlySet<string>>
    readonly columns: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>
  }
  /** What has the contract's name is it, whatever its identity: `nameKey(table, column)`. */
  readonly byName: ReadonlySet<string>
  /** Columns that took a name over with the values of the one that had it: `nameKey(table, column)` → engine identity. */
  readonly sameValues: ReadonlyMap<string, string | null>
  /** The JSON value answered and written where the database has none. */
  readonly standIns: ReadonlyMap<string, ReadonlyMap<string, unknown>>
  /** Whether a rename that is only likely is served as one. */
  readonly trustLikelyRenames: boolean
}

/** How a table (`column` null) or a column is told in a set. */
export function nameKey(table: string, column: string | null): string {
  return JSON.stringify([table, column])
}

/** Nothing was said. */
export const noWords: OperatorWords = {
  renames: { tables: new Map(), columns: new Map() },
  refuted: { tables: new Map(), columns: new Map() },
  byName: new Set(),
  sameValues: new Map(),
  standIns: new Map(),
  trustLikelyRenames: false,
}
