import type { EngineName } from './databases.js'

/** How a session keeps others from a table, as a migration does, and lets go of it. In SQLite it is always the whole file. */
export const tableLocks: Record<EngineName, { readonly hold: (table: string) => string[]; readonly release: string }> = {
  sqlite: { hold: () => ['begin exclusive'], release: 'rollback' },
  postgres: { hold: (table) => ['begin', `lock table ${table} in access exclusive mode`], release: 'rollback' },
  mariadb: { hold: (table) => [`lock tables ${table} write`], release: 'unlock tables' },
  mysql: { hold: (table) => [`lock tables ${table} write`], release: 'unlock tables' },
}
