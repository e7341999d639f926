import { createHash } from 'node:crypto'
import { type Level, type RuleId, rules } from './rules.js'

/** What a change says of itself: texts, counts, other numbers, lists of texts. */
export type Argument = string | number | boolean | null | Float | readonly string[]

/** A number that may have a fraction; it is shown with two digits. */
export interface Float {
  readonly float: number
}

/** A value of a document, as an argument. */
export function argument(value: unknown): Argument {
  if (typeof value === 'number') return { float: value }
  return value === null || typeof value === 'string' || typeof value === 'boolean' ? value : JSON.stringify(value)
}

/**
 * One change between two documents, as oasdiff's JSON has it: `level` is 3 for errors, 2 for warnings, 1 for information. Keys without a
 * value are absent.
 */
export interface OpenApiChange {
  /** The rule. */
  readonly id: string
  /** One sentence; arguments stand in backticks. */
  readonly text: string
  readonly level: 1 | 2 | 3
  /** Upper-case method. */
  readonly operation?: string
  readonly operationId?: string
  /** As the base document writes it. */
  readonly path?: string
  readonly section: 'paths' | 'components' | 'security' | 'info'
  /** Extensions of the operation that were asked for. */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** Twelve hex digits of rule, place and arguments: the same change has the same in every run. */
  readonly fingerprint: string
}

/** Where a change is. */
export interface Place {
  readonly section: OpenApiChange['section']
  readonly operation?: string
  readonly operationId?: string
  readonly path?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** A change before it is written down. */
export interface Finding {
  readonly id: RuleId
  readonly args: readonly Argument[]
  readonly place: Place
  /** Behind the sentence: which media type, where several of one body changed. */
  readonly suffix?: string
}

export const levels: Readonly<Record<Level, 1 | 2 | 3>> = { ERR: 3, WARN: 2, INFO: 1 }

/** @param level the rule's own, or another that was asked for */
export function changeOf({ id, args, place, suffix = '' }: Finding, level: Level = rules[id][0]): OpenApiChange {
  const { section, operation, operationId, path, attributes } = place
  return {
    id,
    text: `${textOf(rules[id][1], args)}${suffix}`,
    level: levels[level],
    ...(operation === undefined ? {} : { operation }),
    ...(operationId === undefined || operationId === '' ? {} : { operationId }),
    ...(path === undefined ? {} : { path }),
    section,
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
    fingerprint: fingerprintOf(id, operation ?? '', path ?? '', args),
  }
}

/** The first digits of the SHA-256 of `id:operation:path:arguments`. */
export function fingerprintOf(id: string, operation: string, path: string, args: readonly Argument[]): string {
  const text = `${id}:${operation}:${path}:${args.map(plain).join(';')}`
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** As oasdiff's own language prints a value. */
function plain(value: Argument): string {
  if (value === null) return '<nil>'
  if (isFloat(value)) return floatText(value.float)
  return Array.isArray(value) ? `[${value.join(' ')}]` : String(value)
}

function isFloat(value: Argument): value is Float {
  return typeof value === 'object' && value !== null && 'float' in value
}

/** Small numbers have an exponent of two digits. */
function floatText(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4
  return isSmall ? value.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(value)
}

function textOf(template: string, args: readonly Argument[]): string {
  return template.replace(/\{(\d)\}/g, (_, index) => `\`${shown(args[Number(index)] ?? null)}\``)
}

function shown(value: Argument): string {
  if (value === null) return 'undefined'
  if (isFloat(value)) return value.float.toFixed(2)
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** Level downwards, then place, rule and arguments, by bytes. */
export function compareFindings(one: Ranked, other: Ranked): number {
  if (one.change.level !== other.change.level) return other.change.level - one.change.level
  const [left, right] = [keyOf(one), keyOf(other)]
  for (const [index, part] of left.entries()) {
    const order = typeof part === 'number' ? part - Number(right[index]) : compareBytes(part, String(right[index] ?? ''))
    if (order !== 0) return order
  }
  return 0
}

export interface Ranked {
  readonly change: OpenApiChange
  readonly args: readonly Argument[]
}

function keyOf({ change: { path = '', operation = '', id }, args }: Ranked): readonly (string | number)[] {
  return [path, operation, id, args.length, ...args.map(plain)]
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
