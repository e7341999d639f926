import type { Dialect } from 'kysely'
import { z } from 'zod'
import type { Authorize, Operate } from '../access/access.js'
import type { HostKysely } from '../database.js'
import { type Logger, silentLogger } from '../logger.js'
import { readDsn } from './dsn.js'
import { longestDuration, parseDuration, parseSize } from './duration.js'
import { kind, type Reading, shown, wrongKind } from './problem.js'
import { readName } from './service-name.js'
import { defaultStore, readStore } from './store-file.js'
import { renamesSchema, standInsSchema, tableSchema, tablesSchema } from './words.js'

/**
 * The shape of the options with their defaults; durations come out in milliseconds, sizes in bytes.
 * What only holds between options is in `relations.ts`.
 *
 * @param engines scheme → engine name, as {@link readDsn} takes it
 */
export function configSchema(engines: ReadonlyMap<string, string>) {
  return z.strictObject({
    services: z.array(serviceSchema(engines)).min(1),
    access: z.union([z.literal('public-read'), accessHooks]),
    store: leaf(readStore).prefault(defaultStore),
    logger: leaf((value) => withFunctions<Logger>('a logger', ['debug', 'info', 'warn', 'error'], value)).default(silentLogger),
  })
}

function serviceSchema(engines: ReadonlyMap<string, string>) {
  return z.strictObject({
    name: leaf(readName),
    dsn: leaf((value) => readDsn(value, engines)).optional(),
    kysely: leaf((value) => withFunctions<HostKysely>('a Kysely instance', kyselyFunctions, value)).optional(),
    dialect: leaf((value) => withFunctions<Dialect>('a Kysely dialect', dialectFunctions, value)).optional(),
    engine: z.enum([...new Set(engines.values())]).optional(),
    schemaLock: z.enum(['none', 'auto', 'strict']).default('auto'),
    include: patterns.min(1).default(['*']),
    exclude: patterns.default([]),
    autoExpose: z.enum(['safe', 'all']).default('safe'),
    settle: duration(0).prefault('5s'),
    probeInterval: duration(100).prefault('10s'),
    enums: z.enum(['open', 'closed']).default('open'),
    dangerousIsBreaking: z.boolean().default(false),
    bigints: z.enum(['string', 'number']).default('string'),
    readOnly: z.boolean().default(false),
    retainVersions: z.int().min(1).max(1000).default(10),
    standIns: standInsSchema.prefault({}),
    renames: renamesSchema.prefault({}),
    stampIdentities: z.boolean().default(false),
    trustLikelyRenames: z.boolean().default(false),
    tables: tablesSchema.prefault({}),
    pool: poolSchema.prefault({}),
    limits: limitsSchema.prefault({}),
  })
}

/** An option that is read by a function of ours. */
function leaf<T>(read: (value: unknown) => Reading<T>) {
  return z.unknown().transform((input, context): T => {
    const reading = read(input)
    if ('value' in reading) return reading.value
    context.issues.push({ code: 'custom', input, message: reading.message, params: { hint: reading.hint } })
    return z.NEVER
  })
}

const accessHooks = z.strictObject({
  authorize: leaf((value) => readFunction<Authorize>(value)).optional(),
  operate: leaf((value) => readFunction<Operate>(value)).optional(),
})

const patterns = z.array(z.string().min(1))

const poolSchema = z.strictObject({
  max: z.int().min(1).default(10),
  connectTimeout: duration(1).prefault('5s'),
})

/** Most rows of one page, where `limits.page` does not say. */
export const defaultMostRows = 1000

const limitsSchema = z.strictObject({
  body: leaf(readSize).prefault('1mb'),
  batch: z.int().min(1).default(1000),
  page: z.int().min(1).default(defaultMostRows),
  defaultPage: z.int().min(1).optional(),
  filterLength: z.int().min(1).default(8000),
  filterDepth: z.int().min(1).max(1000).default(100),
  statementTimeout: duration(1).prefault('30s'),
})

/** The keys each object takes, by its own last name in a path (`tables.*`: any table); `''` is the whole. For suggestions. */
export const optionNames: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(configSchema(new Map()).shape)],
  ['services', Object.keys(serviceSchema(new Map()).shape)],
  ['access', Object.keys(accessHooks.shape)],
  ['renames', Object.keys(renamesSchema.shape)],
  ['tables.*', Object.keys(tableSchema.shape)],
  ['pool', Object.keys(poolSchema.shape)],
  ['limits', Object.keys(limitsSchema.shape)],
])

function duration(least: number) {
  return leaf((value): Reading<number> => {
    const parsed = parseDuration(value)
    if (parsed === undefined)
      return notMeasured('a duration', 'milliseconds, or a text such as "500ms", "10s", "5m", "1h"', value)
    if (parsed < least) return { message: `must be at least ${least} ms` }
    return parsed > longestDuration ? { message: `must be at most ${longestDuration} ms, about 24 days` } : { value: parsed }
  })
}

function readSize(value: unknown): Reading<number> {
  const parsed = parseSize(value)
  if (parsed === undefined) return notMeasured('a size', 'bytes, or a text such as "64kb", "1mb"', value)
  return parsed < 1 ? { message: 'must be at least 1 byte' } : { value: parsed }
}

function notMeasured(what: string, forms: string, value: unknown): Reading<never> {
  const hint = `write ${forms}`
  if (typeof value === 'string') return { message: `${shown(value)} is not ${what}`, hint }
  return { message: `must be ${what}, not ${kind(value)}`, hint }
}

const kyselyFunctions = ['withoutPlugins', 'executeQuery', 'connection']
const dialectFunctions = ['createDriver', 'createQueryCompiler', 'createAdapter', 'createIntrospector']

/** Checks that an object of the host's looks like what it should be, and keeps it as it is. */
function withFunctions<T>(what: string, names: readonly string[], value: unknown): Reading<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return wrongKind(what, value)
  const missing = names.filter((name) => typeof Reflect.get(value, name) !== 'function')
  return missing.length === 0 ? { value: value as T } : { message: `must be ${what}, but has no function ${missing.join(', ')}` }
}

function readFunction<T>(value: unknown): Reading<T> {
  return typeof value === 'function' ? { value: value as T } : wrongKind('a function', value)
}
