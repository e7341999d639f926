import type { Database, Watch } from '../database.js'
import type { MonitorParts } from './look-loop.js'

/** A service's database, opened when it is first needed and again after a failure, and heard from where it tells of changes. */
export class Opening {
  readonly #parts: MonitorParts
  readonly #onChange: () => void
  #opening: Promise<Database> | null = null
  #database: Database | null = null
  #watch: Promise<Watch | null> | null = null
  #closed = false

  /** @param onChange the schema may have changed */
  constructor(parts: MonitorParts, onChange: () => void) {
    this.#parts = parts
    this.#onChange = onChange
  }

  /** The open database; null before. */
  get database(): Database | null {
    return this.#database
  }

  open(): Promise<Database> {
    const { engine, service, events } = this.#parts
    this.#opening ??= engine
      .open(service.target, {
        poolMax: service.pool.max,
        connectTimeout: service.pool.connectTimeout,
        statementTimeout: service.limits.statementTimeout,
        onConnectionError: (error) => events.emit('error', { service: service.name, error }),
      })
      .then((database) => {
        this.#database = database
        return database
      })
      .catch((error: unknown) => {
        this.#opening = null
        throw error
      })
    return this.#opening
  }

  /** After a look that succeeded. What changed until it hears is looked for at once; what did not start is tried again. */
  listen(): void {
    if (this.#closed || this.#watch !== null || this.#database?.watch === undefined) return
    const { service, logger } = this.#parts
    this.#watch = this.#database.watch(this.#onChange).catch((error: unknown) => {
      logger.debug('cannot listen for changes of the schema; looking on a timer', { service: service.name, error })
      return null
    })
    this.#watch.then((watch) => {
      if (watch === null) this.#watch = null
      else this.#onChange()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await (await this.#watch)?.close()
    const database = await this.#opening?.catch(() => null)
    await database?.close()
  }
}
