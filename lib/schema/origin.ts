import { createHash } from 'node:crypto'

/**
 * The identity of something that came in the same look in which others went, on an engine that cannot tell a rename from a
 * drop and an addition: it may be any of `vanished` (engine identities) under a new name, and with that whatever those may be.
 *
 * Reads `?a.b+c:own`: it may be `a`, or `b`, which may itself be `c`.
 */
export function uncertainId(own: string, vanished: readonly string[]): string {
  return `?${vanished.map(lineOf).sort().join('.')}:${short(own)}`
}

/** Whether an identity is of {@link uncertainId}. */
export function isUncertain(id: string | null): boolean {
  return id?.startsWith('?') === true
}

/** Whether the thing with identity `live` may be the one on record as `recorded`, under a new name. */
export function mayBe(live: string | null, recorded: string | undefined): boolean {
  if (live === null || recorded === undefined || !isUncertain(live)) return false
  return linesOf(live).some((line) => line.includes(short(recorded)))
}

/** Whether it can be nothing else but that, or something new: no other thing went when it came. */
export function canOnlyBe(live: string | null, recorded: string | undefined): boolean {
  return live !== null && mayBe(live, recorded) && linesOf(live).length === 1
}

/** One thing that went, and all that it may have been before. */
function lineOf(id: string): string {
  const before = isUncertain(id) ? linesOf(id).flat() : []
  return [...new Set([short(id), ...before])].join('+')
}

function linesOf(uncertain: string): readonly (readonly string[])[] {
  const lines = uncertain.slice(1, uncertain.indexOf(':')).split('.')
  return lines.map((line) => line.split('+'))
}

function short(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12)
}
