import { checkOperate, type OperateAction } from '../../access/access.js'
import type { RenameOptions } from '../../config/options.js'
import type { Change, LockMode } from '../../contract/types.js'
import type { ResolutionRequest } from '../../controller/resolution-request.js'
import { fail, isFaucetError } from '../../errors.js'
import { checkParameters, flag, wholeNumber } from '../../query/parameters.js'
import { type Call, param } from '../call.js'
import { json } from '../respond.js'
import type { FaucetResponse } from '../types.js'

/** Most bytes of a system request's body. */
const bodyLimit = 65_536

/** `GET /system/service`: every service the caller may see, with its state and what the caller may do. */
export async function listServices(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, [])
  const names = [...call.core.monitors.keys()]
  const services = await Promise.all(names.map((name) => describeService(call, name)))
  return json(200, { resource: services.filter(({ can }) => can.includes('contract:read')) })
}

async function describeService(call: Call, service: string): Promise<{ can: readonly OperateAction[] }> {
  const can = await allowed(call, service)
  return can.includes('contract:read') ? { ...(await call.core.controller.status(service)), can } : { can }
}

async function allowed({ core, request: { method, path, raw } }: Call, service: string): Promise<OperateAction[]> {
  const can: OperateAction[] = []
  for (const action of ['contract:read', 'contract:write'] as const) {
    try {
      await checkOperate(core.config.access, { service, action, method, path, raw })
      can.push(action)
    } catch (error) {
      if (!isFaucetError(error)) throw error
    }
  }
  return can
}

export async function readStatus(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, ['table'])
  return json(200, await call.core.controller.status(param(call, 'service'), narrowed(call)))
}

export async function readDiff(call: Call): Promise<FaucetResponse> {
  const { query } = call.request
  checkParameters(query, ['table', 'from', 'to'])
  const [from, to] = [wholeNumber(query, 'from'), wholeNumber(query, 'to')]
  const versions = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }
  return json(200, await call.core.controller.diff(param(call, 'service'), { ...narrowed(call), ...versions }))
}

export async function readHistory(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, ['limit'])
  const limit = Math.min(wholeNumber(call.request.query, 'limit') ?? 100, 1_000)
  return json(200, { resource: await call.core.controller.history(param(call, 'service'), { limit }) })
}

export async function lockService(call: Call): Promise<FaucetResponse> {
  const { reason } = await fields(call, ['reason'])
  return json(200, await call.core.controller.lock(param(call, 'service'), author(call, reason)))
}

export async function unlockService(call: Call): Promise<FaucetResponse> {
  checkParameters(call.request.query, ['purge'])
  await call.core.controller.unlock(param(call, 'service'), {
    ...author(call, undefined),
    purge: flag(call.request.query, 'purge'),
  })
  return json(200, await call.core.controller.status(param(call, 'service')))
}

export async function setMode(call: Call): Promise<FaucetResponse> {
  const { mode, reason } = await fields(call, ['mode', 'reason'])
  if (mode === undefined)
    fail('invalid-body', { detail: 'mode is missing', hint: 'send {"mode": "auto"}, or null to follow the configuration' })
  return json(200, await call.core.controller.setMode(param(call, 'service'), mode as LockMode | null, author(call, reason)))
}

/**
 * `POST …/promote`. Breaking changes are promoted only by the fingerprint of the report that was reviewed; without one, exactly
 * the harmless changes that were found are, so that none can slip in.
 */
export async function promote(call: Call): Promise<FaucetResponse> {
  const body = await fields(call, ['tables', 'expect', 'renames', 'reason', 'dryRun'])
  const service = param(call, 'service')
  const tables = optional(body.tables, 'tables', isTextList, 'a list of table names')
  const expect = optional(body.expect, 'expect', isText, 'a fingerprint')
  const dryRun = optional(body.dryRun, 'dryRun', isBoolean, 'true or false') ?? false
  const renames = optional(
    body.renames,
    'renames',
    isRenames,
    'as {"tables": {"old": "new"}, "columns": {"table": {"old": "new"}}}',
  )
  const chosen = { ...(tables === undefined ? {} : { tables }), ...(renames === undefined ? {} : { renames }) }
  const options = { ...chosen, ...author(call, body.reason) }
  const reviewed =
    expect ?? (dryRun ? undefined : harmless(await call.core.controller.promote(service, { ...options, dryRun: true })))
  const expected = reviewed === undefined ? {} : { expect: reviewed }
  return json(200, await call.core.controller.promote(service, { ...options, dryRun, ...expected }))
}

/** The fingerprint of a dry run without breaking changes; fails with `review-required` on one that has any. */
function harmless({ changes, fingerprint }: { readonly changes: readonly Change[]; readonly fingerprint: string }): string {
  const breaking = changes.filter((change) => change.class === 'breaking')
  if (breaking.length === 0) return fingerprint
  return fail('review-required', {
    detail: `${breaking.length} breaking change${breaking.length === 1 ? '' : 's'} would reach consumers`,
    hint: 'review the report (GET …/diff, or a dry run) and send its fingerprint as "expect"',
    context: { fingerprint, changes: breaking.map(({ kind, table, column }) => ({ kind, table, column })) },
  })
}

/** `POST …/rollback`: by the fingerprint of its dry run, where it breaks somebody. */
export async function rollback(call: Call): Promise<FaucetResponse> {
  const body = await fields(call, ['version', 'revision', 'expect', 'acceptHolds', 'reason', 'dryRun'])
  const version = optional(body.version, 'version', isCount, 'a whole number')
  if (version === undefined) fail('invalid-body', { detail: 'version is missing', hint: 'send {"version": 7}' })
  const revision = optional(body.revision, 'revision', isCount, 'a whole number')
  const expect = optional(body.expect, 'expect', isText, 'a fingerprint')
  const acceptHolds = optional(body.acceptHolds, 'acceptHolds', isBoolean, 'true or false') ?? false
  const dryRun = optional(body.dryRun, 'dryRun', isBoolean, 'true or false') ?? false
  const target = { version, ...(revision === undefined ? {} : { revision }) }
  const options = { ...target, acceptHolds, ...author(call, body.reason) }
  const run = (more: object) => call.core.controller.rollback(param(call, 'service'), { ...options, ...more })
  const reviewed = expect ?? (dryRun ? undefined : harmless(await run({ dryRun: true })))
  return json(200, await run({ dryRun, ...(reviewed === undefined ? {} : { expect: reviewed }) }))
}

/** `POST …/resolve`: one thing to settle, with a reason beside it. */
export async function resolve(call: Call): Promise<FaucetResponse> {
  const { reason, ...request } = await fields(call, ['kind', 'table', 'column', 'to', 'value', 'subject', 'reason'])
  // The controller checks it as it does what came from code.
  const settled = request as unknown as ResolutionRequest
  return json(200, await call.core.controller.resolve(param(call, 'service'), settled, author(call, reason)))
}

function narrowed(call: Call): { tables?: readonly string[] } {
  const tables = call.request.query.getAll('table')
  return tables.length === 0 ? {} : { tables }
}

function author(call: Call, reason: unknown): { actor: string; reason?: string } {
  const text = optional(reason, 'reason', isText, 'a text')
  return { actor: call.actor, ...(text === undefined ? {} : { reason: text }) }
}

/** The body's fields; an absent body has none. */
async function fields(call: Call, known: readonly string[]): Promise<Record<string, unknown>> {
  checkParameters(call.request.query, [])
  const body = (await call.request.body(bodyLimit)) ?? {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    fail('invalid-body', { detail: 'the body must be an object' })
  for (const name of Object.keys(body)) {
    if (!known.includes(name))
      fail('invalid-body', { detail: `no field "${name}" here`, hint: `this route takes ${known.join(', ')}` })
  }
  return body as Record<string, unknown>
}

function optional<T>(value: unknown, name: string, fits: (value: unknown) => value is T, wanted: string): T | undefined {
  if (value === undefined || value === null || fits(value)) return value ?? undefined
  return fail('invalid-body', { detail: `${name} must be ${wanted}` })
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)

const isNamed = (value: unknown, fits: (value: unknown) => boolean): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(fits)
const isName = (value: unknown) => isText(value) && value !== ''

function isRenames(value: unknown): value is RenameOptions {
  if (!isNamed(value, () => true)) return false
  return Object.entries(value).every(([key, names]) => {
    if (key === 'tables') return isNamed(names, isName)
    return key === 'columns' && isNamed(names, (columns) => isNamed(columns, isName))
  })
}
