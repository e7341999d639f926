import type { OrderNode } from './ast.js'
import { createListReader, parseList, parseName } from './parse-list.js'
import type { TokenReader } from './token-reader.js'

/**
 * Reads `order`: columns and aliases, each with an optional `ASC` (the default) or `DESC`. Names are not checked.
 * At most 500 entries, none twice. Fails with `invalid-parameter`, `context: { parameter: 'order', position }`.
 *
 * @example parseOrder('total DESC, name') // [{ name: 'total', descending: true }, { name: 'name', descending: false }]
 */
export function parseOrder(text: string): OrderNode[] {
  return parseList(createListReader('order', text), {
    parameter: 'order',
    parse: parseEntry,
    nameOf: (entry) => entry.name,
    after: 'ASC, DESC, ',
    hintTwice: 'name each column once',
  })
}

/**
 * Reads `group`: columns. Names are not checked. At most 500 entries, none twice.
 * Fails with `invalid-parameter`, `context: { parameter: 'group', position }`.
 */
export function parseGroup(text: string): string[] {
  return parseList(createListReader('group', text), {
    parameter: 'group',
    parse: (reader) => parseName(reader),
    nameOf: (name) => name,
    after: '',
    hintTwice: 'name each column once',
  })
}

function parseEntry(reader: TokenReader): OrderNode {
  const name = parseName(reader)
  const descending = reader.takeKeyword('desc')
  if (!descending) reader.takeKeyword('asc')
  return { name, descending }
}
