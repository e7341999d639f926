import type { Dialect } from 'kysely'
import type { z } from 'zod'
import type { Access } from '../access/access.js'
import { defaultExcludes } from '../contract/exposure.js'
import type { LockMode } from '../contract/types.js'
import type { OperatorWords } from '../contract/words.js'
import type { Target } from '../database.js'
import { fail } from '../errors.js'
import type { Logger } from '../logger.js'
import type { ConfigProblem } from './problem.js'
import { relationProblems } from './relations.js'
import { configSchema } from './schema.js'
import { shapeProblems } from './shape.js'
import { tableModes, wordsOf } from './words.js'

/** A configuration that was checked: every default filled in, frozen. */
export interface ResolvedConfig {
  /** At least one, in the order given, with unique names. */
  readonly services: readonly ResolvedService[]
  readonly access: Access
  /** Absolute path of the store's file, or `:memory:`. */
  readonly store: string
  readonly logger: Logger
}

/** One service with every default filled in. See `ServiceOptions` for what the options mean. */
export interface ResolvedService {
  readonly name: string
  /** A value of the `engines` given to {@link resolveConfig}. */
  readonly engine: string
  readonly target: ResolvedTarget
  readonly mode: LockMode
  /** Patterns; `['*']` for everything. */
  readonly include: readonly string[]
  /** Patterns: {@link defaultExcludes} and the service's own. */
  readonly exclude: readonly string[]
  readonly autoExpose: 'safe' | 'all'
  /** Milliseconds. */
  readonly settle: number
  /** Milliseconds. */
  readonly probeInterval: number
  readonly enums: 'open' | 'closed'
  readonly dangerousIsBreaking: boolean
  readonly bigints: 'string' | 'number'
  readonly readOnly: boolean
  /** Versions. */
  readonly retainVersions: number
  /** Whether promised columns get keys in their comments. */
  readonly stampIdentities: boolean
  /** What the config says of renames and stand-ins. */
  readonly words: OperatorWords
  /** Modes of single tables, by contract name. */
  readonly tableModes: ReadonlyMap<string, LockMode>
  readonly pool: ResolvedPool
  readonly limits: ResolvedLimits
}

/** Exactly one of the three is set; a `dialect` still has to become a Kysely instance. */
export interface ResolvedTarget extends Target {
  readonly dialect?: Dialect | undefined
}

export interface ResolvedPool {
  readonly max: number
  /** Milliseconds. */
  readonly connectTimeout: number
}

export interface ResolvedLimits {
  /** Bytes. */
  readonly body: number
  /** Rows of one request that writes. */
  readonly batch: number
  /** Rows of one page. */
  readonly page: number
  /** Rows of a page without `limit`; at most `page`. */
  readonly defaultPage: number
  /** Characters. */
  readonly filterLength: number
  readonly filterDepth: number
  /** Milliseconds. */
  readonly statementTimeout: number
}

type Service = z.output<ReturnType<typeof configSchema>>['services'][number]

/**
 * Checks a configuration as a whole and fills in its defaults. The given object is not changed.
 *
 * @param config a `FaucetConfig`, but nothing is taken for granted
 * @param engines what this build can speak: the scheme of a DSN → the name of its engine
 * @param withoutComments the names of those whose columns have no comments
 * @throws FaucetError `invalid-config` with every problem: a line each in the message, and as
 * {@link ConfigProblem}s in `context.problems`. Neither repeats a DSN.
 */
export function resolveConfig(
  config: unknown,
  engines: ReadonlyMap<string, string>,
  withoutComments: ReadonlySet<string> = new Set(),
): ResolvedConfig {
  const parsed = configSchema(engines).safeParse(config, { reportInput: true })
  const problems = [...shapeProblems(parsed.error?.issues ?? []), ...relationProblems(config, engines, withoutComments)]
  if (!parsed.success || problems.length > 0) return refuse(problems)
  const { access, store, logger, services } = parsed.data
  return Object.freeze({
    services: Object.freeze(services.map(resolveService)),
    access: Object.freeze(access),
    store,
    logger,
  })
}

function resolveService({ dsn, kysely, dialect, schemaLock, ...options }: Service): ResolvedService {
  const { standIns, renames, trustLikelyRenames, tables, ...service } = options
  const { limits, pool } = service
  const target = dsn ? { dsn: dsn.url } : kysely ? { kysely } : { dialect }
  return Object.freeze({
    ...service,
    engine: dsn?.engine ?? service.engine ?? '',
    target: Object.freeze(target),
    mode: schemaLock,
    include: Object.freeze(service.include),
    exclude: Object.freeze([...defaultExcludes, ...service.exclude]),
    words: wordsOf({ standIns, renames, trustLikelyRenames }),
    tableModes: tableModes(tables),
    pool: Object.freeze(pool),
    limits: Object.freeze({ ...limits, defaultPage: limits.defaultPage ?? Math.min(25, limits.page) }),
  })
}

function refuse(found: readonly ConfigProblem[]): never {
  const problems = found.toSorted((a, b) => serviceOf(a) - serviceOf(b))
  const lines = problems.map(({ path, message, hint }) => `${path}: ${message}${hint === undefined ? '' : `; ${hint}`}`)
  fail('invalid-config', { detail: lines.join('\n'), context: { problems } })
}

/** What is wrong with one service is listed together, after what is wrong with the whole. */
function serviceOf({ path }: ConfigProblem): number {
  return Number(/^services\[(\d+)\]/.exec(path)?.[1] ?? -1)
}
