import { randomUUID } from 'node:crypto'
import { FaucetError, problems } from '../errors.js'
import type { Logger } from '../logger.js'
import type { FaucetResponse } from './types.js'

/** The RFC 9457 body of an error, with the Go original's `error` object beside it so that its clients work unchanged. */
export function problemBody(error: FaucetError, incident: string = randomUUID()): object {
  return {
    type: `urn:faucet:problem:${error.code}`,
    title: problems[error.code].title,
    status: error.status,
    detail: error.message,
    instance: `urn:uuid:${incident}`,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...errorEntry(error),
  }
}

/** The original's error object: `code` is the HTTP status. Stands alone for one refused row of a batch. */
export function errorEntry(error: FaucetError): { error: { code: number; message: string; context: object } } {
  // What the store says of itself is for operators' logs.
  const context = error.code.startsWith('store-') ? {} : error.context
  return { error: { code: error.status, message: error.message, context: { ...context, code: error.code } } }
}

/** Answers a refusal. What is our side's fault is logged under the answer's `instance`, with its cause. */
export function problemResponse(error: FaucetError, logger: Logger): FaucetResponse {
  const incident = randomUUID()
  if (error.status >= 500)
    logger.warn('a request was refused', {
      instance: `urn:uuid:${incident}`,
      code: error.code,
      detail: error.message,
      cause: error.cause,
    })
  return {
    kind: 'text',
    status: error.status,
    headers: { 'content-type': 'application/problem+json', ...lowerCased(error.headers) },
    body: JSON.stringify(problemBody(error, incident)),
  }
}

/** What nobody foresaw goes to the log, and on without its text: to the host's own error handling, or as the error of one row. */
export function unexpected(logger: Logger, service: string | null, cause: unknown): FaucetError {
  logger.error('a request failed unexpectedly', { service, error: cause })
  return new FaucetError('internal', { detail: 'the request could not be answered', cause })
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
