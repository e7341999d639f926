import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds: a statement that failed may ask for a look at most this often, so that a broken client cannot cause a storm. */
const afterFailure = 250
/** Milliseconds: one that was refused as it may well be, by a hold or a key, at most this often, … */
const afterRefusal = 1_000
/** … and so that such looks take at most this part of the time. */
const partOfTime = 0.05

/** Looks that requests ask for: shared by all who ask meanwhile, and rationed. */
export class Relooks {
  readonly #look: () => Promise<void>
  #running: Promise<void> | null = null
  #ended = 0
  #took = 0

  /** @param look a failed one is the monitor's to try again */
  constructor(look: () => Promise<void>) {
    this.#look = look
  }

  /** After a statement found the schema moved: the look is worth waiting for. */
  soon(): Promise<void> {
    return this.#shared(this.#ended + afterFailure - Date.now())
  }

  /** After a refusal that is hardly for a look to change; null when it is too early for one. */
  ifDue(): Promise<void> | null {
    if (this.#running !== null) return this.#running
    const pause = Math.max(afterRefusal, this.#took / partOfTime)
    return Date.now() < this.#ended + pause ? null : this.#shared(0)
  }

  #shared(wait: number): Promise<void> {
    this.#running ??= this.#run(wait).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #run(wait: number): Promise<void> {
    if (wait > 0) await sleep(wait)
    const started = Date.now()
    await this.#look().catch(() => {})
    this.#ended = Date.now()
    this.#took = this.#ended - started
  }
}
