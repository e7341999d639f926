import type { ColumnDefault } from '../../../lib/schema/table.js'

/** Reads the text that `table_xinfo` gives for a default. `NULL` is no default: an insert without the column stores the same. */
export function columnDefault(text: string | null): ColumnDefault | null {
  if (text === null || /^null$/i.test(text)) return null
  if (/^current_(?:timestamp|date|time)$/i.test(text)) return { kind: 'expression' }
  const value = literalValue(text)
  return value === null ? { kind: 'expression' } : { kind: 'literal', value }
}

function literalValue(text: string): string | null {
  const quoted = /^(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`)$/s.exec(text)
  if (quoted !== null) {
    const quote = text.charAt(0)
    return text.slice(1, -1).replaceAll(quote + quote, quote)
  }
  if (/^[+-]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return text.replace(/^\+?\s*|\s+/g, '')
  if (/^[+-]?0x[\da-f]+$/i.test(text) || /^x'[\da-f]*'$/i.test(text)) return text
  // A bare word after DEFAULT is a string here.
  return /^(?:[\p{L}_][\p{L}\p{N}_$]*)$/u.test(text) ? text : (/^\[([^\]]*)\]$/s.exec(text)?.[1] ?? null)
}
