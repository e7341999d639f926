/**
 * The promise under full load: 16 keep-alive clients read and write for about 20 s while a DBA changes the schema eight times
 * underneath. Every answer is checked: no request may fail, and no row be off the contract that answered it. Needs `npm run build`.
 *
 * `npx tsx test/bench/rename-under-load.ts [engine…] [--without-bigint] [--probe=MS]`; exits 1 where the promise was broken.
 * `--without-bigint` leaves the integer its type; `--probe` is the service's `probeInterval` (10 s).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, type EngineName, engineNames, type TestDatabase } from '../support/databases.js'
import { createClient, type Outcome } from './load-client.js'
import { fixedRows, itemOf, oneClient } from './load-traffic.js'

const connections = 16
const warmUp = 1_500
const quiet = 3_000
/** ms after a change before the next one. */
const pause = 1_200
/** ms after a column was added, so that `auto` merges it (`settle` is 5 s) and it goes from a revision that has it. */
const untilMerged = 6_500

const settings: Record<EngineName, object> = {
  sqlite: {},
  postgres: {},
  mysql: {},
  // Its catalog cannot prove the rename of a column.
  mariadb: { trustLikelyRenames: true },
}

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--')) as EngineName[]
const probe = options.find((option) => option.startsWith('--probe='))?.slice('--probe='.length)

for (const engine of named.length > 0 ? named : engineNames) {
  const database = await createDatabase(engine).catch((error: unknown) => console.log(`${engine} SKIPPED: ${error}`))
  if (database === undefined) continue
  try {
    await measure(database)
  } finally {
    await database.drop()
  }
}

async function measure(database: TestDatabase): Promise<void> {
  await database.exec(
    'create table item (id integer not null primary key, name varchar(40) not null, price integer not null, size integer not null, note varchar(40))',
    'create index item_name on item (name)',
    `insert into item values ${Array.from({ length: fixedRows }, (_, index) => literals(index + 1)).join(', ')}`,
  )
  const server = await start(database)
  try {
    const outcomes: Outcome[] = []
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const send = createClient(server.port, agent, (outcome) => outcomes.push(outcome))
    let isOver = false
    const clients = Array.from({ length: connections }, (_, index) => oneClient(send, index, () => isOver))
    await sleep(warmUp)
    const quietFrom = performance.now()
    await sleep(quiet)
    const applied = await changeAll(database)
    isOver = true
    await Promise.all(clients)
    agent.destroy()
    report(database.engine, outcomes, quietFrom, applied)
  } finally {
    server.child.kill()
    await once(server.child, 'exit')
  }
}

function literals(id: number): string {
  const { name, price, size, note } = itemOf(id)
  return `(${id}, '${name}', ${price}, ${size}, ${note === null ? 'null' : `'${note}'`})`
}

async function start({ engine, dsn }: TestDatabase) {
  const service = { ...settings[engine], ...(probe === undefined ? {} : { probeInterval: Number(probe) }) }
  const file = new URL('load-server.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', file, dsn, JSON.stringify(service)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.exitCode !== null) throw new Error(`the server of ${engine} did not start`)
  return { child, port: Number(String(line)) }
}

interface Applied {
  readonly what: string
  readonly at: number
}

/** The eight changes, a while apart; when each was committed. */
async function changeAll({ engine, exec }: TestDatabase): Promise<Applied[]> {
  const changes: readonly [what: string, statements: readonly string[], wait?: number][] = [
    ['rename a column', ['alter table item rename column name to title']],
    ['rename it back', ['alter table item rename column title to name']],
    ['add a nullable column', ['alter table item add column extra varchar(20)'], untilMerged],
    ['drop it', ['alter table item drop column extra']],
    ['widen a varchar', retyped(engine, 'name', 'varchar(80)', ' not null')],
    ['rename the table', ['alter table item rename to thing']],
    ['rename it back', ['alter table thing rename to item']],
    ['integer to bigint', options.includes('--without-bigint') ? [] : retyped(engine, 'size', 'bigint', ' not null')],
  ]
  const applied: Applied[] = []
  for (const [what, statements, wait = pause] of changes) {
    if (statements.length === 0) continue
    await exec(...statements)
    applied.push({ what, at: performance.now() })
    await sleep(wait)
  }
  return applied
}

/** SQLite changes the type of a column by making the table anew. */
function retyped(engine: EngineName, column: string, type: string, rest: string): string[] {
  if (engine === 'postgres') return [`alter table item alter column ${column} type ${type}`]
  if (engine !== 'sqlite') return [`alter table item modify ${column} ${type}${rest}`]
  const types = new Map([
    ['id', 'integer not null primary key'],
    ['name', `varchar(${column === 'size' ? 80 : 40}) not null`],
    ['price', 'integer not null'],
    ['size', 'integer not null'],
    ['note', 'varchar(40)'],
  ]).set(column, type + rest)
  const body = [...types].map(([name, declared]) => `${name} ${declared}`).join(', ')
  const copy = 'insert into item_made select id, name, price, size, note from item'
  const steps = [`create table item_made (${body})`, copy, 'drop table item', 'alter table item_made rename to item']
  return [`begin immediate; ${steps.join('; ')}; create index item_name on item (name); commit`]
}

function report(engine: EngineName, outcomes: readonly Outcome[], quietFrom: number, applied: readonly Applied[]): void {
  const changesFrom = applied[0]?.at ?? Number.POSITIVE_INFINITY
  const before = outcomes.filter(({ sentAt, took }) => sentAt >= quietFrom && sentAt + took < changesFrom)
  const during = outcomes.filter(({ sentAt, took }) => sentAt + took >= changesFrom)
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  const [failed, off] = [count('failed'), count('off')]
  console.table({
    [engine]: {
      sent: outcomes.length,
      failed,
      'off the contract': off,
      'p50 before': quantile(before, 0.5),
      'p99 before': quantile(before, 0.99),
      'p50 during': quantile(during, 0.5),
      'p99 during': quantile(during, 0.99),
      'slowest during': quantile(during, 1),
      'answered by': [...new Set(outcomes.map(({ contract }) => contract))].join(' '),
    },
  })
  if (failed + off > 0) process.exitCode = 1
  const kinds = new Map<string, { count: number; first: string; least: number; most: number }>()
  for (const outcome of outcomes.filter(({ verdict }) => verdict !== 'right')) {
    const { change, after } = changeBefore(outcome, applied)
    const key = `${outcome.verdict} after "${change}": ${outcome.what}: ${outcome.verdict === 'off' ? '' : outcome.why}`
    const kind = kinds.get(key) ?? { count: 0, first: outcome.why, least: after, most: after }
    kinds.set(key, { ...kind, count: kind.count + 1, least: Math.min(kind.least, after), most: Math.max(kind.most, after) })
  }
  for (const [key, { count, first, least, most }] of kinds)
    console.log(
      `${count} × ${key} (${Math.round(least)} to ${Math.round(most)} ms after it)${key.endsWith(': ') ? ` ${first}` : ''}`,
    )
}

/** The change that was committed last when the answer came. */
function changeBefore({ sentAt, took }: Outcome, applied: readonly Applied[]) {
  const last = applied.filter(({ at }) => at <= sentAt + took).at(-1)
  return last === undefined
    ? { change: 'nothing', after: 0 }
    : { change: `${applied.indexOf(last) + 1} ${last.what}`, after: sentAt + took - last.at }
}

/** ms. */
function quantile(outcomes: readonly Outcome[], share: number): number {
  const sorted = outcomes.map(({ took }) => took).sort((one, other) => one - other)
  return Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1))
}
