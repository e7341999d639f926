import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

/** A PostgreSQL server of its own, on a port of its own. */
export interface Cluster {
  readonly dsn: string
  /** Each statement alone, on a connection of its own. */
  exec(...statements: string[]): Promise<void>
  /** A copy of this server as it is now, started as a standby and promoted: the same identities, on another timeline. */
  promotedCopy(): Promise<Cluster>
  /** Ends it as a crash would: whoever is connected is cut off. */
  stop(): Promise<void>
  /** After {@link Cluster.stop}: on the same port with the same data. */
  start(): Promise<void>
  drop(): Promise<void>
}

const only = process.env.FAUCET_TEST_ONLY

/** Tests that start servers. Where that is not possible they are skipped loudly, and fail in CI. */
export function describeClusters(title: string, body: () => void): void {
  const reason = only !== undefined && only !== 'postgres' ? `FAUCET_TEST_ONLY=${only}` : missing()
  if (reason === null) describe(title, body)
  else if (process.env.CI === undefined || only !== undefined) describe.skip(`${title} SKIPPED: ${reason}`, body)
  else it(title, () => Promise.reject(new Error(`CI requires PostgreSQL's server programs: ${reason}`)))
}

export async function createCluster(): Promise<Cluster> {
  const folder = newFolder()
  await run(folder, 'initdb', '-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N')
  return start(folder)
}

/** Where the server programs are: the newest that is installed. */
const programs = readdirOr('/usr/lib/postgresql')
  .sort((one, other) => Number(other) - Number(one))
  .map((version) => join('/usr/lib/postgresql', version, 'bin'))
  .find((folder) => existsSync(join(folder, 'initdb')))

function missing(): string | null {
  if (programs === undefined) return 'no initdb below /usr/lib/postgresql'
  return account === null ? 'servers do not run as root, and there is no account "postgres"' : null
}

/** Who runs the servers; they refuse to run as root. null: nobody can. */
const account = accountOf()

function accountOf(): { readonly uid?: number; readonly gid?: number } | null {
  if (process.getuid?.() !== 0) return {}
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' })))
    return { uid: uid ?? 0, gid: gid ?? 0 }
  } catch {
    return null
  }
}

function readdirOr(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faucet_cluster_'))
  if (account?.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid)
  return folder
}

async function run(folder: string, program: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(program.includes('/') ? program : join(programs ?? '', program), args, { cwd: folder, ...account })
}

async function start(folder: string): Promise<Cluster> {
  const port = await freePort()
  const data = join(folder, 'data')
  // A checkpoint takes an hour, so that nothing can rely on the one after a promotion having ended.
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c checkpoint_timeout=1h`
  const control = (...args: string[]) => run(folder, 'pg_ctl', '-D', data, '-w', ...args)
  const up = () => control('-l', join(folder, 'log'), '-o', options, 'start')
  const down = () => control('-m', 'immediate', 'stop')
  await up()
  const dsn = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    dsn,
    async exec(...statements) {
      const client = new pg.Client({ connectionString: dsn })
      await client.connect()
      try {
        for (const statement of statements) await client.query(statement)
      } finally {
        await client.end()
      }
    },
    async promotedCopy() {
      const copy = newFolder()
      await down()
      await run(copy, '/bin/cp', '-a', data, copy)
      await up()
      writeFileSync(join(copy, 'data', 'standby.signal'), '')
      const cluster = await start(copy)
      await run(copy, 'pg_ctl', '-D', join(copy, 'data'), '-w', 'promote')
      return cluster
    },
    stop: down,
    start: up,
    async drop() {
      await down()
      rmSync(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
