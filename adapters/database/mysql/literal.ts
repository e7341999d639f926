const escapes: ReadonlyMap<string, string> = new Map([
  ["''", "'"],
  ['\\0', '\0'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\Z', '\u001a'],
])

/** The inside of a string literal as a regular expression. */
export const literalBody = "(?:[^'\\\\]|''|\\\\.)*"

/** The text that the inside of a string literal stands for: the catalogs double quotes and escape with backslashes. */
export function unescapeLiteral(body: string): string {
  return body.replace(/''|\\./gs, (pair) => escapes.get(pair) ?? pair.slice(1))
}
