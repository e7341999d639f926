/**
 * What it costs a green table that every statement checks the schema, both servers measured in turns in one run: the processor time
 * that server and database spend on a request, and requests per second, each as a ratio of those without the checks.
 * `npx tsx test/bench/guard-cost.ts [engine…]`. Reads /proc, so on Linux only.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createDatabase, type EngineName, engineNames } from '../support/databases.js'

const rounds = 61
const roundTime = 300
const connections = 8
const paths = {
  'one row': '/db/_table/item/500',
  '25 rows': '/db/_table/item?filter=price%20%3E%20100&order=name',
  '100 rows': '/db/_table/item?limit=100',
}

/** How `pgrep` finds the database's processes. */
const databases: Record<EngineName, readonly string[] | null> = {
  sqlite: null,
  postgres: ['-x', 'postgres'],
  mariadb: ['-x', 'mariadbd'],
  mysql: ['-f', 'mysqld'],
}

for (const engine of process.argv.length > 2 ? (process.argv.slice(2) as EngineName[]) : engineNames) await compare(engine)

async function compare(engine: EngineName): Promise<void> {
  const database = await createDatabase(engine)
  await database.exec(
    'create table item (id integer not null primary key, name varchar(40) not null, price integer not null, a varchar(40), b varchar(40), c integer, d integer, e varchar(40))',
    'create index item_name on item (name)',
  )
  const rows = Array.from(
    { length: 1_000 },
    (_, id) => `(${id}, 'item ${id}', ${id}, 'aaaaaaaa', 'bbbbbbbb', ${id}, null, 'eeeeeeee')`,
  )
  await database.exec(`insert into item values ${rows.join(', ')}`)
  const servers = await Promise.all(['with', 'without'].map((side) => start(database.dsn, side)))
  try {
    for (const [what, path] of Object.entries(paths)) {
      const ratios: number[] = []
      const spent = new Map(servers.map((server) => [server, { time: 0, requests: 0 }]))
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? servers : servers.toReversed()
        const done = new Map<(typeof servers)[number], number>()
        for (const server of order) {
          const before = processorTime(server.child.pid, engine)
          const answered = await load(server.port, path)
          done.set(server, answered)
          const sum = spent.get(server)
          if (sum === undefined || round === 0) continue
          sum.time += processorTime(server.child.pid, engine) - before
          sum.requests += answered
        }
        const [guarded, plain] = servers.map((server) => done.get(server) ?? 0) as [number, number]
        // The first round warms both up.
        if (round > 0) ratios.push(guarded / plain)
      }
      ratios.sort((one, other) => one - other)
      const show = (at: number) => (ratios[Math.floor((ratios.length - 1) * at)] ?? 0).toFixed(3)
      const [guarded, plain] = servers.map((server) => spent.get(server)).map((sum) => (sum?.time ?? 0) / (sum?.requests ?? 1))
      const time = `processor time ${((guarded ?? 0) / (plain ?? 1)).toFixed(3)} (${plain?.toFixed(0)} to ${guarded?.toFixed(0)} µs)`
      console.log(
        `${engine.padEnd(9)} ${what.padEnd(9)} ${time}, requests/s ${show(0.5)} (half of them ${show(0.25)} to ${show(0.75)}, ${ratios.length} rounds)`,
      )
    }
  } finally {
    for (const server of servers) server.child.kill()
    await database.drop()
  }
}

/** Microseconds that a process and those of the database have spent. */
function processorTime(pid: number | undefined, engine: EngineName): number {
  const found = databases[engine]
  const others = found === null ? [] : execFileSync('pgrep', found).toString().trim().split('\n')
  return [String(pid), ...others].reduce((sum, one) => sum + timeOf(one), 0)
}

/** Ticks of 10 ms: fields 14 and 15 of its line, counted behind the name, which may have blanks. */
function timeOf(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10_000
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

async function start(dsn: string, side: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', new URL('guard-server.ts', import.meta.url).pathname, dsn, side], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, port: Number(String(line)) }
}

/** Requests answered in one round. */
async function load(port: number, path: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const end = performance.now() + roundTime
  let answered = 0
  const one = async () => {
    while (performance.now() < end) {
      const sent = request({ port, path, agent, host: '127.0.0.1' }).end()
      const [response] = await once(sent, 'response')
      response.resume()
      await once(response, 'end')
      if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  agent.destroy()
  return answered
}
