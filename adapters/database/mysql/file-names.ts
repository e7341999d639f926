/**
 * InnoDB's names for tables: `database/table`, as the file system has them. Letters of ASCII, digits and `_` stand for themselves,
 * `@` and four hexadecimal digits for a character, and `@` and two others for a letter outside ASCII. MySQL 9 keeps the table of those
 * letters to itself (`CONVERT(… USING filename)` is gone), so names with them are told by what is left.
 */

/** A LIKE pattern, with `|` to escape, that InnoDB's names for the tables of `database` match, and hardly others. */
export function tablesOf(database: string): string {
  const parts = [...database].map((character) => {
    if (/[a-z\d]/i.test(character)) return character
    if (character === '_') return '|_'
    return character > '\u007f' ? '@%' : `@${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `${parts.join('')}/%`
}

/** The server's `tables` by InnoDB's names for them. Left out are names that may be several tables. */
export function decodeNames(names: readonly string[], tables: readonly string[], database: string): ReadonlyMap<string, string> {
  const split = names.map((name) => [name, ...name.split('/')] as const)
  const folders = new Set(split.map(([, folder = '']) => folder).filter((folder) => matcher(folder).test(database)))
  const known = new Set(tables)
  const decoded = split.flatMap(([name, folder = '', file = '']): [string, string][] => {
    if (folders.size !== 1 || !folders.has(folder)) return []
    if (/^\w+$/.test(file)) return known.has(file) ? [[name, file]] : []
    const matching = tables.filter((table) => matcher(file).test(table))
    return matching.length === 1 ? matching.map((table) => [name, table]) : []
  })
  const times = new Map<string, number>()
  for (const [, table] of decoded) times.set(table, (times.get(table) ?? 0) + 1)
  return new Map(decoded.filter(([, table]) => times.get(table) === 1))
}

function matcher(file: string): RegExp {
  const pattern = file.replace(/@([\da-f]{4})|@../g, (_, code?: string) => (code === undefined ? '[^\\0-\\x7f]' : `\\u${code}`))
  return new RegExp(`^${pattern}$`)
}
