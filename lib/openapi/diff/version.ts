import type { Finding } from './change.js'
import type { Readers } from './document.js'
import { asObject } from './document.js'
import { rules } from './rules.js'

/** Whether `info.version`, where it is a semantic one, moved as what changed asks for. */
export function compareVersions({ base, revision }: Readers, findings: readonly Finding[]): Finding[] {
  const [from, to] = [base, revision].map(({ root }) => String(asObject(root.info).version ?? ''))
  const [was, is] = [numbersOf(from ?? ''), numbersOf(to ?? '')]
  if (from === undefined || to === undefined || was === null || is === null) return []
  const place = { section: 'info' } as const
  const order = was.map((number, index) => number - (is[index] ?? 0)).find((difference) => difference !== 0) ?? 0
  if (order > 0) return [{ id: 'api-version-decreased', args: [from, to], place }]
  if (findings.length === 0) return []
  if (order === 0) return [{ id: 'api-version-not-bumped', args: [from], place }]
  const isBreaking = findings.some(({ id }) => rules[id][0] === 'ERR')
  return isBreaking && was[0] === is[0] ? [{ id: 'api-major-version-not-bumped', args: [from, to], place }] : []
}

function numbersOf(version: string): readonly number[] | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  return match === null ? null : match.slice(1).map(Number)
}
