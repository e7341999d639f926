import { awayOf, everyScope, identitiesOf } from '../contract/identities.js'
import { spoiledStamps } from '../contract/stamps.js'
import type { ContractStore } from '../contract/store.js'
import { type Served, settledPart } from './served.js'

/** Logical id → engine identity in a scope, and what is kept for all scopes. */
export async function knownIdentities(
  store: ContractStore,
  service: string,
  scope: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await store.identities(service, everyScope)), ...(await store.identities(service, scope))])
}

/** What a look settled of them, for its scope and for all. */
export function settledIn(served: Served, known: ReadonlyMap<string, string>) {
  const settled = settledPart(served)
  const here = identitiesOf(settled)
  const everywhere = [...awayOf(settled, known), ...spoiledStamps(settled, served.live.stamps, known)]
  return { here, everywhere, known: new Map([...known, ...here, ...everywhere]) }
}
