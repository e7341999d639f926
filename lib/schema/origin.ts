import { createHash } from 'node:crypto'

/**
 * The identity of something that came in the same look in which others went, on an engine that cannot tell a rename from a
 * drop and an addition: it may be any of `vanished` (engine identities) under a new name. Starts with `?`.
 */
export function uncertainId(own: string, vanished: readonly string[]): string {
  return `?${vanished.map(short).sort().join('.')}:${short(own)}`
}

/** Whether an identity is of {@link uncertainId}. */
export function isUncertain(id: string | null): boolean {
  return id?.startsWith('?') === true
}

/** Whether the thing with identity `live` may be the one on record as `recorded`, under a new name. */
export function mayBe(live: string | null, recorded: string | undefined): boolean {
  if (live === null || recorded === undefined || !isUncertain(live)) return false
  return live.slice(1, live.indexOf(':')).split('.').includes(short(recorded))
}

function short(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12)
}
