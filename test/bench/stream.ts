/**
 * A million rows as NDJSON: rows per second, and the most memory that the server takes above what it takes at rest; read as fast as it
 * goes, and by a reader that takes 640 KiB a second, with other requests meanwhile. `npx tsx test/bench/stream.ts [engine…] [--rows=N]`.
 * Reads /proc, so on Linux only.
 */
import { readFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, type EngineName, engineNames, type TestDatabase } from '../support/databases.js'
import { fill } from './speed/data.js'
import { startSubject } from './speed/subjects.js'

const rows = Number(process.argv.find((one) => one.startsWith('--rows='))?.slice('--rows='.length) ?? 1_000_000)
const named = process.argv.slice(2).filter((one) => !one.startsWith('--')) as EngineName[]
const slowFor = 10_000
const agent = new Agent({ keepAlive: true })

for (const engine of named.length > 0 ? named : engineNames) await measure(engine)
process.exit()

async function measure(engine: EngineName): Promise<void> {
  const database = await createDatabase(engine)
  await fillLarge(database)
  const server = await startSubject('faucet', database.dsn)
  const url = (path: string) => server.requestFor({ name: '', method: 'GET', faucet: path, byHand: path })?.path ?? ''
  try {
    await drain(await open(url('/item'), 0))
    await latencies(url('/item/4711'), 2_000)
    const rest = memoryOf(server.pid)
    const usual = percentile(await latencies(url('/item/4711'), 3_000), 0.99)
    const started = performance.now()
    const fast = await peakDuring(server.pid, async () => drain(await open(url('/large'), 0)))
    const seconds = (performance.now() - started) / 1_000
    const others: number[] = []
    const slow = await peakDuring(server.pid, async () => {
      const response = await open(url('/large'), 64 * 1_024)
      const reading = readSlowly(response)
      others.push(...(await latencies(url('/item/4711'), slowFor)))
      await reading
      response.destroy()
    })
    const mib = (peak: number) => `${((peak - rest) / 1_024).toFixed(0)} MiB above ${(rest / 1_024).toFixed(0)}`
    console.log(
      `${engine.padEnd(9)} ${fast.result.lines} rows, ${Math.round(fast.result.lines / seconds)} rows/s, ${(fast.result.bytes / seconds / 2 ** 20).toFixed(0)} MiB/s, peak ${mib(fast.peak)}; slow reader: peak ${mib(slow.peak)}, one row p99 ${percentile(others, 0.99).toFixed(1)} ms (${usual.toFixed(1)} ms at rest)`,
    )
  } finally {
    server.stop()
    await database.drop()
  }
}

/** `large`: rows of `item`, over and over. */
async function fillLarge(database: TestDatabase): Promise<void> {
  await fill(database)
  const columns = 'name, qty, price, active, created, note, owner_id'
  await database.exec(
    'alter table fresh rename to large',
    `insert into large (${columns}) select ${columns} from (select * from item where id <= 1000) a
      cross join (select id as other from item where id <= ${Math.ceil(rows / 1_000)}) b`,
  )
}

function open(url: string, highWaterMark: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers: { accept: 'application/x-ndjson' }, ...(highWaterMark > 0 ? { highWaterMark } : {}) }
    get(url, options, resolve).on('error', reject)
  })
}

async function drain(response: IncomingMessage): Promise<{ lines: number; bytes: number }> {
  let [lines, bytes] = [0, 0]
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  }
  return { lines, bytes }
}

async function readSlowly(response: IncomingMessage): Promise<void> {
  const end = performance.now() + slowFor
  while (performance.now() < end) {
    response.read(64 * 1_024)
    await delay(100)
  }
}

/** Milliseconds of each request, one after the other. */
async function latencies(url: string, time: number): Promise<number[]> {
  const found: number[] = []
  const end = performance.now() + time
  while (performance.now() < end) {
    const start = performance.now()
    await new Promise((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
    found.push(performance.now() - start)
  }
  return found
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN
}

/** KiB. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

async function peakDuring<T>(pid: number, work: () => Promise<T>): Promise<{ peak: number; result: T }> {
  let peak = memoryOf(pid)
  const sampling = setInterval(() => {
    peak = Math.max(peak, memoryOf(pid))
  }, 20)
  try {
    const result = await work()
    return { result, peak }
  } finally {
    clearInterval(sampling)
  }
}
