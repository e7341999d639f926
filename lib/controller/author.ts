/** Who does it and why, for the history. `actor` is `code` by default. */
export interface Author {
  readonly actor?: string
  readonly reason?: string
}

/** Who and why, with defaults. */
export function by({ actor, reason }: Author): { actor: string; reason: string | null } {
  return { actor: actor ?? 'code', reason: reason ?? null }
}
