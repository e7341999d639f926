import { CompiledQuery } from 'kysely'
import { DatabaseError } from '../../../lib/database.js'
import type { Connection } from './link.js'

/**
 * The text of SHOW CREATE TABLE without the next number of its counter, which every INSERT changes; null for views, whose text says
 * nothing of their columns' types, and where this account may not see it.
 */
export async function readDefinition(connection: Connection, schema: string | null, table: string): Promise<string | null> {
  const name = [schema, table].flatMap((part) => (part === null ? [] : [`\`${part.replaceAll('`', '``')}\``])).join('.')
  try {
    const { rows } = await connection.query(CompiledQuery.raw(`show create table ${name}`))
    const [row] = rows
    return row?.length === 2 ? withoutCounter(String(row[1])) : null
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'permission') return null
    throw error
  }
}

/** Only behind the last column: a name or comment may have such words, too. */
function withoutCounter(text: string): string {
  const end = text.lastIndexOf('\n)')
  return text.slice(0, end) + text.slice(end).replace(/ AUTO_INCREMENT=\d+/, '')
}
