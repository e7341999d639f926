import { z } from 'zod'
import type { LockMode } from '../contract/types.js'
import { noWords, type OperatorWords } from '../contract/words.js'
import { kind, type Reading } from './problem.js'

/** Keyed by names of tables or columns, which are hostile: comes out as a map. */
function named<T extends z.ZodType>(value: T) {
  return z.record(z.string().min(1), value).transform((entries) => new Map(Object.entries(entries) as [string, z.output<T>][]))
}

const standIn = z.unknown().transform((input, context) => {
  const reading = readStandIn(input)
  if ('value' in reading) return reading.value
  context.issues.push({ code: 'custom', input, message: reading.message, params: {} })
  return z.NEVER
})

/** table → column → JSON value. */
export const standInsSchema = named(named(standIn))

export const renamesSchema = z.strictObject({
  tables: named(z.string().min(1)).prefault({}),
  columns: named(named(z.string().min(1))).prefault({}),
})

/** What one table can be told apart from its service. */
export const tableSchema = z.strictObject({ schemaLock: z.enum(['none', 'auto', 'strict']).optional() })

export const tablesSchema = named(tableSchema)

/** What the options say, in the form in which what operators say at run time is kept too. */
export function wordsOf(options: {
  readonly standIns: OperatorWords['standIns']
  readonly renames: OperatorWords['renames']
  readonly trustLikelyRenames: boolean
}): OperatorWords {
  const { standIns, renames, trustLikelyRenames } = options
  return Object.freeze({ ...noWords, standIns, renames: Object.freeze(renames), trustLikelyRenames })
}

/** The tables whose mode is their own. */
export function tableModes(tables: z.output<typeof tablesSchema>): ReadonlyMap<string, LockMode> {
  return new Map([...tables].flatMap(([name, { schemaLock }]) => (schemaLock === undefined ? [] : [[name, schemaLock] as const])))
}

/** A value that JSON can hold and that stands for something: null would stand for nothing. */
export function readStandIn(value: unknown): Reading<unknown> {
  if (value === null || value === undefined) return { message: `must be a value to stand in, not ${kind(value)}` }
  return isJson(value) ? { value } : { message: `must be a JSON value, not ${kind(value)}` }
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  if (typeof value !== 'object') return false
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value))
  return isPlain && Object.values(value).every(isJson)
}
