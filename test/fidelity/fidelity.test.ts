import { expect } from 'chai'
import { diffOpenApi } from 'faucet-db'
import { describeEngines, type EngineName } from '../support/databases.js'
import { type Altered, serveAltered } from './altered.js'
import { type Change, type Form, forms } from './changes/change.js'
import { changes } from './changes.js'
import { checkCell, losing, type Outcome } from './check.js'
import { type Keeper, keepContents } from './contents.js'
import type { Holds } from './expectation.js'
import { createMatrix } from './matrix.js'
import { misses } from './predicted.js'
import { type Cell, cellsFor } from './requests.js'
import { checkSpecial, specialsOf } from './special.js'
import { createTwin, type Twin } from './twin.js'

/**
 * Every change × every route × every engine, in every form: the answer after the change is the one before it, byte for byte, or the
 * hold that the design names for that change and route. What is expected follows from `changes/` and `expectation.ts` alone.
 */
describeEngines('fidelity', (engine) => {
  const matrix = createMatrix()
  const twins = new Map<string, Promise<Twin>>()
  const twinOf = (statements: readonly string[]): Promise<Twin> => {
    const key = statements.join(';')
    const twin = twins.get(key) ?? createTwin(engine, statements)
    twins.set(key, twin)
    return twin
  }
  after(async () => {
    for (const twin of twins.values()) await (await twin).close()
    console.log(`\n${matrix.print(`fidelity on ${engine}`)}\n`)
  })

  const chosen = changes.filter(({ engines }) => engines === undefined || engines.includes(engine))
  for (const [turn, change] of chosen.entries()) {
    describe(`${change.name} (${change.rows.join(', ')})`, () => {
      let altered: Altered
      let keeper: Keeper
      before(async () => {
        altered = await serveAltered(change, engine, turn)
        await altered.apply()
        keeper = await keepContents(altered.database)
      })
      after(() => altered?.close())

      for (const form of forms) {
        it(form, async () => {
          const found = await run(form)
          expect(found.length, `\n    ${found.join('\n    ')}\n`).to.equal(0)
        })
        if (form === 'pinned') {
          it('the OpenAPI document changes as predicted', async () => {
            const [before, now] = await altered.documents()
            const ids = new Set(diffOpenApi(JSON.parse(before), JSON.parse(now)).map(({ id }) => id))
            expect(misses(change, ids) ?? 'as predicted').to.equal('as predicted')
          })
        }
        if (form !== 'strict') continue
        it('the OpenAPI document is the same, byte for byte', async () => {
          const [before, now] = await altered.documents()
          expect(JSON.parse(before)).to.have.property('openapi', '3.1.0')
          expect(now === before).to.equal(true)
        })
      }

      const run = async (form: Form): Promise<string[]> => {
        if (form === 'pinned') await altered.promote(holdsOf(change, engine, 'strict'))
        const holds = holdsOf(change, engine, form)
        const { meaningless = [] } = change
        const left = typeof meaningless === 'function' ? meaningless(form) : meaningless
        const given = change.given?.(engine) ?? []
        const checking = {
          ...{ change, engine, form, holds, keeper, before: await keeper.text(), base: altered.base(form) },
          twin: await twinOf([...given, ...losing(holds, engine)]),
          whole: await twinOf(given),
        }
        const found: string[] = []
        const note = (row: string, route: string, outcome: Outcome) => {
          matrix.note(row, route, outcome, altered.host(form))
          if (typeof outcome !== 'string') found.push(`${row}: ${route}: ${outcome.wrong}`)
        }
        for (const [at, target] of change.on.entries()) {
          // The first target is asked for in every form, the others in one, which goes round.
          if (at > 0 && forms[(turn + at) % forms.length] !== form) continue
          const cells = cellsFor(target, engine).filter(({ route }) => !left.includes(route))
          // Both databases are at work then; what fails does so where it is waited for.
          for (const cell of cells) checking.twin.ask(cell).catch(() => undefined)
          const check = async (cell: Cell) => note(`${change.name} · ${target}`, cell.route, await checkCell(checking, cell))
          const [first, ...reads] = cells.filter(({ method }) => method === 'GET')
          // Alone: it may be the one that has to notice.
          if (first !== undefined) await check(first)
          await Promise.all(reads.map(check))
          for (const write of cells.filter(({ method }) => method !== 'GET')) await check(write)
        }
        for (const special of specialsOf(change))
          note(`${change.name} · ${change.on[0] ?? ''}`, 'special', await checkSpecial(checking, special))
        return found
      }
    })
  }
})

/** What the design says of the change here; what an operator promoted as a rename is one from then on. */
function holdsOf(change: Change, engine: EngineName, form: Form): Holds {
  const { expect: said = {}, names = {} } = change
  const holds = typeof said === 'function' ? said(engine, form) : said
  if (form !== 'pinned') return holds
  return Object.fromEntries(Object.entries(holds).filter(([name, hold]) => hold !== 'unservable' || !Object.hasOwn(names, name)))
}
