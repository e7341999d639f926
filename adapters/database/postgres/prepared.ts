import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'

/**
 * Names for statements that are run again and again, so that the server plans them once a connection. The name is a hash of the
 * text, and the text carries the mark of the schema it was planned on (see `guard`): after a change of the schema it is another
 * statement, so none comes back with a plan that went stale.
 */
export interface PreparedStatements {
  /** The name to send it under; '' for one that is not to be prepared: it is not seen before. */
  nameOf(text: string): string
  /** Hears of every failure: behind a pooler that hands each transaction another server connection, names are given up. */
  failed(error: unknown): void
  /** Forgets a connection's statements when there are too many. Only between statements. */
  tidy(client: PoolClient): Promise<void>
}

/** Texts remembered, to tell those that come again. */
const textLimit = 1_000
/** Most statements one connection keeps; then it starts anew. */
const statementLimit = 250

export function createPreparedStatements(): PreparedStatements {
  const seen = new Map<string, string | null>()
  let isUsable = true
  return {
    nameOf: (text) => (isUsable && isWorthwhile(text) ? (nameOf(seen, text) ?? '') : ''),
    failed(error) {
      if (typeof error === 'object' && error !== null && 'code' in error && poolerCodes.has(String(error.code))) isUsable = false
    },
    async tidy(client) {
      const statements = statementsOf(client)
      if (statements === undefined || Object.keys(statements).length <= statementLimit) return
      await client.query('deallocate all')
      for (const name of Object.keys(statements)) delete statements[name]
    },
  }
}

/** «prepared statement does not exist» and «already exists»: another connection is behind this one than was before. */
const poolerCodes: ReadonlySet<string> = new Set(['26000', '42P05'])

/** BEGIN and the like have nothing to plan. */
function isWorthwhile(text: string): boolean {
  return text.length > 20
}

/** null the first time a text is seen: most of what is asked once is never asked again. */
function nameOf(seen: Map<string, string | null>, text: string): string | null {
  const known = seen.get(text)
  const name = known === undefined ? null : (known ?? `faucet_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`)
  seen.delete(text)
  seen.set(text, name)
  const [oldest] = seen.keys()
  if (seen.size > textLimit && oldest !== undefined) seen.delete(oldest)
  return name
}

/** The driver's own record of what a connection has prepared; without one (its native binding) nothing is named. */
function statementsOf(client: PoolClient): Record<string, string> | undefined {
  return (client as { readonly connection?: { readonly parsedStatements?: Record<string, string> } }).connection?.parsedStatements
}
