import type { TextRules } from '../../../lib/database.js'

/** Whether blanks at the end of a column's text do not count: `char(n)`. */
export function isBlankPadded({ type }: TextRules): boolean {
  return type.name === 'string' && type.fixed
}
