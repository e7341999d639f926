import type { EngineName, TestDatabase } from './databases.js'
import { until } from './until.js'

/** Engines with a server, whose connections can break one by one. */
export const servers = ['postgres', 'mariadb', 'mysql'] as const satisfies readonly EngineName[]
export type ServerName = (typeof servers)[number]

/** The schema or database that a test database is. */
function nameOf({ dsn }: TestDatabase): string {
  const url = new URL(dsn)
  return url.searchParams.get('schema') ?? url.pathname.slice(1)
}

const mysqlSessions = (name: string, where: string) =>
  `select group_concat(id) from information_schema.processlist where db = '${name}' ${where}`

/** The sessions whose statements wait for a lock, as ids with commas; null when there are none. */
const waiting: Record<ServerName, (name: string) => string> = {
  postgres: (name) =>
    `select string_agg(pid::text, ',') from pg_stat_activity where wait_event_type = 'Lock' and query like '%${name}%'`,
  mariadb: (name) => mysqlSessions(name, "and command = 'Query'"),
  mysql: (name) => mysqlSessions(name, "and command in ('Query', 'Execute')"),
}

/** Connections that do nothing. */
const idle: Record<ServerName, (name: string) => string> = {
  postgres: (name) =>
    `select string_agg(pid::text, ',') from pg_stat_activity where state = 'idle' and application_name = 'faucet-db' and query like '%${name}%'`,
  mariadb: (name) => mysqlSessions(name, "and command = 'Sleep'"),
  mysql: (name) => mysqlSessions(name, "and command = 'Sleep'"),
}

const kill: Record<ServerName, (id: string) => string> = {
  postgres: (id) => `select pg_terminate_backend(${id})`,
  mariadb: (id) => `kill connection ${id}`,
  mysql: (id) => `kill connection ${id}`,
}

/** The session of the test itself, which also has the database open. */
const ownId: Record<ServerName, string> = {
  postgres: 'select pg_backend_pid()',
  mariadb: 'select connection_id()',
  mysql: 'select connection_id()',
}

/** Looks at the sessions in `database` from `watcher`, another database of the same server, and ends them. */
export function sessionsOf(engine: ServerName, database: TestDatabase, watcher: TestDatabase) {
  const ids = async (statement: string) => (await watcher.value(statement))?.split(',') ?? []
  const end = async (statement: string) => {
    const own = await database.value(ownId[engine])
    const found = (await ids(statement)).filter((id) => id !== own)
    for (const id of found) await watcher.value(kill[engine](id)).catch(() => null)
    return found.length
  }
  return {
    /** Resolves when a statement on `database` waits. */
    waiting: () => until(async () => (await ids(waiting[engine](nameOf(database)))).length > 0),
    /** Ends what {@link waiting} sees; answers how many they were. */
    endWaiting: () => end(waiting[engine](nameOf(database))),
    /** Ends the connections that a statement left behind; answers how many they were. */
    endIdle: () => end(idle[engine](nameOf(database))),
  }
}
