import autocannon from 'autocannon'
import type { EngineName } from '../../support/databases.js'
import type { Subject } from './subjects.js'
import { type Sent, type Workload, workloads } from './workloads.js'

/** Requests per second of one subject, and what part of them `faucet` does, round by round. */
export interface Measured {
  readonly subject: string
  readonly perSecond: number
  /** Faucet's requests per second over the subject's, of each round. */
  readonly ratios: readonly number[]
}

export interface Result {
  readonly engine: EngineName
  readonly workload: string
  /** Faucet's own requests per second, the median. */
  readonly perSecond: number
  readonly against: readonly Measured[]
}

const connections = 16
/** Seconds of one measurement. */
const duration = 1

type Turn = { readonly name: string; readonly run: () => Promise<number> }

export async function* measure(engine: EngineName, subjects: readonly Subject[], rounds: number): AsyncGenerator<Result> {
  for (const workload of workloads) {
    const turns = await withoutRefused(turnsOf(subjects, workload), workload)
    const seen = new Map(turns.map(({ name }) => [name, [] as number[]]))
    for (let round = 0; round <= rounds; round++) {
      const order = round % 2 === 0 ? turns : turns.toReversed()
      for (const { name, run } of order) {
        const perSecond = await run()
        // The first round warms all up.
        if (round > 0) seen.get(name)?.push(perSecond)
      }
    }
    const own = seen.get('faucet') ?? []
    const against = [...seen].flatMap(([subject, found]) =>
      subject === 'faucet'
        ? []
        : [{ subject, perSecond: median(found), ratios: own.map((one, round) => one / (found[round] ?? Number.NaN)) }],
    )
    yield { engine, workload: workload.name, perSecond: median(own), against }
  }
}

function turnsOf(subjects: readonly Subject[], workload: Workload): Turn[] {
  const turns = subjects.flatMap((subject) => turnOf(subject.name, subject.requestFor(workload)) ?? [])
  const [faucet] = subjects
  if (workload.held === undefined || faucet === undefined) return turns
  return [...turns, ...(turnOf('itself, held', faucet.requestFor({ ...workload, faucet: workload.held })) ?? [])]
}

/** Another product may not take what Faucet takes: it is left out, and said so. */
async function withoutRefused(turns: readonly Turn[], workload: Workload): Promise<Turn[]> {
  const taken: Turn[] = []
  for (const turn of turns) {
    const refusal = turn.name === 'platformatic' ? await turn.run().catch((error: Error) => error) : null
    if (refusal instanceof Error) console.log(`SKIPPED ${workload.name}: ${refusal.message}`)
    else taken.push(turn)
  }
  return taken
}

function turnOf(name: string, sent: Sent | null): [Turn] | null {
  if (sent === null) return null
  const { method, path, body } = sent
  const run = async () => {
    const { requests, non2xx, errors } = await autocannon({
      url: path,
      connections,
      duration,
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (non2xx > 0 || errors > 0) throw new Error(`${name} ${method} ${path}: ${non2xx} refused, ${errors} failed`)
    return requests.total / duration
  }
  return [{ name, run }]
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
