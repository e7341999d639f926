import { didYouMean } from '../nearest.js'

/** One thing wrong with the configuration. */
export interface ConfigProblem {
  /** As it would be written in code, `services[0].limits.page`; `config` for the whole. */
  readonly path: string
  readonly message: string
  /** What to do. */
  readonly hint?: string
}

/** What one option was read as, or what is wrong with it. */
export type Reading<T> = { readonly value: T } | Refusal

export interface Refusal {
  readonly message: string
  readonly hint?: string | undefined
}

/** A {@link ConfigProblem} without an empty hint. */
export function problem(path: readonly PropertyKey[], { message, hint }: Refusal): ConfigProblem {
  return hint === undefined ? { path: pathText(path), message } : { path: pathText(path), message, hint }
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'config'
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : keyText(String(key), at === 0))).join('')
}

function keyText(key: string, first: boolean): string {
  if (/^[\w$]+$/.test(key)) return first ? key : `.${key}`
  return `[${shown(key)}]`
}

/** A text in quotes on one line, unless it could be a DSN or is long: somebody's password may stand in the wrong place. */
export function shown(text: string): string {
  return text.length > 40 || /@|\/\/|:./.test(text) ? 'this text' : JSON.stringify(text)
}

/** What kind of thing a value is, for «must be text, not …». Numbers are said as they are. */
export function kind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Refuses a value of the wrong kind: `required`, or `must be text, not null`. */
export function wrongKind(wanted: string, value: unknown): Refusal {
  return { message: value === undefined ? 'required' : `must be ${wanted}, not ${kind(value)}` }
}

/** Refuses a value that is none of a few. */
export function notOneOf(values: readonly string[], value: unknown): Refusal {
  const all = values.join(', ')
  if (typeof value !== 'string') return wrongKind(`one of ${all}`, value)
  return { message: `${shown(value)} is not one of ${all}`, hint: didYouMean(value, values) }
}
