import type { Readable } from 'node:stream'
import type { RawRequest } from '../raw-request.js'

/** What a web host hands over. No framework type appears here; `raw` carries the host's own objects to the access hooks. */
export interface FaucetRequest {
  /** Upper case. */
  readonly method: string
  /** Below the mount, still percent-encoded, always starting with `/`. */
  readonly path: string
  /** What stands before `path`; `''` at the root. Only for links. */
  readonly mountPath: string
  /** Parsed from the URL itself: hosts' `req.query` differ in shape. */
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The parsed JSON body of at most `limit` bytes, read once; `undefined` when there is none. Fails with `malformed-json`, `body-too-large`, `unsupported-media-type`. */
  body(limit: number): Promise<unknown>
  /** Aborted when the client leaves before the answer is complete. */
  readonly signal: AbortSignal
  readonly raw: RawRequest
}

/** `text` is a complete body; a `stream` is handed to the host and destroyed by it when the client leaves. */
export type FaucetResponse =
  | { readonly kind: 'text'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'empty'; readonly status: number; readonly headers: Headers }
  | { readonly kind: 'stream'; readonly status: number; readonly headers: Headers; readonly body: Readable }

type Headers = Readonly<Record<string, string>>

/** `null`: not ours, the host goes on. Rejections are unexpected and belong to the host's own error handling. */
export type FaucetHandler = (request: FaucetRequest) => Promise<FaucetResponse | null>
