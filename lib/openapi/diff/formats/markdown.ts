import type { OpenApiChange } from '../change.js'
import type { ReportContext } from './index.js'
import { nothing } from './text.js'

/** A change log: a heading for each operation and what changed in it. */
export function markdown(changes: readonly OpenApiChange[], context: ReportContext): string {
  const title = `# ${titleOf(context)}`
  if (changes.length === 0) return `${title}\n\n${nothing(context, null)}\n`
  const sections = groupsOf(changes).map(({ heading, groups }) => {
    const parts = groups.map(({ name, changes: own }) => `${name === null ? '' : `### ${name}\n`}${own.map(lineOf).join('\n')}`)
    return `## ${heading}\n\n${parts.join('\n\n')}`
  })
  return `${title}\n\n\n${sections.join('\n\n')}\n`
}

function lineOf({ level, text }: OpenApiChange): string {
  return `- ${level > 1 ? ':warning:' : ''} ${text}`
}

export function titleOf({ versions: [base, revision] }: ReportContext): string {
  return base === '' || revision === '' ? 'API Changelog' : `API Changelog ${base} vs. ${revision}`
}

interface Section {
  readonly heading: string
  readonly groups: readonly { readonly name: string | null; readonly changes: readonly OpenApiChange[] }[]
}

/** Operations by path and method; then what belongs to none. */
export function groupsOf(changes: readonly OpenApiChange[]): readonly Section[] {
  const headings = { paths: 'API Changes', components: 'Components', security: 'Security', info: 'Info' } as const
  return (['paths', 'components', 'info', 'security'] as const).flatMap((section) => {
    const own = changes.filter((change) => change.section === section)
    if (own.length === 0) return []
    const names = [...new Set(own.map(nameOf))].sort((one, other) => ((one ?? '') < (other ?? '') ? -1 : 1))
    const groups = names.map((name) => ({ name: name && shown(name), changes: own.filter((change) => nameOf(change) === name) }))
    return [{ heading: headings[section], groups }]
  })
}

/** The path first, so that operations of one path stand together. */
function nameOf({ path, operation }: OpenApiChange): string | null {
  return path === undefined ? null : `${path} ${operation}`
}

function shown(name: string): string {
  const at = name.lastIndexOf(' ')
  return `${name.slice(at + 1)} ${name.slice(0, at)}`
}
