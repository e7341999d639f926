import { CompiledQuery } from 'kysely'
import type { QueryResult } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import type { Flavour } from './flavour.js'

const versionStatement = CompiledQuery.raw('select version() as version')

/** Fails with `invalid-config` when the server is not of this flavour: much would work there, and some of it subtly wrong. */
export async function assertServer(send: (query: CompiledQuery) => Promise<QueryResult>, flavour: Flavour): Promise<void> {
  const { rows } = await send(versionStatement)
  const refusal = flavour.refuses(String(rows[0]?.[0]))
  if (refusal !== null) fail('invalid-config', refusal)
}
