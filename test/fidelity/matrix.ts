import type { Outcome } from './check.js'

/** What came of every cell of one engine, for the table at the end. */
export interface Matrix {
  /** @param host answered */
  note(row: string, route: string, outcome: Outcome, host: string): void
  /** The table, its legend, and how many cells are as the design says, in all and by host. */
  print(title: string): string
}

export function createMatrix(): Matrix {
  const rows = new Map<string, Map<string, string>>()
  const routes: string[] = []
  const hosts = new Map<string, Tally>()
  return {
    note(row, route, outcome, host) {
      const letter = typeof outcome === 'string' ? outcome : '✗'
      const cells = rows.get(row) ?? new Map<string, string>()
      rows.set(row, cells.set(route, worst(cells.get(route), letter)))
      if (!routes.includes(route)) routes.push(route)
      if (letter === '·') return
      const { right, all } = hosts.get(host) ?? { right: 0, all: 0 }
      hosts.set(host, { right: letter === '✗' ? right : right + 1, all: all + 1 })
    },
    print(title) {
      const width = Math.max(0, ...[...rows.keys()].map(({ length }) => length))
      const lines = [...rows].map(
        ([row, cells]) => `${row.padEnd(width)}  ${routes.map((route) => cells.get(route) ?? ' ').join(' ')}`,
      )
      const head = headings(routes, width + 2)
      const sums = [...hosts].sort().map(([host, tally]) => `${tally.right} of ${tally.all} on ${host}`)
      const [right, all] = [sum(hosts, 'right'), sum(hosts, 'all')]
      const percent = all === 0 ? 100 : Math.floor((right / all) * 10_000) / 100
      const legend = '= the same bytes  n the same with NULLs or a stand-in  u 503  d 409  · says nothing here  ✗ wrong'
      return [title, ...head, ...lines, legend, `${right} of ${all} cells as designed: ${percent} % (${sums.join(', ')})`].join(
        '\n',
      )
    },
  }
}

interface Tally {
  readonly right: number
  readonly all: number
}

function sum(tallies: ReadonlyMap<string, Tally>, of: keyof Tally): number {
  return [...tallies.values()].reduce((total, tally) => total + tally[of], 0)
}

const severity = ['·', '=', 'n', 'd', 'u', '✗']

/** One letter for all forms: the one that says most. */
function worst(known: string | undefined, letter: string): string {
  return known === undefined || severity.indexOf(letter) > severity.indexOf(known) ? letter : known
}

/** The names of the routes, written downwards. */
function headings(routes: readonly string[], indent: number): string[] {
  const height = Math.max(0, ...routes.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) => {
    const letters = routes.map((route) => route.padStart(height)[line] ?? ' ')
    return `${' '.repeat(indent)}${letters.join(' ')}`.trimEnd()
  })
}
