import type { Change } from './changes/change.js'
import { type Checking, checkCell, type Outcome } from './check.js'
import type { Cell } from './requests.js'

/** A request that a change names itself, and what must come of it. */
export interface Special {
  readonly cell: Cell
  readonly verdict: 'unservable' | 'refused'
}

/** What the database refuses since the change, and what means several rows by now. */
export function specialsOf({ refused = [], ambiguous = [] }: Change): readonly Special[] {
  return [
    ...refused.map(([method, to, body]) => ({ cell: cellOf(method, to, body), verdict: 'refused' as const })),
    ...ambiguous.flatMap((to) => [
      { cell: cellOf('GET', to), verdict: 'unservable' as const },
      { cell: cellOf('DELETE', to), verdict: 'refused' as const },
    ]),
  ]
}

function cellOf(method: Cell['method'], to: string, body?: Cell['body']): Cell {
  const [table = ''] = to.split('/')
  return { route: 'special', method, table, path: `/_table/${to}`, shows: [], ...(body === undefined ? {} : { body }) }
}

/** As for any cell, but the verdict is the change's; and the unaltered database must have accepted the request. */
export async function checkSpecial(checking: Checking, { cell, verdict }: Special): Promise<Outcome> {
  const { answer } = await checking.twin.ask(cell)
  if (answer.status >= 300)
    return { wrong: `the contract itself does not allow it: ${answer.status} ${answer.text.slice(0, 300)}` }
  return checkCell(checking, cell, verdict)
}
