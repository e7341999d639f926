import { expect } from 'chai'
import { describeEngines, type EngineName } from '../support/databases.js'
import { run, stepsOf, type Tally } from './twin-run.js'

/**
 * A database is changed under its contract; its twin never is. Whatever was changed, every answer is the twin's, byte for byte, or
 * a hold that says its name. The same seeds each time; `FAUCET_SEED` runs another one again, `FAUCET_RUNS` as many from there.
 */
const runs: Record<EngineName, number> = { sqlite: 120, postgres: 40, mariadb: 25, mysql: 15 }
const firstSeed = Number(process.env.FAUCET_SEED ?? 1)
/** Most broken runs that are told of, each made as small as it gets. */
const toldOf = Number(process.env.FAUCET_TOLD ?? 3)

describeEngines('a changed database and its twin', (engine) => {
  const count = Number(process.env.FAUCET_RUNS ?? (process.env.FAUCET_SEED === undefined ? runs[engine] : 1))

  it(`answer alike, or by a named hold (seeds from ${firstSeed}, ${count} runs)`, async () => {
    const tally: Tally = { equal: 0, held: 0, nulled: 0 }
    const broken: number[] = []
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const result = await run(engine, seed)
      for (const what of ['equal', 'held', 'nulled'] as const) tally[what] += result.tally[what]
      if (result.broken !== null) broken.push(seed)
    }
    const told = await Promise.all(broken.slice(0, toldOf).map((seed) => smallest(engine, seed)))
    console.log(`      ${engine}: ${tally.equal} equal, ${tally.nulled} with a null in place, ${tally.held} held`)
    expect(broken.length, `${broken.length} of ${count} runs:\n\n${told.join('\n\n')}`).to.equal(0)
    if (count > 1) expect(tally.equal / (tally.equal + tally.held + tally.nulled)).to.be.at.least(0.5)
  }).timeout(count * 20_000)
})

/** The fewest steps of a seed that still break the promise, told for people. */
async function smallest(engine: EngineName, seed: number): Promise<string> {
  const left = new Set(stepsOf(seed).keys())
  let last = await run(engine, seed)
  for (const step of [...left].reverse()) {
    left.delete(step)
    const without = await run(engine, seed, (number) => left.has(number))
    if (without.broken === null) left.add(step)
    else last = without
  }
  return [`FAUCET_TEST_ONLY=${engine} FAUCET_SEED=${seed}`, ...last.log, last.broken].join('\n')
}
