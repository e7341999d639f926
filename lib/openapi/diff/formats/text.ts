import type { OpenApiChange } from '../change.js'
import type { ReportContext } from './index.js'

export const levelWords = { 3: 'error', 2: 'warning', 1: 'info' } as const

/** A title, and a block of lines for each change. */
export function text(changes: readonly OpenApiChange[], context: ReportContext): string {
  if (changes.length === 0) return nothing(context, '\n')
  return `${titleOf(changes)}\n${changes.map((change) => blockOf(change, context)).join('')}`
}

function blockOf(change: OpenApiChange, context: ReportContext): string {
  const { level, id, path, operation, text: words } = change
  const head = `${levelWords[level]}\t[${id}]`
  if (path === undefined) return `${head}\n\tin ${change.section}\n\t\t${words}\n\n`
  return `${head}${sourceOf(context)}\n\tin API ${operation} ${path}\n\t\t${words}\n\n`
}

/** A title, and one line for each change. */
export function singleLine(changes: readonly OpenApiChange[], context: ReportContext): string {
  if (changes.length === 0) return nothing(context, ' ')
  return `${titleOf(changes)}\n${changes.map((change) => lineOf(change, context)).join('\n')}\n`
}

function lineOf({ level, id, path, operation, section, text: words }: OpenApiChange, context: ReportContext): string {
  const head = levelWords[level]
  const where = path === undefined ? `${head}, in ${section}` : `${head}${sourceOf(context)}, in API ${operation} ${path}`
  return `${where} ${words} [${id}]. `
}

function sourceOf({ file }: ReportContext): string {
  return file === null ? '' : ` at ${file}`
}

export function titleOf(changes: readonly OpenApiChange[]): string {
  const count = (level: number) => changes.filter((change) => change.level === level).length
  return `${changes.length} changes: ${count(3)} error, ${count(2)} warning, ${count(1)} info`
}

/** @param gap before the advice */
export function nothing({ isOther, onlyBreaking }: ReportContext, gap: string | null): string {
  if (!isOther) return 'No changes detected'
  const words = `No ${onlyBreaking ? 'breaking changes' : 'changes'} to report, but the specs are different.`
  return gap === null ? words : `${words}${gap}Compare the documents themselves to see where.`
}
