import { existsSync, readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type DiffOpenApiOptions,
  diffOpenApi,
  type Format,
  formatChanges,
  formats,
  ignoreLines,
  type Level,
  severityLevels,
  UnreadableDocument,
} from '../../lib/openapi/diff/index.js'
import { Ended, loadDocument } from './document-source.js'

interface Options {
  readonly store: string
  readonly format: Format
  readonly level: Level
  readonly failOn?: Level
  readonly severityLevels?: string
  readonly errIgnore?: string
  readonly warnIgnore?: string
  readonly matchPath?: RegExp
  readonly attributes?: readonly string[]
  readonly includePathParams?: boolean
}

/** As oasdiff has them. */
const exitCodes = { failed: 1, usage: 100, unreadable: 102, severityLevels: 106, ignoreFile: 121 } as const

/** `faucet openapi diff BASE REVISION`. */
export function openApiDiffCommand(): Command {
  const level = (flags: string, text: string) => new Option(flags, text).choices(['ERR', 'WARN', 'INFO'])
  return new Command('diff')
    .description('tell what changed from one OpenAPI document to another, in rules, formats and exit codes of oasdiff')
    .argument('<base>', 'a file, - for standard input, a URL, or a service and its contract: shop, shop@7, shop@7.2')
    .argument('<revision>', 'the same')
    .addOption(new Option('-f, --format <format>', 'how to write the changes').choices(formats).default('text'))
    .addOption(level('--level <level>', 'the least level that is told').default('INFO'))
    .addOption(level('--fail-on <level>', 'exit with 1 when a change of this level or above is told'))
    .option('--severity-levels <file>', 'other levels for rules: lines of a rule and err, warn, info or none')
    .option('--err-ignore <file>', 'errors that are known: lines with METHOD, path and sentence')
    .option('--warn-ignore <file>', 'the same for warnings')
    .option('--match-path <pattern>', 'only paths that match this regular expression', pattern)
    .option('--attributes <names>', 'extensions of operations to tell with their changes, joined by commas', (names) =>
      names.split(','),
    )
    .option('--store <file>', 'where contracts of services are kept', '.faucet/contracts.db')
    .option('--include-path-params', 'take paths for two whose variables have other names')
    .exitOverride((error) => {
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage
      throw error
    })
    .action(async (base: string, revision: string, options: Options) => {
      try {
        await diff(base, revision, options)
      } catch (error) {
        if (!(error instanceof Ended)) throw error
        process.stderr.write(`Error: ${error.message}\n`)
        process.exitCode = error.exitCode
      }
    })
}

async function diff(base: string, revision: string, options: Options): Promise<void> {
  if (base === '-' && revision === '-') throw new Ended(exitCodes.usage, 'only one of the documents can come from standard input')
  const load = (source: string) => loadDocument(source, options.store, exitCodes.unreadable)
  const [before, now] = [await load(base), await load(revision)]
  const changes = compare(before, now, base, revision, optionsOf(options))
  const context = {
    versions: [versionOf(before), versionOf(now)] as const,
    isOther: JSON.stringify(before) !== JSON.stringify(now),
    onlyBreaking: options.level !== 'INFO',
    file: existsSync(revision) ? revision : null,
  }
  process.stdout.write(`${formatChanges(changes, options.format, context)}\n`)
  const ranks = { ERR: 3, WARN: 2, INFO: 1 } as const
  const { failOn } = options
  if (failOn !== undefined && changes.some(({ level }) => level >= ranks[failOn])) process.exitCode = exitCodes.failed
}

function compare(before: unknown, now: unknown, base: string, revision: string, options: DiffOpenApiOptions) {
  try {
    return diffOpenApi(before, now, options)
  } catch (error) {
    if (error instanceof UnreadableDocument) throw new Ended(exitCodes.unreadable, `${base} and ${revision}: ${error.message}`)
    throw error
  }
}

function optionsOf({ level, matchPath, attributes, includePathParams, ...files }: Options): DiffOpenApiOptions {
  const read = (file: string | undefined, code: number) => (file === undefined ? undefined : contentOf(file, code))
  const [errors, warnings] = [read(files.errIgnore, exitCodes.ignoreFile), read(files.warnIgnore, exitCodes.ignoreFile)]
  const levels = read(files.severityLevels, exitCodes.severityLevels)
  return {
    level,
    ...(matchPath === undefined ? {} : { matchPath }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(includePathParams === undefined ? {} : { includePathParams }),
    ...(errors === undefined ? {} : { errIgnore: ignoreLines(errors) }),
    ...(warnings === undefined ? {} : { warnIgnore: ignoreLines(warnings) }),
    ...(levels === undefined ? {} : { severityLevels: levelsIn(levels, files.severityLevels ?? '') }),
  }
}

function levelsIn(content: string, file: string) {
  try {
    return severityLevels(content)
  } catch (error) {
    throw new Ended(exitCodes.severityLevels, `${file}, ${error instanceof Error ? error.message : error}`)
  }
}

function contentOf(file: string, code: number): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Ended(code, `${file} cannot be read`)
  }
}

function versionOf(document: unknown): string {
  const { info } = (document ?? {}) as { info?: { version?: unknown } }
  return String(info?.version ?? '')
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new InvalidArgumentError('it is no regular expression')
  }
}
