import type { OpenApiChange } from '../change.js'
import type { ReportContext } from './index.js'

const commands = { 3: 'error', 2: 'warning', 1: 'notice' } as const

/** A line for each change, which GitHub shows as an annotation. */
export function githubActions(changes: readonly OpenApiChange[], { file }: ReportContext): string {
  const at = file === null ? '' : `,file=${value(file)}`
  return changes
    .map(({ id, level, operation, path, section, text }) => {
      const where = path === undefined ? `in ${section}` : `in API ${operation} ${path}`
      return `::${commands[level]} title=${value(id)}${at}::${message(`${where} ${text}`)}`
    })
    .join('\n')
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function value(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
