import { stringify } from 'yaml'
import type { OpenApiChange } from '../change.js'
import { githubActions } from './github-actions.js'
import { html } from './html.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { singleLine, text } from './text.js'

export const formats = ['text', 'singleline', 'json', 'yaml', 'markdown', 'html', 'githubactions', 'junit'] as const
export type Format = (typeof formats)[number]

/** What a report says besides the changes. */
export interface ReportContext {
  /** `info.version` of both documents; `''`: none. */
  readonly versions: readonly [base: string, revision: string]
  /** Whether the documents differ at all, told or not. */
  readonly isOther: boolean
  /** Whether only what breaks was asked for. */
  readonly onlyBreaking: boolean
  /** The revision's file, for annotations; null where it is none. */
  readonly file: string | null
}

/** The changes as text of a format, without a line break at the end of what is one line. */
export function formatChanges(changes: readonly OpenApiChange[], format: Format, context: ReportContext): string {
  return writers[format](changes, context)
}

type Writer = (changes: readonly OpenApiChange[], context: ReportContext) => string

const writers: Readonly<Record<Format, Writer>> = {
  json: (changes) => JSON.stringify(changes),
  yaml: (changes) => stringify(changes),
  text,
  singleline: singleLine,
  markdown,
  html,
  githubactions: githubActions,
  junit,
}
