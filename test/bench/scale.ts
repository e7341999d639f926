/**
 * Schemas of 1,000 and 10,000 tables of 20 columns: what introspection, probe, first lock and a look after one change cost, and what
 * requests notice of it. `npx tsx test/bench/scale.ts [engine…] [--tables=1000,10000]`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { createInterface } from 'node:readline'
import { engines } from '../../adapters/database/registry.js'
import { createDatabase, type EngineName, engineNames, type TestDatabase } from '../support/databases.js'

const sizes = (process.argv.find((one) => one.startsWith('--tables='))?.slice('--tables='.length) ?? '1000,10000')
  .split(',')
  .map(Number)
const named = process.argv.slice(2).filter((one) => !one.startsWith('--')) as EngineName[]
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

for (const engine of named.length > 0 ? named : engineNames) for (const tables of sizes) await measure(engine, tables)
process.exit()

async function measure(engine: EngineName, tables: number): Promise<void> {
  const database = await createDatabase(engine)
  try {
    await fill(database, tables)
    const print = (what: string) => console.log(`${engine.padEnd(9)} ${String(tables).padStart(6)} tables  ${what}`)
    print(await catalogCosts(database))
    for (const line of await serviceCosts(database)) print(line)
  } finally {
    await empty(database, tables)
    await database.drop()
  }
}

/** PostgreSQL has no room for the locks of them all in one transaction. */
async function empty({ engine, exec }: TestDatabase, tables: number): Promise<void> {
  if (engine !== 'postgres') return
  for (let last = tables; last > 0; last -= 100) {
    const names = Array.from({ length: Math.min(100, last) }, (_, n) => `t${last - 1 - n}`)
    await exec(`drop table if exists ${names.join(', ')} cascade`)
  }
}

/** Every tenth table refers to the one before; each has an index of its own. */
async function fill({ exec, engine }: TestDatabase, tables: number): Promise<void> {
  const types = ['varchar(40)', 'integer', 'decimal(10,2)', 'date', engine === 'sqlite' ? 'text' : 'varchar(200)']
  const columns = Array.from({ length: 19 }, (_, at) => `c${at} ${types[at % types.length]}${at % 3 === 0 ? ' not null' : ''}`)
  const statements = Array.from({ length: tables }, (_, n) => [
    `create table t${n} (id integer not null primary key, ${columns.join(', ')}${
      n % 10 === 9 ? `, foreign key (c1) references t${n - 1} (id)` : ''
    })`,
    `create index t${n}_c0 on t${n} (c0)`,
  ]).flat()
  for (let from = 0; from < statements.length; from += 200) await exec(...statements.slice(from, from + 200))
  await exec(`insert into t0 (id, c0, c3, c6, c9, c12, c15, c18) values (1, 'a', '2024-05-01', 7, 1, 2.5, 'b', '2024-05-02')`)
  if (engine === 'postgres') await exec('analyze')
}

async function catalogCosts({ engine, dsn }: TestDatabase): Promise<string> {
  const found = engines.get(engine)
  if (found === undefined) throw new Error(engine)
  const settings = { poolMax: 2, connectTimeout: 10_000, statementTimeout: 60_000, onConnectionError: () => {} }
  const database = await found.open({ dsn: new URL(dsn) }, settings)
  try {
    const introspect = await median(3, () => database.introspect(null))
    const probe = await median(15, () => database.probe())
    return `introspection ${introspect.toFixed(0)} ms, probe ${probe.toFixed(1)} ms`
  } finally {
    await database.close()
  }
}

/** Milliseconds; one run before warms up. */
async function median(runs: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run <= runs; run++) {
    const start = performance.now()
    await work()
    if (run > 0) times.push(performance.now() - start)
  }
  return times.toSorted((one, other) => one - other)[Math.floor(runs / 2)] ?? Number.NaN
}

async function serviceCosts({ dsn, exec }: TestDatabase): Promise<string[]> {
  const service = await startService(dsn)
  try {
    const usual = percentile99(await latencies(service.port, 3_000))
    const document = await documentCosts(service)
    const looks: { took: number; blocked: number }[] = []
    const others: number[] = []
    for (let round = 0; round < 5; round++) {
      await exec(`alter table t1 add column added${round} integer`)
      const isOver = new AbortController()
      const requests = latencies(service.port, 60_000, isOver.signal)
      looks.push(await service.tell('look'))
      isOver.abort()
      others.push(...(await requests))
    }
    const of = (what: 'took' | 'blocked') =>
      looks
        .map((one) => one[what])
        .toSorted((one, other) => one - other)[2]
        ?.toFixed(0)
    return [
      document,
      `first lock ${service.ready.toFixed(0)} ms, ${service.memory.toFixed(1)} MiB of memory`,
      `a look after a change ${of('took')} ms, event loop blocked for ${of('blocked')} ms; p99 of one row ${percentile99(others).toFixed(1)} ms (${usual.toFixed(1)} ms at rest)`,
    ]
  } finally {
    service.stop()
  }
}

async function startService(dsn: string) {
  const file = new URL('scale-server.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', file, dsn], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const next = async () => JSON.parse(String((await once(lines, 'line'))[0]))
  const { port, ready, memory }: { port: number; ready: number; memory: number } = await next()
  const tell = async (what: 'look' | 'rest'): Promise<{ took: number; blocked: number }> => {
    child.stdin.write(`${what}\n`)
    return next()
  }
  return { port, ready, memory, tell, stop: () => child.kill() }
}

/** The OpenAPI document, made and sent once. */
async function documentCosts({ port, tell }: Awaited<ReturnType<typeof startService>>): Promise<string> {
  await tell('rest')
  const start = performance.now()
  const bytes = (await (await fetch(`http://127.0.0.1:${port}/db/_doc`)).arrayBuffer()).byteLength
  const took = performance.now() - start
  const { blocked } = await tell('rest')
  return `OpenAPI document ${took.toFixed(0)} ms, event loop blocked for ${blocked.toFixed(0)} ms; ${(bytes / 2 ** 20).toFixed(1)} MiB`
}

/** Milliseconds of each request for one row, four at a time. */
async function latencies(port: number, time: number, signal?: AbortSignal): Promise<number[]> {
  const found: number[] = []
  const end = performance.now() + time
  const one = async () => {
    while (performance.now() < end && signal?.aborted !== true) {
      const start = performance.now()
      await new Promise((resolve, reject) => {
        get({ port, agent, path: '/db/_table/t0/1' }, (response) => response.resume().on('end', resolve)).on('error', reject)
      })
      found.push(performance.now() - start)
    }
  }
  await Promise.all([one(), one(), one(), one()])
  return found
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * 0.99)] ?? Number.NaN
}
