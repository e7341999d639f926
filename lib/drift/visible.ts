import type { ResolvedService } from '../config/resolve.js'
import { isExcluded } from '../contract/exposure.js'
import type { ContractVersion } from '../contract/types.js'
import type { LiveSchema } from '../schema/table.js'

/** The reading without what patterns keep out; what the contract already promises stays whatever the patterns say. */
export function visible(service: ResolvedService, reading: LiveSchema, contract: ContractVersion | null): LiveSchema {
  const promised = new Set(contract?.tables.map(({ name }) => name))
  return {
    ...reading,
    tables: reading.tables.filter(({ name }) => promised.has(name) || !isExcluded(name, service.include, service.exclude)),
  }
}
