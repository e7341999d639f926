/** One random run: two databases alike, one of them changed under its contract, and the same requests to both. */

import { createRandom } from '../query/random.js'
import { type Api, path, wholeText } from '../support/api.js'
import type { EngineName } from '../support/databases.js'
import { contentOf, sameContent } from './twin-content.js'
import { type Ask, randomAsk } from './twin-requests.js'
import { change, close, createWorld, look, type World } from './twin-world.js'

/** What became of the requests of a run. */
export interface Tally {
  equal: number
  held: number
  /** Equal, with a dropped column answered as null. */
  nulled: number
}

/** A run as it went, for people. */
export interface Run {
  readonly tally: Tally
  readonly log: readonly string[]
  /** What broke the promise; null: nothing. */
  readonly broken: string | null
}

type Step = { readonly what: 'change' | 'look' | 'request'; readonly seed: number }

/** The steps of a seed: 1 to 6 changes with looks among them, then requests. Each has its own seed, so that any can be left out. */
export function stepsOf(seed: number): Step[] {
  const random = createRandom(seed)
  const step = (what: Step['what']): Step => ({ what, seed: random.below(2 ** 31) })
  const steps: Step[] = []
  for (let changes = random.pick([1, 1, 1, 2, 2, 3, 4, 5, 6]); changes > 0; changes--) {
    steps.push(step('change'))
    if (random.chance(50)) steps.push(step('look'))
  }
  for (let requests = 8 + random.below(6); requests > 0; requests--) steps.push(step('request'))
  return steps
}

/** Runs the steps of `seed` that `isKept` by their number. */
export async function run(engine: EngineName, seed: number, isKept: (step: number) => boolean = () => true): Promise<Run> {
  const world = await createWorld(engine, createRandom(seed ^ 0x5eed))
  const tally: Tally = { equal: 0, held: 0, nulled: 0 }
  try {
    for (const [number, step] of stepsOf(seed).entries()) {
      if (!isKept(number)) continue
      const random = createRandom(step.seed)
      if (step.what === 'look') await look(world)
      else if (step.what === 'change') await change(world, number, random)
      else {
        const verdict = await ask(world, randomAsk(world.tables, random))
        if (verdict === 'over') break
        if (typeof verdict !== 'string') return { tally, log: world.log, broken: verdict.broken }
        tally[verdict] += 1
      }
    }
    return { tally, log: world.log, broken: null }
  } finally {
    await close(world)
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

type Verdict = keyof Tally | 'over' | { readonly broken: string }

async function ask(world: World, asked: Ask): Promise<Verdict> {
  const { altered, twin, engine, live, log } = world
  const before = asked.method === 'get' ? '' : await contentOf(engine, altered.database, live)
  const came = await send(altered.api, asked)
  const shown = JSON.stringify(asked)
  const broken = (why: string, wanted?: Answer) => {
    const lines = [
      `${why}: ${shown}`,
      `came    ${came.status} ${came.text}`,
      ...(wanted ? [`wanted  ${wanted.status} ${wanted.text}`] : []),
    ]
    return { broken: lines.join('\n') }
  }
  log.push(`-- ${shown}`)
  if (asked.method !== 'get' && came.status >= 400 && before !== (await contentOf(engine, altered.database, live)))
    return broken('a refusal left a write behind')
  if (isHold(came)) {
    return mustServe(world, asked) ? broken('held without need', await send(twin.api, asked)) : 'held'
  }
  if (isUnseenKey(world, came)) return 'held'
  const wanted = await send(twin.api, asked)
  if (came.status < 400 && wanted.status >= 400 && world.applied.some(({ loosens }) => loosens === true)) return 'over'
  if (!isEqual(world, asked, came, wanted)) return broken('another answer', wanted)
  if (asked.method !== 'get') {
    const differs = await sameContent(engine, altered.database, twin.database, live)
    if (differs !== null) return broken(`another content, ${differs}`)
  }
  const lost = world.applied.some((one) => one.lost?.table.promised === asked.table)
  return lost ? 'nulled' : 'equal'
}

/**
 * Whether nothing happened to the table that could keep a read from being served. SQLite counts changes: where others may have needed
 * fewer than they did, the rest may have been a drop and an addition here.
 */
function mustServe({ applied, engine }: World, { method, table }: Ask): boolean {
  const touching = applied.filter(({ on }) => on.some(({ promised }) => promised === table))
  const others = applied.filter((one) => !touching.includes(one))
  const mayBeOthers = others.length > 1 || others.some(({ what }) => what === 'rename column there and back')
  if (method !== 'get' || (engine === 'sqlite' && touching.length > 0 && mayBeOthers)) return false
  return touching.every(({ what }) => what === 'add column' || (engine === 'postgres' && /^(?:rename|swap)/.test(what)))
}

/**
 * Byte for byte, but for what the contract leaves open: of two keys that a row breaks either may be named, and a list that asks for no
 * order has none while the key that it is ordered by is held.
 */
function isEqual({ applied, engine }: World, { method, table, query }: Ask, came: Answer, wanted: Answer): boolean {
  if (came.status !== wanted.status) return false
  if (came.text === wanted.text) return true
  // A cursor is nobody's to read, and has no place for what every row answers as null.
  if (came.text.replace(cursor, '') === wanted.text.replace(cursor, '')) return applied.some(({ lost }) => lost !== undefined)
  const touching = applied.filter(({ on }) => on.some(({ promised }) => promised === table))
  if (came.status === 409)
    return touching.length > 0 && codeOf(came) === 'unique-violation' && codeOf(wanted) === 'unique-violation'
  const isKeyHeld = engine !== 'postgres' && touching.some(({ isOfKey }) => isOfKey)
  if (method !== 'get' || !isKeyHeld || query.order !== undefined) return false
  const letters = ({ text }: Answer) => [...text].sort().join('')
  return letters(came) === letters(wanted)
}

const cursor = /,"next_cursor":"[^"]*"/

const codeOf = ({ text }: Answer): unknown => JSON.parse(text).code

/** A constraint that nobody has looked at yet refuses in its own name, not in that of the drift: docs/contract.md says so. */
function isUnseenKey({ unseen }: World, came: Answer): boolean {
  return came.status === 409 && codeOf(came) === 'unique-violation' && unseen.some(({ what }) => what === 'add unique')
}

function isHold(came: Answer): boolean {
  if (came.status !== 503 && came.status !== 409) return false
  return codeOf(came) === (came.status === 503 ? 'contract-unservable' : 'contract-drift')
}

async function send({ request }: Api, { method, table, key, query, body, ndjson }: Ask): Promise<Answer> {
  const sent = request[method](path(table, key)).query(query)
  if (ndjson) sent.set('accept', 'application/x-ndjson').buffer(true).parse(wholeText)
  const { status, text, body: parsed } = await sent.send(body)
  const whole = text ?? String(parsed)
  // What `auto` merged shows, in every row, behind what was promised.
  const added = /,"added\d+":(?:null|-?\d+|"[^"]*")/g
  const ofTheMoment = /,?"(?:took_ms":[\d.]+|instance":"[^"]*")/g
  return { status, text: whole.replaceAll(added, '').replaceAll(ofTheMoment, '') }
}
