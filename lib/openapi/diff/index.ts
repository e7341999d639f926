import { changeOf, compareFindings, type Finding, levels, type OpenApiChange } from './change.js'
import { type Readers, readersOf } from './document.js'
import { isRule } from './facets.js'
import { isIgnored } from './ignore.js'
import { compareComponents, comparePaths, type PathOptions } from './operations.js'
import { type Level, type RuleId, rules } from './rules.js'
import { compareRequirements, compareSchemes } from './security.js'
import { compareVersions } from './version.js'

export type { OpenApiChange } from './change.js'
export { UnreadableDocument } from './document.js'
export { type Format, formatChanges, formats, type ReportContext } from './formats/index.js'
export { ignoreLines, severityLevels } from './ignore.js'
export { type Level, type RuleId, rules } from './rules.js'

export interface DiffOpenApiOptions extends PathOptions {
  /** The least level that is told. @default 'INFO' */
  readonly level?: Level
  /** Lines of files of what is known and accepted, for errors and for warnings: see `ignoreLines`. */
  readonly errIgnore?: readonly string[]
  readonly warnIgnore?: readonly string[]
  /** Other levels for rules; `none` leaves one out. */
  readonly severityLevels?: ReadonlyMap<RuleId, Level | 'none'>
}

/**
 * What changed from one OpenAPI 3.0 or 3.1 document to another: rules, levels, order and fingerprints as oasdiff has them. Levels `ERR`
 * (3) and `WARN` (2) are breaking. Both documents are plain data, with no references out of them.
 *
 * @throws UnreadableDocument
 * @example diffOpenApi(before, after, { level: 'WARN' }) // what would break somebody
 */
export function diffOpenApi(base: unknown, revision: unknown, options: DiffOpenApiOptions = {}): readonly OpenApiChange[] {
  const readers = readersOf(base, revision)
  const findings = [...comparePaths(readers, options), ...compareComponents(readers), ...securityFindings(readers)]
  const version = compareVersions(readers, findings)
  const { level = 'INFO', severityLevels, errIgnore = [], warnIgnore = [] } = options
  const ranked = [...findings, ...version].flatMap((finding) => {
    const own = severityLevels?.get(finding.id) ?? rules[finding.id][0]
    if (own === 'none' || levels[own] < levels[level]) return []
    const change = changeOf(finding, own)
    const ignored = change.level === levels.ERR ? errIgnore : change.level === levels.WARN ? warnIgnore : []
    return isIgnored(change, ignored) ? [] : [{ change, args: finding.args }]
  })
  return ranked.sort(compareFindings).map(({ change }) => change)
}

function securityFindings(readers: Readers): Finding[] {
  const findings: Finding[] = []
  const tellAt = (section: 'security' | 'components') => (id: string, args: Finding['args']) => {
    if (isRule(id)) findings.push({ id, args, place: { section } })
  }
  compareRequirements(readers.base.root.security, readers.revision.root.security, 'api-global-security', tellAt('security'))
  compareSchemes(readers, tellAt('components'))
  return findings
}
