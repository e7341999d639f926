import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ContractVersion } from '../contract/types.js'
import { tableWords, wordOf } from './names.js'
import { tablePaths } from './operations.js'
import { schemaPaths } from './schema-operations.js'
import { sharedHeaders, sharedParameters, sharedResponses, sharedSchemas } from './shared.js'
import { descriptionOf, tableSchemas } from './table-schemas.js'
import type { ShapeOptions } from './types.js'

/** A document as it is sent. */
export interface OpenApiText {
  readonly text: string
  /** Its strong entity tag, in quotes. */
  readonly etag: string
}

/** One service's contract and what of its settings shows. */
export interface Described {
  readonly contract: ContractVersion
  readonly options: ShapeOptions
  /** Only these tables, by name; they are called as in the whole document. */
  readonly only?: ReadonlySet<string>
}

/** Members of JSON objects, `"key":value`, in the document's order. */
interface Parts {
  readonly paths: readonly string[]
  readonly schemas: readonly string[]
  readonly tags: readonly string[]
}

/** Longest time that building keeps the thread, in milliseconds, before others get their turn. */
const slice = 8

/**
 * The OpenAPI 3.1 document of one service, served at `/{service}/_doc`. From the contract alone: the same bytes on every machine and
 * in every process, whatever the database has become.
 */
export async function serviceDocument(described: Described): Promise<OpenApiText> {
  const { contract, options } = described
  const { service } = contract
  const info = {
    title: service,
    version: versionText(contract),
    description: `The REST API of "${service}", as its contract promises it`,
  }
  return assemble(info, '..', [await partsOf(described, '', ownNames())], options)
}

/** One document of several services, served at `/openapi.json`. Its version is made of all of theirs. */
export async function combinedDocument(all: readonly Described[]): Promise<OpenApiText> {
  const parts: Parts[] = []
  const used = ownNames()
  for (const described of all) parts.push(await partsOf(described, wordOf(described.contract.service), used))
  const version = all.map(({ contract }) => `${contract.service}-${versionText(contract)}`).join('+') || '0.0.0'
  const [first] = all
  const options = first?.options ?? noServices
  return assemble(
    { title: 'API', version, description: 'The REST APIs of all services, as their contracts promise them' },
    '.',
    parts,
    options,
  )
}

const noServices: ShapeOptions = { bigints: 'string', enums: 'open', readOnly: true, page: 1000, defaultPage: 25, batch: 1000 }

/** Semantic: what an operator made counts the major, what was merged the minor. */
export function versionText({ version, revision }: Pick<ContractVersion, 'version' | 'revision'>): string {
  return `${version}.${revision}.0`
}

/** What no table may be called: see `tableWords`. */
function ownNames(): Set<string> {
  return new Set(Object.keys(sharedSchemas).map((name) => name.toLowerCase()))
}

/** @param prefix in front of names, where several services share a document */
async function partsOf({ contract, options, only }: Described, prefix: string, used: Set<string>): Promise<Parts> {
  for (const name of ['Tables', 'Schemas', 'Schema']) used.add(`${prefix}${name}`.toLowerCase())
  const words = tableWords(contract.tables, prefix, used)
  const paths: string[] = members(atService(contract.service, schemaPaths(prefix)))
  const schemas: string[] = []
  const tags: string[] = []
  let begun = performance.now()
  for (const table of contract.tables) {
    if (only?.has(table.name) === false) continue
    const word = words.get(table.name) ?? ''
    // Several services can have tables of one name.
    const tag = prefix === '' ? table.name : `${contract.service}: ${table.name}`
    paths.push(...members(atService(contract.service, tablePaths({ table, word, tag, options }))))
    schemas.push(...members(tableSchemas(table, word, options)))
    tags.push(JSON.stringify({ name: tag, description: descriptionOf(table) }))
    if (performance.now() - begun < slice) continue
    await nextTurn()
    begun = performance.now()
  }
  return { paths, schemas, tags }
}

function atService(service: string, paths: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [`/${service}${path}`, item]))
}

function members(object: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
}

async function assemble(info: object, server: string, parts: readonly Parts[], options: ShapeOptions): Promise<OpenApiText> {
  const shared = members(sharedSchemas)
  const pieces = [
    `{"openapi":"3.1.0","info":${JSON.stringify(info)},"servers":${JSON.stringify([{ url: server }])},"tags":[`,
    ...joined(parts.flatMap(({ tags }) => tags)),
    '],"paths":{',
    ...joined(parts.flatMap(({ paths }) => paths)),
    '},"components":{"schemas":{',
    ...joined([...parts.flatMap(({ schemas }) => schemas), ...shared]),
    `},"parameters":${JSON.stringify(sharedParameters(options))},"headers":${JSON.stringify(sharedHeaders)}`,
    `,"responses":${JSON.stringify(sharedResponses)}}}`,
  ]
  const hash = createHash('sha256')
  let text = ''
  let begun = performance.now()
  for (const piece of pieces) {
    hash.update(piece)
    text += piece
    if (performance.now() - begun < slice) continue
    await nextTurn()
    begun = performance.now()
  }
  return { text, etag: `"${hash.digest('hex').slice(0, 32)}"` }
}

function joined(items: readonly string[]): string[] {
  return items.map((item, index) => (index === 0 ? item : `,${item}`))
}
