import { expect } from 'chai'
import { parseDuration, parseSize } from '../../lib/config/duration.js'

const none = undefined
const durations: readonly [unknown, number | undefined][] = [
  [0, 0],
  [250, 250],
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['0s', 0],
  ['10', none],
  ['s', none],
  ['10 s', none],
  ['10S', none],
  ['-1s', none],
  ['1d', none],
  ['1e3ms', none],
  ['10s\n', none],
  ['', none],
  [-1, none],
  [1.5, none],
  [Number.NaN, none],
  [Number.POSITIVE_INFINITY, none],
  [`${'9'.repeat(20)}h`, none],
  [null, none],
  [undefined, none],
  [10n, none],
  [{}, none],
  [['10s'], none],
]
const sizes: readonly [unknown, number | undefined][] = [
  [1000, 1000],
  ['10b', 10],
  ['64kb', 65_536],
  ['1mb', 1_048_576],
  ['1.5kb', 1536],
  ['1MB', none],
  ['1gb', none],
  ['1s', none],
  [-1, none],
  [null, none],
]

for (const [name, parse, cases] of [
  ['parseDuration', parseDuration, durations],
  ['parseSize', parseSize, sizes],
] as const) {
  describe(name, () => {
    for (const [given, expected] of cases) {
      it(`${typeof given === 'string' ? JSON.stringify(given) : String(given)} is ${expected ?? 'refused'}`, () => {
        expect(parse(given)).to.equal(expected)
      })
    }
  })
}
