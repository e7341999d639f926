import type { RawBuilder } from 'kysely'
import { hasOtherCollation } from '../contract/compare-types.js'
import type { Comparable, SqlDialect, TextRules } from '../database.js'
import { isText } from '../schema/column-type.js'

type Sql = RawBuilder<unknown>

/** What equality goes by where that of the live type is not the promised one: by what the column is compared as. */
export interface Ruled {
  /** `strangers`: only for literals that are none of the live type's values; what the others equal, the live type tells. */
  readonly literals: 'all' | 'strangers'
  /** What the live column finds equal to none of the literals, the contract does not either: so that its index can help. */
  readonly isFiner: boolean
}

/** How a column is compared. `comparable` null: not as promised. */
export interface Compared {
  readonly comparable: Comparable | null
  readonly ruled: Ruled | null
}

/** Text over text by other rules: another collation, or blanks at the end that count or do not. null: the rules are the same. */
export function ruledText(source: Sql, live: TextRules, contract: TextRules, dialect: SqlDialect): Compared | null {
  if (!isCompared(live) || !isCompared(contract)) return null
  if (!hasOtherCollation(contract, live) && isPadded(live) === isPadded(contract)) return null
  const ruled: Ruled = { literals: 'all', isFiner: dialect.isFiner(contract, live) }
  if (live.type.name !== contract.type.name) return { comparable: null, ruled }
  return { comparable: dialect.asText(source, live, contract), ruled }
}

/**
 * What `found` shows of another type, compared as the promised text is. Where a column may hold anything, what the live type has not
 * got may still be there.
 */
export function ruledOther(
  found: Comparable | null,
  isOther: boolean,
  live: TextRules,
  contract: TextRules,
  dialect: SqlDialect,
): Compared {
  const strangers: Ruled = { literals: 'strangers', isFiner: false }
  const plain: Compared = { comparable: found, ruled: isOther && dialect.storesAnything === true ? strangers : null }
  if (found === null || !isText(contract.type) || isCompared(live) || contract.collation === undefined) return plain
  if (dialect.isFiner(contract, { type: contract.type })) return plain
  const text = dialect.asText(found.value, { type: found.type }, contract)
  if (text.fits !== null) return { comparable: null, ruled: strangers }
  const literals = live.type.name === 'enum' ? 'all' : 'strangers'
  return { comparable: { ...text, fits: found.fits }, ruled: { ...strangers, literals } }
}

function isCompared({ type }: TextRules): boolean {
  return isText(type) || type.name === 'any'
}

function isPadded({ type }: TextRules): boolean {
  return type.name === 'string' && type.fixed
}
