import { fail } from '../errors.js'
import { shortened } from './characters.js'

/**
 * Reads the key of one row as it stands in a path (percent-decoded): `arity` values in key order, separated by commas,
 * a value that contains a comma or a quote quoted as in CSV. Blanks belong to the value.
 *
 * Fails with `invalid-id`, saying how many values the key has.
 *
 * @example parseKey('7,"Rome, north"', 2) // ['7', 'Rome, north']
 */
export function parseKey(text: string, arity: number): string[] {
  const values = splitCsv(text)
  if (values.length === arity) return values
  return fail('invalid-id', {
    detail: `"${shortened(text)}" has ${values.length} ${values.length === 1 ? 'value' : 'values'}; the primary key has ${arity}`,
    hint: arity === 1 ? 'a comma inside a value is quoted: "a,b"' : 'write the values in key order, separated by commas: a,b',
    context: { expected: arity, found: values.length },
  })
}

/**
 * Reads the `ids` parameter: the values of all its repetitions, in order, `arity` of them to a row.
 *
 * Fails with `invalid-parameter` when there is no id or there are more than `max` rows, with `invalid-id` when the
 * values do not come out even.
 *
 * @example parseIds(['1,2', '3'], 1, 1000) // [['1'], ['2'], ['3']]
 */
export function parseIds(texts: readonly string[], arity: number, max: number): string[][] {
  const context = { parameter: 'ids' }
  const values = texts.filter((text) => text !== '').flatMap(splitCsv)
  if (values.length === 0) fail('invalid-parameter', { detail: 'ids is empty', hint: 'write ids=1,2,3', context })
  if (values.length > max * arity) {
    const detail = `ids names more than ${max} rows`
    fail('invalid-parameter', { detail, hint: 'use a filter, or several requests', context: { ...context, max } })
  }
  if (values.length % arity !== 0) {
    const detail = `ids has ${values.length} values; the primary key has ${arity}, so they do not come out even`
    fail('invalid-id', {
      detail,
      hint: 'write all values of one row, then those of the next',
      context: { ...context, expected: arity },
    })
  }
  return Array.from({ length: values.length / arity }, (_, row) => values.slice(row * arity, (row + 1) * arity))
}

/** Writes a key so that {@link parseKey} reads the same values (not yet percent-encoded). */
export function formatKey(values: readonly string[]): string {
  return values.map((value) => (value === '' || /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')
}

/** The values of one line of CSV. An empty value must be quoted, so that `1,,2` is a mistake and not a row. */
function splitCsv(text: string): string[] {
  const values: string[] = []
  for (let from = 0; from <= text.length; ) {
    const isQuoted = text[from] === '"'
    const end = isQuoted ? quotedEnd(text, from) : plainEnd(text, from)
    values.push(isQuoted ? text.slice(from + 1, end - 1).replaceAll('""', '"') : text.slice(from, end))
    from = end + 1
  }
  return values
}

function quotedEnd(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const close = text.indexOf('"', from)
    if (close < 0) refuse(text, 'has a quote that is not closed', 'a quote inside a value is doubled and the value quoted: "5"""')
    if (text[close + 1] !== '"') {
      if (close + 1 < text.length && text[close + 1] !== ',')
        refuse(text, 'goes on after a closing quote', 'separate values by commas')
      return close + 1
    }
    from = close + 2
  }
}

function plainEnd(text: string, start: number): number {
  const comma = text.indexOf(',', start)
  const end = comma < 0 ? text.length : comma
  if (end === start) refuse(text, 'has an empty value', 'an empty text is written ""')
  if (text.slice(start, end).includes('"')) {
    refuse(text, 'has a quote inside a value', 'quote the value and double the quote: "5"""')
  }
  return end
}

function refuse(text: string, what: string, hint: string): never {
  return fail('invalid-id', { detail: `the id "${shortened(text)}" ${what}`, hint })
}
