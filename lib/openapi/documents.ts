import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedService } from '../config/resolve.js'
import type { ContractVersion } from '../contract/types.js'
import { combinedDocument, type Described, type OpenApiText, serviceDocument } from './document.js'

/** An OpenAPI 3.1 document as plain data. */
export type OpenApiDocument = OpenAPIV3_1.Document

/** Documents of contracts, each made once and kept in memory. */
export interface OpenApiDocuments {
  ofService(contract: ContractVersion, service: Settings): Promise<OpenApiText>
  /** @param all in the order of the document */
  ofAll(all: readonly (readonly [ContractVersion, Settings])[]): Promise<OpenApiText>
}

type Settings = Pick<ResolvedService, 'bigints' | 'enums' | 'readOnly' | 'limits'>

/** Most documents kept: what is served now and versions that somebody is pinned to. */
const most = 20

export function createDocuments(): OpenApiDocuments {
  const kept = new Map<string, Promise<OpenApiText>>()
  const keep = (key: string, make: () => Promise<OpenApiText>) => {
    const found = kept.get(key) ?? make()
    kept.delete(key)
    kept.set(key, found)
    found.catch(() => kept.delete(key))
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    return found
  }
  return {
    ofService: (contract, service) => keep(keyOf(contract), () => serviceDocument(described(contract, service))),
    ofAll: (all) =>
      keep(all.map(([contract]) => keyOf(contract)).join(' '), () => combinedDocument(all.map((one) => described(...one)))),
  }
}

export function described(contract: ContractVersion, { bigints, enums, readOnly, limits }: Settings): Described {
  const { page, defaultPage, batch } = limits
  return { contract, options: { bigints, enums, readOnly, page, defaultPage, batch } }
}

const numbers = new WeakMap<readonly unknown[], number>()
let lastNumber = 0

/** The digest is over locked tables alone: a contract with others beside them is told by its own list of them. */
function keyOf({ service, version, revision, digest, tables }: ContractVersion): string {
  const name = `${service}@${version}.${revision};${digest}`
  if (version > 0 && tables.every(({ id }) => id !== null)) return name
  const number = numbers.get(tables) ?? ++lastNumber
  numbers.set(tables, number)
  return `${name};${number}`
}
