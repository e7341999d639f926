import { filePath, readDsn } from './dsn.js'
import { type ConfigProblem, problem, type Refusal, shown } from './problem.js'
import { defaultMostRows } from './schema.js'
import { defaultStore, isSameFile, readStore } from './store-file.js'

type Options = Readonly<Record<string, unknown>>
type Find = (key: string, refusal: Refusal) => void

/**
 * What does not hold between options that may each be right. Reads the configuration as it was given,
 * so that these problems are found together with those of its shape.
 */
export function relationProblems(
  config: unknown,
  engines: ReadonlyMap<string, string>,
  withoutComments: ReadonlySet<string>,
): ConfigProblem[] {
  if (!isOptions(config) || !Array.isArray(config.services)) return []
  const problems: ConfigProblem[] = []
  const owners = new Map<unknown, number>()
  for (const [at, service] of config.services.entries()) {
    if (!isOptions(service)) continue
    const find: Find = (key, refusal) => problems.push(problem(['services', at, ...key.split('.')], refusal))
    checkName(service.name, owners, at, find)
    checkTarget(service, engines, find)
    checkStore(service.dsn, config.store, engines, find)
    checkStamps(service, engines, withoutComments, find)
    checkPages(service.limits, find)
    checkRenames(service.renames, (path, refusal) => problems.push(problem(['services', at, 'renames', ...path], refusal)))
  }
  return problems
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkName(name: unknown, owners: Map<unknown, number>, at: number, find: Find): void {
  if (typeof name !== 'string' || name === '') return
  const owner = owners.get(name)
  if (owner === undefined) owners.set(name, at)
  else find('name', { message: `services[${owner}] has the same name`, hint: 'names are unique' })
}

/** A service has a `dsn`, or the host's `kysely` or `dialect` with its `engine`. */
function checkTarget(service: Options, engines: ReadonlyMap<string, string>, find: Find): void {
  const [target, ...others] = ['dsn', 'kysely', 'dialect'].filter((key) => service[key] !== undefined)
  for (const other of others) find(other, { message: `cannot stand beside ${target}`, hint: 'a service has one database' })
  if (target === undefined) find('dsn', { message: 'required', hint: 'or give kysely or dialect, with engine' })
  else if (target === 'dsn') {
    if (service.engine !== undefined) find('engine', { message: 'cannot stand beside dsn, which names its database itself' })
  } else {
    const names = [...new Set(engines.values())].join(', ')
    if (service.engine === undefined) find('engine', { message: `required beside ${target}`, hint: `one of ${names}` })
    if (service.pool !== undefined) find('pool', { message: `cannot stand beside ${target}, which has its own pool` })
  }
}

/** The store holds every version of every contract: serving it would let consumers edit them. */
function checkStore(dsn: unknown, store: unknown, engines: ReadonlyMap<string, string>, find: Find): void {
  const target = readDsn(dsn, engines)
  const file = readStore(store ?? defaultStore)
  if (!('value' in target) || !('value' in file) || file.value === ':memory:') return
  const path = filePath(target.value.url)
  if (path !== undefined && isSameFile(path, file.value)) {
    find('dsn', { message: 'is the file of the contract store', hint: 'set store to another file' })
  }
}

function checkStamps(
  { stampIdentities, dsn, engine }: Options,
  engines: ReadonlyMap<string, string>,
  withoutComments: ReadonlySet<string>,
  find: Find,
): void {
  const target = readDsn(dsn, engines)
  const name = 'value' in target ? target.value.engine : engine
  if (stampIdentities !== true || typeof name !== 'string' || !withoutComments.has(name)) return
  find('stampIdentities', { message: `${name} has no comments to keep stamps in`, hint: 'leave it out for this service' })
}

function checkPages(limits: unknown, find: Find): void {
  if (!isOptions(limits)) return
  const { page = defaultMostRows, defaultPage } = limits
  if (typeof page === 'number' && typeof defaultPage === 'number' && defaultPage > page) {
    find('limits.defaultPage', { message: `must be at most limits.page, which is ${page}` })
  }
}

type FindIn = (path: readonly string[], refusal: Refusal) => void

/** Every rename leads to a name of its own. */
function checkRenames(renames: unknown, find: FindIn): void {
  if (!isOptions(renames)) return
  checkTargets(renames.tables, (name, refusal) => find(['tables', name], refusal))
  if (!isOptions(renames.columns)) return
  for (const [table, columns] of Object.entries(renames.columns)) {
    checkTargets(columns, (name, refusal) => find(['columns', table, name], refusal))
  }
}

function checkTargets(renames: unknown, find: (name: string, refusal: Refusal) => void): void {
  if (!isOptions(renames)) return
  const owners = new Map<unknown, string>()
  for (const [name, target] of Object.entries(renames)) {
    const owner = owners.get(target)
    if (target === name) find(name, { message: 'is the same name', hint: 'write the old name, then the new one' })
    else if (owner !== undefined) find(name, { message: `leads to the same name as ${shown(owner)}` })
    else owners.set(target, name)
  }
}
