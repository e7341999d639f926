import type { ServiceRecord } from '../contract/store.js'
import type { ContractVersion } from '../contract/types.js'
import type { Database } from '../database.js'
import { layOver } from './lay-over.js'
import type { MonitorParts } from './look-loop.js'
import { isStoreFailure } from './look-record.js'
import type { Served } from './served.js'

/** What a version is laid over. */
export interface PinContext {
  readonly parts: MonitorParts
  readonly database: Database
  /** What is served to those who ask for no version. */
  readonly base: Served
  readonly record: ServiceRecord
  /** Logical id → engine identity, as the look knew them that `base` is of. */
  readonly identities: ReadonlyMap<string, string>
}

/** The versions that consumers asked for, each planned once for what is served now: when that changes, all are planned anew. */
export class Pins {
  #base: Served | null = null
  #planned = new Map<string, Promise<Served | null>>()
  /** What was served before, for as long as the store cannot be used. */
  readonly #known = new Map<string, ContractVersion>()

  /** A kept version, its latest revision without `revision`; null when it is not kept. */
  async serve(context: PinContext, version: number, revision?: number): Promise<Served | null> {
    if (this.#base !== context.base) {
      this.#base = context.base
      this.#planned = new Map()
    }
    const planned = this.#planned
    const key = JSON.stringify([version, revision])
    const found = planned.get(key) ?? this.#plan(context, key, version, revision)
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

  async #plan(context: PinContext, key: string, version: number, revision: number | undefined): Promise<Served | null> {
    const { base, parts, database, record, identities } = context
    const isServed = version === base.contract.version && (revision ?? base.contract.revision) === base.contract.revision
    if (isServed) return Object.freeze({ ...base, base })
    const contract = await parts.store.version(parts.service.name, version, revision).catch((error: unknown) => {
      const known = isStoreFailure(error) ? this.#known.get(key) : undefined
      if (known === undefined) throw error
      return known
    })
    if (contract === null) return null
    this.#known.set(key, contract)
    return layOver(parts, database, { contract, live: base.live, identities, record, locked: true, base })
  }
}
