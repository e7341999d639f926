import type { Table } from '../schema/table.js'

/**
 * What each table is called in operation ids and component names: a word in PascalCase that makes them all unique. `order_items` is
 * `OrderItems`. Where several tables would have one, the table that was locked first has it and the others a number behind it, so
 * that no table takes another's operation ids over when it comes.
 *
 * @param prefix in front of every word
 * @param used what is taken already, in lower case; gets what these tables take
 */
export function tableWords(tables: readonly Table[], prefix: string, used: Set<string>): ReadonlyMap<string, string> {
  const words = new Map<string, string>()
  for (const table of tables.toSorted(byAge)) {
    const word = unused(`${prefix}${wordOf(table.name)}`, used)
    for (const name of namesOf(word)) used.add(name.toLowerCase())
    words.set(table.name, word)
  }
  return words
}

/** The component schemas of a table. */
export const schemaNames = {
  row: (word: string) => word,
  new: (word: string) => `New${word}`,
  changes: (word: string) => `${word}Changes`,
  replacement: (word: string) => `${word}Replacement`,
} as const

/** `Row` ends operation ids of single rows. */
function namesOf(word: string): string[] {
  return [...Object.values(schemaNames).map((name) => name(word)), `${word}Row`]
}

/** By logical id (`t7`), which grows and is never reused; tables that have none, or none yet, come last. */
function byAge(one: Table, other: Table): number {
  const [first, second] = [ageOf(one), ageOf(other)]
  if (first !== second) return first < second ? -1 : 1
  return one.name < other.name ? -1 : 1
}

function ageOf({ id }: Table): number {
  return Number(/^[a-z](\d+)$/.exec(id ?? '')?.[1] ?? Number.POSITIVE_INFINITY)
}

function unused(word: string, used: ReadonlySet<string>): string {
  const isFree = (candidate: string) => namesOf(candidate).every((name) => !used.has(name.toLowerCase()))
  if (isFree(word)) return word
  let number = 2
  while (!isFree(`${word}${number}`)) number++
  return `${word}${number}`
}

/** Letters without their accents and digits; begins with `Table` where a name would begin with none. */
export function wordOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/[^\x20-\x7e]/g, '')
  const parts = plain.split(/[^A-Za-z0-9]+/).filter((part) => part !== '')
  const word = parts.map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`).join('')
  return /^[A-Za-z]/.test(word) ? word : `Table${word}`
}
