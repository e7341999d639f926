import type { z } from 'zod'
import { didYouMean } from '../nearest.js'
import { type ConfigProblem, kind, notOneOf, problem, type Refusal, wrongKind } from './problem.js'
import { optionNames } from './schema.js'

type Issue = z.core.$ZodIssue

const accessForms = `use 'public-read', or { authorize, operate } with functions of your own`

/** What does not fit `schema.ts`, one problem an option, in our words. Needs issues with their input (`reportInput`). */
export function shapeProblems(issues: readonly Issue[]): ConfigProblem[] {
  return issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === 'unrecognized_keys') return unknownOptions(issue.path, issue.keys)
    if (issue.code === 'invalid_union') return shapeProblems(branchOf(issue))
    return [problem(issue.path, describe(issue))]
  })
}

function unknownOptions(path: readonly PropertyKey[], keys: readonly string[]): ConfigProblem[] {
  const owner = path[2] === 'tables' && path.length === 4 ? 'tables.*' : path.findLast((key) => typeof key === 'string')
  const known = optionNames.get(String(owner ?? '')) ?? []
  return keys.map((key) => problem([...path, key], { message: 'unknown option', hint: didYouMean(key, known) }))
}

/** The one union is `access`: its first form is a text, its second an object. */
function branchOf(issue: Extract<Issue, { code: 'invalid_union' }>): Issue[] {
  const branch = issue.errors[typeof issue.input === 'string' ? 0 : 1] ?? []
  return branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
}

function describe(issue: Issue): Refusal {
  const refusal = refusalOf(issue)
  if (issue.path.length !== 1 || issue.path[0] !== 'access') return refusal
  const message = issue.input === undefined ? "required, because an open API must be somebody's decision" : refusal.message
  return { message, hint: accessForms }
}

function refusalOf(issue: Issue): Refusal {
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(kinds.get(issue.expected) ?? issue.expected, issue.input)
    case 'invalid_value':
      return notOneOf(issue.values.map(String), issue.input)
    case 'too_small':
      return { message: tooSmall(issue.origin, issue.minimum, issue.input) }
    case 'too_big':
      return { message: `must be at most ${issue.maximum}, not ${kind(issue.input)}` }
    case 'custom':
      return { message: issue.message, hint: typeof issue.params?.hint === 'string' ? issue.params.hint : undefined }
    default:
      return { message: issue.message }
  }
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a whole number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
])

function tooSmall(origin: string, least: number | bigint, input: unknown): string {
  if (origin === 'array') return `must have at least ${least} entry`
  return origin === 'string' ? 'must not be empty' : `must be at least ${least}, not ${kind(input)}`
}
