/**
 * How fast Faucet answers as a ratio of handlers written by hand, of Koa, and of JSON that the database built, all measured in turns in
 * one run, so that what else the machine does hits all alike. `npm run bench`, or `tsx test/bench/speed/main.ts [engine…] [--rounds=N]`.
 * A run of all engines writes `docs/benchmark.md` and its chart.
 */
import { createDatabase, type EngineName, engineNames } from '../../support/databases.js'
import { fill, hold } from './data.js'
import { measure, type Result } from './measure.js'
import { print, write } from './report.js'
import { startSubject } from './subjects.js'

const rounds = Number(process.argv.find((one) => one.startsWith('--rounds='))?.slice('--rounds='.length) ?? 9)
const named = process.argv.slice(2).filter((one) => !one.startsWith('--')) as EngineName[]

const results: Result[] = []
for (const engine of named.length > 0 ? named : engineNames) {
  const database = await createDatabase(engine).catch((error: unknown) => console.log(`${engine} SKIPPED: ${error}`))
  if (database === undefined) continue
  try {
    await fill(database)
    const names = engine === 'postgres' ? ['faucet', 'express', 'faucet on koa', 'koa', 'floor'] : ['faucet', 'express', 'floor']
    const subjects = await Promise.all(names.map((name) => startSubject(name, database.dsn)))
    const other = await startSubject('platformatic', database.dsn).catch((error: unknown) =>
      console.log(`platformatic SKIPPED: ${error}`),
    )
    if (other !== undefined) subjects.push(other)
    await hold(database)
    for await (const result of measure(engine, subjects, rounds)) {
      results.push(result)
      print(result)
    }
    for (const subject of subjects) subject.stop()
  } finally {
    await database.drop()
  }
}
if (named.length === 0) await write(results, rounds)
process.exit()
