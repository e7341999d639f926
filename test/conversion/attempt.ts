import { ValueMismatch } from '../../lib/database.js'
import type { ColumnType } from '../../lib/schema/column-type.js'

/** What `work` makes, or `!` when the value does not convert. */
export function attempt<T>(work: () => T): T | '!' {
  try {
    return work()
  } catch (error) {
    if (error instanceof ValueMismatch) return '!'
    throw error
  }
}

/** A type in a test's title. */
export function name(type: ColumnType): string {
  return JSON.stringify(type).replace(/["{}]|name:/g, '')
}
