import { type Said, saidOf } from '../contract/said.js'
import type { ServiceRecord } from '../contract/store.js'
import type { ContractVersion } from '../contract/types.js'
import type { Database } from '../database.js'
import type { LiveSchema } from '../schema/table.js'
import type { MonitorParts } from './look-loop.js'
import { type Served, serve } from './served.js'
import { withUnlockedTables } from './table-modes.js'

/** A contract and the schema it is laid over. */
export interface Layers {
  readonly contract: ContractVersion
  readonly live: LiveSchema
  /** Logical id → engine identity in the live schema's scope. */
  readonly identities: ReadonlyMap<string, string>
  readonly record: ServiceRecord
  readonly locked: boolean
  /** For an older version: what is served on this live schema. */
  readonly base?: Served
}

/** Any version of a service on any reading of its database, with all that operators said of it. */
export function layOver({ service, engine }: MonitorParts, database: Database, layers: Layers): Promise<Served> {
  const { live, identities, record, locked, base } = layers
  const contract = locked ? withUnlockedTables(service, layers.contract, live.tables) : layers.contract
  const { enums, dangerousIsBreaking, bigints, autoExpose, stampIdentities } = service
  return serve({
    contract,
    mode: record.mode ?? service.mode,
    locked,
    live,
    identities,
    // Nobody acknowledges what is merely asked for.
    acknowledged: base === undefined ? record.acknowledged : null,
    said: saidIn(service, record, layers),
    ...(base === undefined ? {} : { base }),
    database,
    engine,
    options: { enums, dangerousIsBreaking, bigints, autoExpose, stampIdentities },
  })
}

function saidIn({ words }: MonitorParts['service'], { resolutions }: ServiceRecord, { contract, base }: Layers): Said {
  return saidOf(words, resolutions, contract.tables, base?.contract.tables)
}
