/**
 * A million rows as NDJSON, beside handlers written by hand: rows per second, and the most memory that the server takes over what it
 * takes at rest; read as fast as it goes, and by a reader that takes 640 KiB a second, with other requests meanwhile.
 * `npx tsx test/bench/stream.ts [engine…] [--rows=1000000]`, after `npm run build`. On Linux only.
 */
import { createDatabase, type EngineName, engineNames, type TestDatabase } from '../support/databases.js'
import { fill, rowCount } from './speed/data.js'
import { drain, latency, type Memory, open, readSlowly, startServer } from './stream-client.js'

const rows = Number(process.argv.find((one) => one.startsWith('--rows='))?.slice('--rows='.length) ?? 1_000_000)
const named = process.argv.slice(2).filter((one) => !one.startsWith('--')) as EngineName[]

/** Faucet, and two handlers in its place: one writes a row at a time, the other a thousand. */
const subjects = ['faucet', 'by hand', 'in batches'] as const
/** Each subject's turns; medians are printed. */
const turns = 3
const warmUp = 20_000
/** The most memory over that at rest: 64 MiB. */
const target = 64 * 2 ** 20
const slow = { bytes: 64 * 1_024, time: 10_000 }
/** Milliseconds. */
const usualTime = 3_000

for (const engine of named.length > 0 ? named : engineNames) {
  const database = await createDatabase(engine)
  try {
    await fillLarge(database)
    await fast(database)
    await slowly(database)
  } finally {
    await database.drop()
  }
}
process.exit()

/** `item`: the rows of the other benchmark, over and over. */
async function fillLarge(database: TestDatabase): Promise<void> {
  await fill(database)
  const columns = 'name, qty, price, active, created, note, owner_id'
  await database.exec(
    `insert into fresh (${columns}) select ${columns} from (select * from item where id <= 1000) a
      cross join (select id as other from item where id <= ${Math.min(Math.ceil(rows / 1_000), rowCount)}) b`,
    'drop table item',
    'alter table fresh rename to item',
  )
  if (database.engine === 'postgres') await database.exec('vacuum analyze item')
}

/** In turns, so that a slow minute of the machine is everybody's. */
async function fast({ engine, dsn }: TestDatabase): Promise<void> {
  const servers = await Promise.all(subjects.map((subject) => startServer(subject, dsn, warmUp)))
  const runs = subjects.map((): Run[] => [])
  for (let turn = 0; turn < turns; turn++) {
    for (const [at, server] of servers.entries()) {
      const start = performance.now()
      const { result, over } = await server.over(async () => drain(await open(server.rows)))
      const seconds = (performance.now() - start) / 1_000
      runs[at]?.push({ rate: result.lines / seconds, bytes: result.bytes / seconds, lines: result.lines, over })
    }
  }
  for (const [at, server] of servers.entries()) {
    server.stop()
    say(
      engine,
      subjects[at] ?? '',
      speedOf(runs[at] ?? [], runs[0] ?? []),
      overOf(
        (runs[at] ?? []).map(({ over }) => over),
        server.rest,
      ),
    )
  }
}

interface Run {
  /** Rows per second. */
  readonly rate: number
  /** Bytes per second. */
  readonly bytes: number
  readonly lines: number
  readonly over: Memory
}

function speedOf(runs: readonly Run[], faucet: readonly Run[]): string {
  const rate = median(runs.map((run) => run.rate))
  const ratio = median(faucet.map((run) => run.rate)) / rate
  const beside = runs === faucet ? '' : `, faucet is ${ratio.toFixed(2)} of it`
  return `${runs[0]?.lines} rows, ${Math.round(rate)} rows/s, ${mib(median(runs.map((run) => run.bytes)))} MiB/s${beside}`
}

/** On a server of its own: what the fast runs took, the process would keep. */
async function slowly({ engine, dsn }: TestDatabase): Promise<void> {
  const server = await startServer('faucet', dsn, warmUp)
  const one = `${server.rows}/4711`
  const read = () => readSlowly(server.rows, slow.bytes, slow.time)
  const alone = await server.over(read)
  // Warm first, then to measure.
  await latency(one, usualTime)
  const usual = await server.over(() => latency(one, usualTime))
  const both = await server.over(() => Promise.all([read(), latency(one, slow.time)]))
  server.stop()
  const rate = (bytes: number) => `${Math.round(bytes / 1_024 / (slow.time / 1_000))} KiB/s`
  say(engine, 'slow reader', rate(alone.result), overOf([alone.over], server.rest))
  const [bytes, meanwhile] = both.result
  const requests = `${rate(bytes)}; one row p99 ${meanwhile.toFixed(1)} ms, usually ${usual.result.toFixed(1)} ms`
  say(engine, '  and others', requests, `peak +${mib(both.over.resident)} MiB, of others alone +${mib(usual.over.resident)}`)
}

function say(engine: string, subject: string, ...what: readonly string[]): void {
  console.log(`${engine.padEnd(9)} ${subject.padEnd(12)} ${what.join('; ')}`)
}

function overOf(peaks: readonly Memory[], rest: Memory): string {
  const resident = Math.max(...peaks.map((peak) => peak.resident))
  const used = Math.max(...peaks.map((peak) => peak.used))
  const verdict = resident <= target ? '' : ' (MORE THAN 64)'
  return `peak +${mib(resident)} MiB over ${mib(rest.resident)}${verdict}, heap and external +${mib(used)} over ${mib(rest.used)}`
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}
