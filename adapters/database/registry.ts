import type { Engine } from '../../lib/database.js'
import { mariadb } from './mariadb/index.js'
import { mysql } from './mysql/index.js'
import { postgres } from './postgres/index.js'
import { sqlite } from './sqlite/index.js'

/** Every engine by its name. None loads its driver before a service uses it. */
export const engines: ReadonlyMap<string, Engine> = new Map(
  [sqlite, postgres, mariadb, mysql].map((engine) => [engine.name, engine]),
)

/** The schemes a DSN may start with → engine name. */
export const schemes: ReadonlyMap<string, string> = new Map([
  ['sqlite', 'sqlite'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mariadb', 'mariadb'],
  ['mysql', 'mysql'],
])

/** The names of the engines whose columns have no comments. */
export const withoutComments: ReadonlySet<string> = new Set(
  [...engines.values()].flatMap(({ name, can }) => (can.comments ? [] : [name])),
)
