import type { PoolOptions } from 'mysql2'
import type { DatabaseSettings } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'

/** `mariadb://user:password@host:3306/database?ssl=true` as mysql2's options. Fails with `invalid-config`. */
export function poolOptions(dsn: URL, settings: DatabaseSettings): PoolOptions & { database: string } {
  const { socket, ssl } = parameters(dsn)
  return {
    // The URL parser leaves the host of an unknown scheme as it is written.
    ...(socket === null ? { host: decoded(dsn.hostname).replace(/^\[|\]$/g, '') || 'localhost' } : { socketPath: socket }),
    ...(dsn.port === '' ? {} : { port: Number(dsn.port) }),
    user: decoded(dsn.username),
    password: decoded(dsn.password),
    database: databaseName(dsn),
    ...tls(ssl),
    connectionLimit: settings.poolMax,
    connectTimeout: settings.connectTimeout,
    // Utf8mb4 also for identifiers and literals on the way in.
    charset: 'utf8mb4',
    rowsAsArray: true,
    multipleStatements: false,
    // Nothing is made a JavaScript number, Date or object that could lose digits.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    timezone: 'Z',
  }
}

function databaseName(dsn: URL): string {
  const path = dsn.pathname.replace(/^\//, '')
  if (path === '' || path.includes('/')) {
    fail('invalid-config', {
      detail: 'the DSN names no database',
      hint: `write it as the path: ${dsn.protocol}//user@host:3306/database`,
    })
  }
  return decoded(path)
}

const known = ['ssl', 'socket']

function parameters(dsn: URL): { socket: string | null; ssl: string | null } {
  for (const name of dsn.searchParams.keys()) {
    if (known.includes(name)) continue
    fail('invalid-config', { detail: `the DSN has an unknown parameter "${name}"`, hint: `parameters are: ${known.join(', ')}` })
  }
  return { socket: dsn.searchParams.get('socket'), ssl: dsn.searchParams.get('ssl') }
}

function tls(ssl: string | null): Pick<PoolOptions, 'ssl'> {
  if (ssl === null || ssl === 'false') return {}
  if (ssl === 'true') return { ssl: {} }
  if (ssl === 'no-verify') return { ssl: { rejectUnauthorized: false } }
  return fail('invalid-config', {
    detail: `the DSN's parameter "ssl" cannot be "${ssl}"`,
    hint: 'true, false, or no-verify to take any certificate',
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return fail('invalid-config', {
      detail: 'the DSN is not percent-encoded correctly',
      hint: 'write % as %25, @ as %40, / as %2F and : as %3A in user name, password and database',
    })
  }
}
