import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { parse } from 'yaml'
import { isFaucetError } from '../../lib/errors.js'
import { serviceDocument } from '../../lib/openapi/document.js'
import { openSqliteStore } from '../store/sqlite/index.js'

/** An end with a code and a sentence for people. */
export class Ended extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message)
  }
}

/**
 * The OpenAPI document of a file, of `-` (standard input), of a URL, or of a contract that is kept (`shop`, `shop@7.2`). Fails with
 * {@link Ended} and `exitCode`.
 */
export async function loadDocument(source: string, store: string, exitCode: number): Promise<unknown> {
  const fail = (why: string): never => {
    throw new Ended(exitCode, `${source === '-' ? 'standard input' : source}: ${why}`)
  }
  if (source === '-') return read(await textOf(process.stdin), fail)
  if (/^https?:\/\//.test(source)) return read(await fetched(source, fail), fail)
  if (existsSync(source)) return read(await readFile(source, 'utf8').catch(() => fail('it cannot be read')), fail)
  const [, service, version, revision] = /^([a-z][a-z0-9_-]*)(?:@(\d+)(?:\.(\d+))?)?$/.exec(source) ?? []
  if (service === undefined) return fail('there is no such file')
  if (!existsSync(store)) return fail(`there is no such file, and no store of contracts at ${store}`)
  const contract = await keptContract(store, service, version, revision).catch((error: unknown) =>
    fail(isFaucetError(error) ? error.message : 'the store cannot be read'),
  )
  if (contract === null) return fail(`there is no such file, and no such contract in ${store}`)
  return JSON.parse((await serviceDocument({ contract, options: defaults })).text)
}

type Fail = (why: string) => never

/** The store does not know how a service is configured. */
const defaults = { bigints: 'string', enums: 'open', readOnly: false, page: 1000, defaultPage: 25, batch: 1000 } as const

async function keptContract(file: string, service: string, version?: string, revision?: string) {
  const store = openSqliteStore(file)
  try {
    if (version === undefined) return await store.current(service)
    return await store.version(service, Number(version), revision === undefined ? undefined : Number(revision))
  } finally {
    await store.close()
  }
}

/** JSON is YAML, too. */
function read(content: string, fail: Fail): unknown {
  try {
    return content.trimStart().startsWith('{') ? JSON.parse(content) : parse(content)
  } catch {
    return fail('it cannot be read as JSON or YAML')
  }
}

async function fetched(url: string, fail: Fail): Promise<string> {
  const response = await fetch(url).catch(() => fail('nobody answers'))
  return response.ok ? response.text() : fail(`the answer is ${response.status}`)
}
