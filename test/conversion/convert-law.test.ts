import { expect } from 'chai'
import { converterOf, parameterConverterOf } from '../../lib/conversion/convert.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import { createRandom, seed } from '../query/random.js'
import { attempt, name } from './attempt.js'
import { printings } from './printings.js'
import { samples, types } from './samples.js'

describe('the law of conversion', () => {
  it('leaves every value of the same type as it is', () => {
    for (const type of types.filter((one) => one.name !== 'decimal'))
      for (const value of samples(type, createRandom(1))) {
        const [json] = printings(type, value, false)
        expect(converterOf(type, type)?.(json as string), name(type)).to.equal(json)
      }
  })

  for (const padFractions of [false, true]) {
    it(`gives back what was written, for every two types (fractions ${padFractions ? 'padded' : 'trimmed'}, TEST_SEED=${seed})`, () => {
      const random = createRandom(seed)
      let kept = 0
      for (const contract of types)
        for (const live of types) {
          const write = parameterConverterOf(contract, live, { padFractions })
          const serve = converterOf(live, contract, { padFractions })
          expect(write === null, `${name(contract)} in ${name(live)}`).to.equal(serve === null)
          if (write === null || serve === null) continue
          for (const value of samples(contract, random)) {
            const parameter = attempt(() => write(value))
            if (parameter === '!') continue
            kept += 1
            const what = `${JSON.stringify(value)} of ${name(contract)} in ${name(live)} as ${JSON.stringify(parameter)}`
            const expected = printings(contract, value, padFractions).map((one) => parsed(one, contract))
            for (const stored of printings(live, parameter, padFractions))
              expect(expected, what).to.deep.include(parsed(serve(stored), contract))
          }
        }
      expect(kept).to.be.greaterThan(2_000)
    })
  }
})

/** Two JSON texts are the same value of these types, whatever their spelling. */
function parsed(json: string, type: ColumnType): unknown {
  if (type.name === 'decimal' && type.scale === null) return json.includes('.') ? json.replace(/\.?0*"$/, '"') : json
  if (type.name === 'any' && !json.startsWith('"')) return Number(json)
  if (type.name === 'float') return Number(json.replaceAll('"', '')) + 0
  return json
}
