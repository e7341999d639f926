import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'

/**
 * One thing for an operator to settle. `table` and `column` are the contract's names, `to` is the database's; without `column` it is
 * about the table itself.
 */
export type ResolutionRequest =
  /** It is called `to` now: served under the promised name. */
  | { readonly kind: 'confirm-rename'; readonly table: string; readonly column?: string; readonly to: string }
  /** `to` is something new, and what was promised is gone. */
  | { readonly kind: 'refute-rename'; readonly table: string; readonly column?: string; readonly to: string }
  /** What has the promised name now is what was promised, whatever it was before. */
  | { readonly kind: 'bind-by-name'; readonly table: string; readonly column?: string }
  /**
   * A JSON value, as the column promises them, where the database has none; null: none, whatever the configuration says. `column` may
   * be one of an older version, or one of the database that inserts must supply.
   */
  | { readonly kind: 'stand-in'; readonly table: string; readonly column: string; readonly value: unknown }
  /** An addition that nobody is to see, until its table is promoted by name. A new table has the database's name. */
  | { readonly kind: 'decline'; readonly table: string; readonly column?: string }
  /** The database is another one, and is the one the contract is about. */
  | { readonly kind: 'accept-database' }
  /** What `auto` merged was seen. */
  | { readonly kind: 'acknowledge' }
  /** What was settled under this subject (see the status) is so no more. */
  | { readonly kind: 'withdraw'; readonly subject: string }

interface Fields {
  readonly needed: readonly string[]
  readonly possible: readonly string[]
}

const fieldsOf: ReadonlyMap<string, Fields> = new Map<ResolutionRequest['kind'], Fields>([
  ['confirm-rename', { needed: ['table', 'to'], possible: ['column'] }],
  ['refute-rename', { needed: ['table', 'to'], possible: ['column'] }],
  ['bind-by-name', { needed: ['table'], possible: ['column'] }],
  ['stand-in', { needed: ['table', 'column', 'value'], possible: [] }],
  ['decline', { needed: ['table'], possible: ['column'] }],
  ['accept-database', { needed: [], possible: [] }],
  ['acknowledge', { needed: [], possible: [] }],
  ['withdraw', { needed: ['subject'], possible: [] }],
])

/** Checks what came as JSON; fails with `invalid-body`. Null counts as absent, but for a stand-in's value. */
export function readRequest(request: unknown): ResolutionRequest {
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return fail('invalid-body', { detail: 'what to resolve must be an object with a kind' })
  const given = new Map(Object.entries(request).filter(([name, value]) => (value ?? undefined) !== undefined || name === 'value'))
  const kind = given.get('kind')
  const kinds = [...fieldsOf.keys()]
  const fields = typeof kind === 'string' ? fieldsOf.get(kind) : undefined
  if (fields === undefined) {
    const hint = (typeof kind === 'string' ? didYouMean(kind, kinds) : undefined) ?? `one of ${kinds.join(', ')}`
    return fail('invalid-body', { detail: 'kind is not one of those that can be resolved', hint })
  }
  const known = ['kind', ...fields.needed, ...fields.possible]
  for (const [name, value] of given) {
    if (!known.includes(name))
      fail('invalid-body', {
        detail: `no field "${name}" in ${kind}`,
        hint: didYouMean(name, known) ?? `it takes ${known.join(', ')}`,
      })
    if (name !== 'value' && (typeof value !== 'string' || value === ''))
      fail('invalid-body', { detail: `${name} must be a text` })
  }
  const missing = fields.needed.find((name) => given.get(name) === undefined)
  if (missing !== undefined)
    fail('invalid-body', { detail: `${kind} needs ${fields.needed.join(', ')}`, hint: `give ${missing}` })
  return Object.fromEntries(given) as unknown as ResolutionRequest
}
