import type { OpenApiChange } from './change.js'
import { isRule } from './facets.js'
import { type Level, type RuleId, rules } from './rules.js'

/** Whether a line of an ignore file is about a change: it holds its `METHOD /path` and its sentence, in any case. */
export function isIgnored({ operation = '', path = '', text }: OpenApiChange, lines: readonly string[]): boolean {
  const [where, words] = [`${operation} ${path}`.toLowerCase().trim(), text.toLowerCase()]
  return lines.some((line) => line.includes(where) && line.includes(words))
}

/** The lines of an ignore file. */
export function ignoreLines(content: string): readonly string[] {
  return content.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().toLowerCase()]))
}

/**
 * A file of lines `<rule> err|warn|info|none`.
 *
 * @throws Error that names the line
 */
export function severityLevels(content: string): ReadonlyMap<RuleId, Level | 'none'> {
  return new Map(
    content.split('\n').flatMap((line, index) => {
      const [id = '', level = '', ...more] = line.trim().split(/\s+/)
      if (id === '') return []
      const found = level === 'none' ? 'none' : levels.find((one) => one.toLowerCase() === level.toLowerCase())
      if (!isRule(id)) throw new Error(`line ${index + 1}: no rule "${id}"; there are ${Object.keys(rules).length}`)
      if (found === undefined || more.length > 0) throw new Error(`line ${index + 1}: a rule and one of err, warn, info, none`)
      return [[id, found] as const]
    }),
  )
}

const levels: readonly Level[] = ['ERR', 'WARN', 'INFO']
