import type { RawBuilder } from 'kysely'
import type { Comparable } from '../database.js'
import type { ColumnType } from '../schema/column-type.js'
import type { Column } from '../schema/table.js'
import type { PlanSettings } from './column-plan.js'

/** How a value is read that has an answer for certain, so that the row it is of may be committed before anybody looks: see `Alone`. */
export interface Sure {
  readonly read: RawBuilder<unknown>
  /** Where this is not false; null: always. */
  readonly fits: RawBuilder<unknown> | null
}

interface Compared {
  readonly isOther: boolean
  readonly comparable: Comparable | null
}

/** null: some value may have no answer. */
export function sureOf(
  live: Column,
  column: Column,
  compared: Compared,
  { dialect, bigints, live: reading }: PlanSettings,
): Sure | null {
  // A JSON number does not keep every one of these.
  if (bigints === 'number' && column.type.name === 'bigint') return null
  const fits = whatFits(live.type, column.type, compared)
  const read = fits === undefined ? null : (dialect.alone?.read(live, reading) ?? null)
  return read === null ? null : { read, fits: fits ?? null }
}

/** undefined: for most ways of converting values SQL does not tell which have an answer. */
function whatFits(live: ColumnType, promised: ColumnType, { isOther, comparable }: Compared): Sure['fits'] | undefined {
  if (!isOther || (live.name === 'string' && promised.name === 'string')) return null
  return isWhole(live) && isWhole(promised) ? comparable?.fits : undefined
}

function isWhole({ name }: ColumnType): boolean {
  return name === 'integer' || name === 'bigint'
}
