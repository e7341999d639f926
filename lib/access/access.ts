import { fail, type ProblemCode } from '../errors.js'
import type { RawRequest } from '../raw-request.js'

/**
 * Who may do what. Required in the configuration, because an open API must be somebody's decision.
 * `'public-read'`: everybody may read data (GET and HEAD), the schema and the OpenAPI document; nobody anything else.
 * Hooks: what has no hook is denied.
 *
 * `Raw` is the type of {@link AccessRequest.raw}; each web host fills in its own.
 *
 * @example
 * { authorize: ({ action, raw }) => (isStaff(raw) ? true : 'unauthenticated'), operate: () => false }
 */
export type Access<Raw = RawRequest> = 'public-read' | AccessHooks<Raw>

export interface AccessHooks<Raw = RawRequest> {
  /** Decides about data, schemas and OpenAPI documents. @default denied */
  readonly authorize?: Authorize<Raw> | undefined
  /** Alone decides about the contract's routes and the explorer. @default denied */
  readonly operate?: Operate<Raw> | undefined
}

/** Only `true` allows; a hook that throws or rejects ends the request as the host's own unexpected error. */
export type Authorize<Raw = RawRequest> = (request: AccessRequest<Raw>) => Decision | Promise<Decision>

/** As {@link Authorize}; may also name who it is, for the contract's history. */
export type Operate<Raw = RawRequest> = (request: OperateRequest<Raw>) => OperateDecision | Promise<OperateDecision>

/** `true` allows, `false` is 403 and `'unauthenticated'` 401. Anything else a hook returns denies with 403. */
export type Decision = boolean | 'unauthenticated'

/** `{ actor }` allows and is written into the history of the contract; `true` is the actor `operator`. */
export type OperateDecision = Decision | Actor

export interface Actor {
  /** Not empty: a login, a deployment's name. */
  readonly actor: string
}

export interface AccessRequest<Raw = RawRequest> {
  /** Name of the service. */
  readonly service: string
  /** The table as the request names it, whether or not there is one; null where the request is about the whole service. */
  readonly table: string | null
  readonly action: DataAction
  /** Upper case. */
  readonly method: string
  /** Below the mount, still percent-encoded. */
  readonly path: string
  /** The host's own objects: `{ req, res }` on Express and plain Node, `{ ctx }` on Koa. */
  readonly raw: Raw
}

export interface OperateRequest<Raw = RawRequest> {
  /** Name of the service; null where the request is about all of them. */
  readonly service: string | null
  readonly action: OperateAction
  /** Upper case. */
  readonly method: string
  /** Below the mount, still percent-encoded. */
  readonly path: string
  /** The host's own objects: `{ req, res }` on Express and plain Node, `{ ctx }` on Koa. */
  readonly raw: Raw
}

export type DataAction = 'read' | 'create' | 'replace' | 'update' | 'delete' | 'schema' | 'openapi'
export type OperateAction = 'contract:read' | 'contract:write' | 'explorer'

const publicActions: ReadonlySet<DataAction> = new Set<DataAction>(['read', 'schema', 'openapi'])
const publicMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/**
 * Resolves when the request may go on.
 * To be called before anything is looked up, so that a denied caller learns nothing about what exists.
 *
 * @throws FaucetError `unauthenticated` (401) or `forbidden` (403); whatever the hook itself throws.
 */
export async function checkAccess(access: Access, request: AccessRequest): Promise<void> {
  if (access === 'public-read') {
    if (publicActions.has(request.action) && publicMethods.has(request.method)) return
    return deny('forbidden', request.action, 'This API is public for reading only.')
  }
  // `unknown`: hooks of plain JavaScript hosts return anything, and only `true` may open the door.
  const decision: unknown = await access.authorize?.(request)
  if (decision !== true) deny(codeOf(decision), request.action)
}

/**
 * Who operates, for the contract's history, when the request may go on.
 * `'public-read'` and a missing `operate` deny.
 *
 * @throws FaucetError `unauthenticated` (401) or `forbidden` (403); whatever the hook itself throws.
 */
export async function checkOperate(access: Access, request: OperateRequest): Promise<Actor> {
  const decision: unknown = access === 'public-read' ? false : await access.operate?.(request)
  if (decision === true) return { actor: 'operator' }
  return actorOf(decision) ?? deny(codeOf(decision), request.action)
}

function actorOf(decision: unknown): Actor | undefined {
  if (typeof decision !== 'object' || decision === null || !('actor' in decision)) return undefined
  const { actor } = decision
  return typeof actor === 'string' && actor.trim() !== '' ? { actor } : undefined
}

function codeOf(decision: unknown): 'unauthenticated' | 'forbidden' {
  return decision === 'unauthenticated' ? 'unauthenticated' : 'forbidden'
}

/** Names neither service nor table: a denied caller is told what was asked, not what is there. */
function deny(code: ProblemCode, action: DataAction | OperateAction, hint?: string): never {
  const detail =
    code === 'unauthenticated'
      ? `The action "${action}" needs a caller who is known.`
      : `The action "${action}" is not allowed for this caller.`
  fail(code, { detail, hint, context: { action } })
}
