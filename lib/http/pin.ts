import type { ServiceMonitor } from '../drift/monitor.js'
import { type Served, versionName } from '../drift/served.js'
import { fail } from '../errors.js'

/** A contract version that a consumer was built for. */
interface Pin {
  readonly version: number
  /** The latest without one. */
  readonly revision: number | undefined
  /** The first digits of the digest it must have. */
  readonly digest: string | undefined
}

/**
 * What a request is answered from, as its `Faucet-Contract` header asks: `7` (its latest revision), `7.2` or `shop@7`, with
 * `; digest=…`. Any version that is kept is served, laid over the schema of this moment; without a header the current one.
 * Fails with `contract-gone` for a version that is not kept or has another digest, `invalid-parameter` for what cannot be read.
 *
 * @param answering told what is served as soon as that is known, for the headers of errors
 */
export async function servedUnder(
  monitor: ServiceMonitor,
  header: string | string[] | undefined,
  answering: { served: Served | null },
): Promise<Served> {
  const current = await monitor.served()
  answering.served = current
  if (header === undefined) return current
  const pin = readPin(Array.isArray(header) ? header.join(',') : header, current.contract.service)
  const served = current.locked ? await monitor.pinned(pin.version, pin.revision) : null
  if (served === null) return gone(monitor, current, pin)
  answering.served = served
  if (pin.digest !== undefined && !served.contract.digest.startsWith(pin.digest)) otherDigest(served)
  return served
}

function readPin(text: string, service: string): Pin {
  const match = /^\s*(?:([a-z][a-z0-9_-]*)@)?(\d{1,9})(?:\.(\d{1,9}))?\s*(?:;\s*digest=([0-9a-f]{8,64}))?\s*$/.exec(text)
  if (match === null || (match[1] !== undefined && match[1] !== service)) {
    fail('invalid-parameter', {
      detail: 'the Faucet-Contract header must look like 7, 7.2 or service@7',
      context: { header: 'Faucet-Contract' },
    })
  }
  const [, , version, revision, digest] = match
  return { version: Number(version), revision: revision === undefined ? undefined : Number(revision), digest }
}

async function gone({ parts }: ServiceMonitor, { contract, locked }: Served, pin: Pin): Promise<never> {
  const kept = locked ? latestRevisions(await parts.store.versions(contract.service)) : []
  const name = pin.revision === undefined ? String(pin.version) : `${pin.version}.${pin.revision}`
  return fail('contract-gone', {
    detail: `contract ${name} of "${contract.service}" is not kept`,
    hint: locked ? `served is ${versionName(contract)}; kept are ${kept.join(', ')}` : 'the service is not locked',
    context: { served: locked ? [versionName(contract)] : [], kept },
  })
}

/** The names of all versions at their latest revision; the list is newest first. */
function latestRevisions(versions: readonly { readonly version: number; readonly revision: number }[]): string[] {
  const latest = new Map<number, string>()
  for (const one of versions) if (!latest.has(one.version)) latest.set(one.version, versionName(one))
  return [...latest.values()]
}

function otherDigest({ contract }: Served): never {
  fail('contract-gone', {
    detail: `contract ${versionName(contract)} of "${contract.service}" has another digest than the one that was asked for`,
    hint: 'it was made anew under the same number: look at what it promises, then send its digest or none',
    context: { version: versionName(contract), digest: contract.digest },
  })
}
