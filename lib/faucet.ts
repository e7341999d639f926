import { Kysely } from 'kysely'
import { engines, schemes, withoutComments } from '../adapters/database/registry.js'
import { openSqliteStore } from '../adapters/store/sqlite/index.js'
import type { FaucetConfig } from './config/options.js'
import { type ResolvedService, resolveConfig } from './config/resolve.js'
import type { ContractStore } from './contract/store.js'
import { type ContractController, createController } from './controller/controller.js'
import type { Engine } from './database.js'
import { ServiceMonitor } from './drift/monitor.js'
import { fail } from './errors.js'
import { createEventBus, type EventBus } from './events.js'
import { createHandler } from './http/dispatch.js'
import type { FaucetHandler } from './http/types.js'
import type { Logger } from './logger.js'
import { createDocuments } from './openapi/documents.js'
import type { RawRequest } from './raw-request.js'

/** What every web host's `createFaucet` is made of. */
export interface Composed<Name extends string> {
  readonly handler: FaucetHandler
  readonly controller: ContractController<Name>
}

/**
 * Puts the parts together and starts connecting in the background. Synchronous.
 *
 * @throws FaucetError `invalid-config` with every problem of the whole configuration.
 */
export function composeFaucet<const Name extends string, Raw extends RawRequest = RawRequest>(
  config: FaucetConfig<Name, Raw>,
): Composed<Name> {
  const resolved = resolveConfig(config, schemes, withoutComments)
  const { logger } = resolved
  const store = openSqliteStore(resolved.store)
  const events = createEventBus(logger)
  const monitors = new Map(resolved.services.map((service) => [service.name, createMonitor(service, store, events, logger)]))
  const documents = createDocuments()
  const controller = createController({ monitors, store, events, documents, close: closer(monitors, store) })
  const handler = createHandler({ config: resolved, controller, monitors, store, documents })
  for (const monitor of monitors.values()) monitor.start()
  return { handler, controller: controller as ContractController<Name> }
}

function createMonitor(service: ResolvedService, store: ContractStore, events: EventBus, logger: Logger): ServiceMonitor {
  return new ServiceMonitor({ service: withKysely(service), engine: engineNamed(service.engine), store, events, logger })
}

function engineNamed(name: string): Engine {
  return engines.get(name) ?? fail('invalid-config', { detail: `no engine "${name}"` })
}

/** A dialect becomes a Kysely instance of ours. */
function withKysely(service: ResolvedService): ResolvedService {
  const { dialect, ...target } = service.target
  return dialect === undefined ? service : { ...service, target: { ...target, kysely: new Kysely<object>({ dialect }) } }
}

function closer(monitors: ReadonlyMap<string, ServiceMonitor>, store: ContractStore): () => Promise<void> {
  let closing: Promise<void> | null = null
  return () => {
    closing ??= Promise.allSettled([...monitors.values()].map((monitor) => monitor.close())).then(() => store.close())
    return closing
  }
}
