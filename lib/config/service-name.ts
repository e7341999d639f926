import { type Reading, shown, wrongKind } from './problem.js'

const form = /^[a-z][a-z0-9_-]*$/
const longest = 64

/** First parts of paths that are the library's own. */
const reserved: ReadonlySet<string> = new Set(['system', 'explorer', 'docs', 'healthz', 'readyz', 'openapi.json'])

/** Checks the name of a service: it is the first part of its paths. */
export function readName(value: unknown): Reading<string> {
  if (typeof value !== 'string') return wrongKind('text', value)
  if (value === '') return { message: 'must not be empty' }
  if (reserved.has(value)) return { message: `"${value}" is reserved for a route of the library`, hint: 'choose another name' }
  if (value.length > longest) return { message: `must have at most ${longest} characters, not ${value.length}` }
  if (form.test(value)) return { value }
  const near = value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.]+/g, '-')
  const hint = form.test(near) && !reserved.has(near) ? `did you mean "${near}"?` : undefined
  return { message: `${shown(value)} is not a lower-case letter followed by lower-case letters, digits, "_" or "-"`, hint }
}
