import type { ServiceRecord } from '../contract/store.js'
import type { Database } from '../database.js'
import { knownIdentities } from './identities.js'
import { layOver } from './lay-over.js'
import type { MonitorParts } from './monitor.js'
import type { Served } from './served.js'

/** What a version is laid over. */
export interface PinContext {
  readonly parts: MonitorParts
  readonly database: Database
  /** What is served to those who ask for no version. */
  readonly base: Served
  readonly record: ServiceRecord
}

/** The versions that consumers asked for, each planned once for what is served now: when that changes, all are planned anew. */
export class Pins {
  #base: Served | null = null
  #planned = new Map<string, Promise<Served | null>>()

  /** A kept version, its latest revision without `revision`; null when it is not kept. */
  async serve(context: PinContext, version: number, revision?: number): Promise<Served | null> {
    if (this.#base !== context.base) {
      this.#base = context.base
      this.#planned = new Map()
    }
    const planned = this.#planned
    const key = JSON.stringify([version, revision])
    const found = planned.get(key) ?? plan(context, version, revision)
    planned.set(key, found)
    try {
      const served = await found
      // Whoever asks for numbers at random must not fill the memory.
      if (served === null) planned.delete(key)
      return served
    } catch (error) {
      planned.delete(key)
      throw error
    }
  }
}

async function plan(context: PinContext, version: number, revision: number | undefined): Promise<Served | null> {
  const { base, parts, database, record } = context
  const isServed = version === base.contract.version && (revision ?? base.contract.revision) === base.contract.revision
  if (isServed) return Object.freeze({ ...base, base })
  const contract = await parts.store.version(parts.service.name, version, revision)
  if (contract === null) return null
  const identities = await knownIdentities(parts.store, parts.service.name, base.live.scope)
  return layOver(parts, database, { contract, live: base.live, identities, record, locked: true, base })
}
