import type { Dialect } from 'kysely'
import type { Access } from '../access/access.js'
import type { LockMode } from '../contract/types.js'
import type { HostKysely } from '../database.js'
import type { Logger } from '../logger.js'
import type { RawRequest } from '../raw-request.js'
import type { Duration, Size } from './duration.js'

/**
 * Everything that can be configured. `Name` is inferred from the services' names, `Raw` is the web host's.
 *
 * @example
 * { services: [{ name: 'shop', dsn: 'postgres://localhost/shop' }], access: 'public-read' }
 */
export interface FaucetConfig<Name extends string = string, Raw = RawRequest> {
  /** At least one. */
  readonly services: readonly ServiceConfig<Name>[]
  /** Who may do what. Required: an open API must be somebody's decision. */
  readonly access: Access<Raw>
  /**
   * The SQLite file that keeps the contracts, relative to `process.cwd()`. Made with mode 0600 when it is missing.
   * `':memory:'` forgets every contract when the process ends. No service may serve this file.
   *
   * @default '.faucet/contracts.db'
   */
  readonly store?: string
  /** Where the library reports what no caller is waiting for. @default silent */
  readonly logger?: Logger
}

/** One database, and the name it is served under. */
export type ServiceConfig<Name extends string = string> = ServiceOptions<Name> & (DsnTarget | KyselyTarget | DialectTarget)

/** The database by its URL; the pool is ours. */
export interface DsnTarget {
  /**
   * The database's URL: `postgres://user:pw@host/db?schema=s`, `mysql://…`, `mariadb://…`, `sqlite:./file.db`.
   * Special characters of user name and password are percent-encoded.
   */
  readonly dsn: string
  /** The pool of connections. */
  readonly pool?: PoolOptions
  readonly kysely?: never
  readonly dialect?: never
  readonly engine?: never
}

/** The host's own Kysely instance: used without its plugins, never closed by us. */
export interface KyselyTarget {
  readonly kysely: HostKysely
  /** Which database it talks to. */
  readonly engine: EngineName
  readonly dsn?: never
  readonly dialect?: never
  readonly pool?: never
}

/** A Kysely dialect; its driver brings its own pool. */
export interface DialectTarget {
  readonly dialect: Dialect
  /** Which database it talks to. */
  readonly engine: EngineName
  readonly dsn?: never
  readonly kysely?: never
  readonly pool?: never
}

/** `postgres`, `mariadb`, …: checked when the configuration is resolved, because the engines are the adapters' to list. */
export type EngineName = string

/** What a service can be told besides its database. */
export interface ServiceOptions<Name extends string = string> {
  /**
   * First part of the paths: `/{name}/_table`. `[a-z][a-z0-9_-]*`, at most 64 characters, unique.
   * `system`, `explorer`, `docs`, `healthz` and `readyz` are taken.
   */
  readonly name: Name
  /**
   * `none`: the API is whatever the database is. `auto`: the shape is locked; what only adds to it is merged.
   * `strict`: the shape is locked and nothing changes before a promotion.
   *
   * @default 'auto'
   */
  readonly schemaLock?: LockMode
  /** Tables and views to serve; `*` stands for any characters. @default all of them */
  readonly include?: readonly string[]
  /** Tables and views to keep out, on top of the work tables of known migration tools; `*` stands for any characters. @default none */
  readonly exclude?: readonly string[]
  /** `safe`: additions whose names look secret (`password`, `token`, …) wait until promoted by name. `all`: they do not. @default 'safe' */
  readonly autoExpose?: 'safe' | 'all'
  /** How long the schema must have been still before `auto` merges. @default '5s' */
  readonly settle?: Duration
  /** Time between two looks at the schema; at least 100 ms. @default '10s' */
  readonly probeInterval?: Duration
  /** `closed`: responses promise that an enum gets no new values, so a new one is a breaking change. @default 'open' */
  readonly enums?: 'open' | 'closed'
  /** Treat additive changes that are flagged as dangerous (a new enum value, a changed default) as breaking. @default false */
  readonly dangerousIsBreaking?: boolean
  /** JSON type of 64-bit integers. `number` refuses values beyond 2^53. @default 'string' */
  readonly bigints?: 'string' | 'number'
  /** Refuse every write. @default false */
  readonly readOnly?: boolean
  /** How many versions consumers can pin, the served one among them; 1 to 1000. Each is kept with its revisions. @default 10 */
  readonly retainVersions?: number
  /**
   * table → column → the JSON value that is answered where the database has lost the column's value, and written where it asks for
   * one that the contract does not have. Names are the contract's (of a column that inserts must supply by now: the database's).
   *
   * @default none
   */
  readonly standIns?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Renames that are true where the database cannot prove them. @default none */
  readonly renames?: RenameOptions
  /**
   * Write a key into the comment of every promised column when the service is locked, promoted or rolled back, by which the column is
   * known under another name and in a restored database. People's comments are kept. Only for databases that have comments.
   *
   * @default false
   */
  readonly stampIdentities?: boolean
  /** Serve renames that are only likely as if they were proven. @default false */
  readonly trustLikelyRenames?: boolean
  /** What single tables are told apart from their service, by the contract's names. @default nothing */
  readonly tables?: Readonly<Record<string, TableOptions>>
  /** What one request may cost. */
  readonly limits?: LimitOptions
}

export interface RenameOptions {
  /** The contract's name → the name now. */
  readonly tables?: Readonly<Record<string, string>>
  /** The contract's table → the contract's name of the column → the name now. */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface TableOptions {
  /** The table's own mode. @default the service's */
  readonly schemaLock?: LockMode
}

export interface PoolOptions {
  /** Most connections. @default 10 */
  readonly max?: number
  /** How long to wait for a connection. @default '5s' */
  readonly connectTimeout?: Duration
}

export interface LimitOptions {
  /** Largest request body. @default '1mb' (1 MiB) */
  readonly body?: Size
  /** Most rows in one request that writes. @default 1000 */
  readonly batch?: number
  /** Most rows of one page; a larger `limit` is lowered to it. @default 1000 */
  readonly page?: number
  /** Rows of a page when the request has no `limit`; at most `page`. @default 25, or `page` where that is less */
  readonly defaultPage?: number
  /** Longest filter, in characters. @default 8000 */
  readonly filterLength?: number
  /** Deepest nesting of a filter; at most 1000. @default 100 */
  readonly filterDepth?: number
  /** How long a statement may take. @default '30s' */
  readonly statementTimeout?: Duration
}
