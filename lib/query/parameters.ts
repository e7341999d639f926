import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'

/** Refuses query parameters a route does not know, with the nearest name, and every repetition but that of `ids`. */
export function checkParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) {
      fail('unknown-parameter', {
        detail: `no query parameter "${name}" here`,
        hint: didYouMean(name, known) ?? (known.length === 0 ? 'this route takes none' : `this route takes ${known.join(', ')}`),
        context: { parameter: name },
      })
    }
    if (name !== 'ids' && name !== 'table' && query.getAll(name).length > 1) {
      fail('invalid-parameter', { detail: `${name} is given more than once`, hint: 'give it once', context: { parameter: name } })
    }
  }
}

/** A whole number ≥ 0, or null when the parameter is absent. */
export function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  if (!/^\d{1,15}$/.test(text)) {
    fail('invalid-parameter', {
      detail: `${name} must be a whole number from 0, not "${text.slice(0, 40)}"`,
      context: { parameter: name },
    })
  }
  return Number(text)
}

/** `true` or `false`; absent is false. */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  if (text === null || text === 'false') return false
  if (text === 'true') return true
  return fail('invalid-parameter', {
    detail: `${name} must be true or false, not "${text.slice(0, 40)}"`,
    context: { parameter: name },
  })
}
