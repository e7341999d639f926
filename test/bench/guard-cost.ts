/**
 * What it costs a green table that every statement checks the schema: requests per second with the checks as a ratio of those
 * without, both servers measured in turns in one run. `npx tsx test/bench/guard-cost.ts [engine…]`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createDatabase, type EngineName, engineNames } from '../support/databases.js'

const rounds = 11
const roundTime = 1_000
const connections = 8
const paths = {
  'one row': '/db/_table/item/500',
  '25 rows': '/db/_table/item?filter=price%20%3E%20100&order=name',
  '100 rows': '/db/_table/item?limit=100',
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
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? servers : servers.toReversed()
        const done = new Map<(typeof servers)[number], number>()
        for (const server of order) done.set(server, await load(server.port, path))
        const [guarded, plain] = servers.map((server) => done.get(server) ?? 0) as [number, number]
        // The first round warms both up.
        if (round > 0) ratios.push(guarded / plain)
      }
      ratios.sort((one, other) => one - other)
      const show = (at: number) => (ratios[Math.floor((ratios.length - 1) * at)] ?? 0).toFixed(3)
      console.log(`${engine.padEnd(9)} ${what.padEnd(9)} ${show(0.5)} (${show(0)} to ${show(1)}, ${ratios.length} rounds)`)
    }
  } finally {
    for (const server of servers) server.child.kill()
    await database.drop()
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
