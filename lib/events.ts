import { EventEmitter } from 'node:events'
import type { Change, DriftState } from './contract/types.js'
import type { Logger } from './logger.js'

/** What happened, once per real change. Payloads are plain and frozen; fields may be added. */
export interface FaucetEvents {
  /** The pending changes of a service are no longer the same (also: they are gone). */
  drift: [
    event: {
      readonly service: string
      readonly state: DriftState
      readonly fingerprint: string
      readonly changes: readonly Change[]
    },
  ]
  /** A new version or revision is served. `automatic`: an additive merge. */
  promotion: [
    event: {
      readonly service: string
      readonly version: number
      readonly revision: number
      readonly automatic: boolean
      readonly actor: string
      readonly changes: readonly Change[]
    },
  ]
  /** A request met a hold and was refused; once for each hold, not for each request. Names are the contract's. */
  hold: [
    event: {
      readonly service: string
      readonly table: string
      /** null: the whole table, or several columns. */
      readonly column: string | null
      readonly code: 'contract-unservable' | 'contract-drift'
    },
  ]
  lock: [event: { readonly service: string; readonly version: number; readonly actor: string }]
  unlock: [event: { readonly service: string; readonly actor: string }]
  /** Something nobody was waiting for failed. `service` is null for the store. */
  error: [event: { readonly service: string | null; readonly error: unknown }]
  /** A database that could not be reached answers again. */
  reconnect: [event: { readonly service: string }]
}

export type FaucetEventName = keyof FaucetEvents

export interface EventBus {
  on<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  off<E extends FaucetEventName>(event: E, listener: (...payload: FaucetEvents[E]) => void): void
  emit<E extends FaucetEventName>(event: E, ...payload: FaucetEvents[E]): void
}

/** An emitter whose listeners cannot break a request: what they throw is logged. An `error` without listener is no exception. */
export function createEventBus(logger: Logger): EventBus {
  const emitter = new EventEmitter()
  return {
    on: (event, listener) => void emitter.on(event, listener as (...payload: unknown[]) => void),
    off: (event, listener) => void emitter.off(event, listener as (...payload: unknown[]) => void),
    emit(event, ...payload) {
      for (const listener of emitter.listeners(event)) {
        try {
          listener(...payload.map((part) => Object.freeze(part)))
        } catch (error) {
          logger.error('a listener threw', { event, error })
        }
      }
    },
  }
}
