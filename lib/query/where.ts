import { type RawBuilder, sql } from 'kysely'
import type { Comparable, Parameter, SqlDialect } from '../database.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import type { TablePlan } from '../projection/projection.js'
import { unservable } from '../projection/unservable.js'
import { isOrdered, isText } from '../schema/column-type.js'
import type { FilterNode, Literal } from './ast.js'
import { boundFor, comparableOf, equalityOf, equalsAny } from './equality.js'
import { heldPredicate, literalsOf, type Predicate, refuseHeld } from './held.js'
import { fromLiteral } from './values.js'

type Sql = RawBuilder<unknown>

/** What a condition is for: rows may be read by a column that is held as NULL, but never chosen for a write by it. */
export type Purpose = 'read' | 'write'

/** The column a request names; fails with `unknown-column` and the nearest name. */
export function columnNamed(plan: TablePlan, name: string, parameter: string): ColumnPlan {
  return (
    plan.column(name) ??
    fail('unknown-column', {
      detail: `no column "${name}" in "${plan.table.name}" (in ${parameter})`,
      hint: didYouMean(
        name,
        plan.columns.map(({ column }) => column.name),
      ),
      context: { table: plan.table.name, column: name, parameter },
    })
  )
}

/** The live column behind a plan, for statements that need a value there; fails when it is held without one. */
export function liveRef(plan: TablePlan, column: ColumnPlan): Sql {
  return column.ref ?? unservable(plan.table.name, column.column.name)
}

/** The SQL condition of a filter. Every name is checked against the contract, every literal against its column's type. */
export function buildWhere(plan: TablePlan, filter: FilterNode, dialect: SqlDialect, purpose: Purpose): Sql {
  const build = (node: FilterNode): Sql => {
    switch (node.kind) {
      case 'and':
        return balanced(node.terms.map(build), sql`and`)
      case 'or':
        return balanced(node.terms.map(build), sql`or`)
      case 'not':
        return sql`(not ${build(node.term)})`
      default:
        return buildPredicate(plan, node, dialect, purpose)
    }
  }
  return build(filter)
}

/** Joins terms as a tree of halves: engines limit how deep an expression is (SQLite: 1,000), and a flat chain is as deep as it is long. */
export function balanced(terms: readonly Sql[], word: Sql): Sql {
  const [only] = terms
  if (terms.length === 1 && only !== undefined) return only
  const half = terms.length >> 1
  return sql`(${balanced(terms.slice(0, half), word)} ${word} ${balanced(terms.slice(half), word)})`
}

function buildPredicate(plan: TablePlan, node: Predicate, dialect: SqlDialect, purpose: Purpose): Sql {
  const column = columnNamed(plan, node.column, 'filter')
  const { value } = column
  if (value === null || purpose === 'write') checkPredicate(plan, column, node)
  if (purpose === 'write') {
    refuseHeld(plan, column)
    // Without a way to compare exactly, more rows could be meant than the consumer knows.
    if (value !== null && node.kind !== 'null') (isEquality(node) ? equalityOf : comparableOf)(plan, column)
  }
  if (value === null) return heldPredicate(plan, column, node)
  const checked = (literal: Literal) => fromLiteral(literal, column.column, plan.table.name)
  switch (node.kind) {
    case 'null':
      return node.negated ? sql`${value} is not null` : sql`${value} is null`
    case 'in':
      return equalsAny(plan, column, node.values.map(checked), node.negated, dialect)
    case 'compare':
      return node.op === '=' || node.op === '<>'
        ? equalsAny(plan, column, [checked(node.value)], node.op === '<>', dialect)
        : ordered(plan, column, node.op, checked(node.value), dialect)
    case 'between':
      return bySize(plan, column, (found) => {
        const { value: by } = found
        const [low, high] = [checked(node.low), checked(node.high)].map((bound) => boundFor(plan, column, found, bound, dialect))
        return sql`(${node.negated ? sql`not ` : sql``}(${by} between ${low} and ${high}))`
      })
    case 'like': {
      const like = byPattern(plan, column, node.pattern, null, dialect)
      return node.negated ? sql`(not (${like}))` : like
    }
    case 'match':
      return byPattern(plan, column, literalPattern(node.where, node.text), escapeWith, dialect)
  }
}

function isEquality(node: Predicate): boolean {
  return node.kind === 'in' || (node.kind === 'compare' && (node.op === '=' || node.op === '<>'))
}

/** What the contract itself refuses, which is told whatever the column is held as. */
function checkPredicate(plan: TablePlan, column: ColumnPlan, node: Predicate): void {
  if (node.kind === 'like' || node.kind === 'match') requireText(plan, column)
  if (node.kind === 'between') requireOrdered(plan, column)
  for (const literal of literalsOf(node)) fromLiteral(literal, column.column, plan.table.name)
  if (node.kind === 'compare' && node.op !== '=' && node.op !== '<>') requireOrdered(plan, column)
}

function ordered(plan: TablePlan, column: ColumnPlan, op: keyof typeof operators, bound: Parameter, dialect: SqlDialect): Sql {
  return bySize(plan, column, (by) => sql`${by.value} ${operators[op]} ${boundFor(plan, column, by, bound, dialect)}`)
}

function bySize(plan: TablePlan, column: ColumnPlan, compare: (by: Comparable) => Sql): Sql {
  requireOrdered(plan, column)
  return compare(comparableOf(plan, column))
}

function byPattern(plan: TablePlan, column: ColumnPlan, pattern: string, character: string | null, dialect: SqlDialect): Sql {
  requireText(plan, column)
  const { value, type } = comparableOf(plan, column)
  return sql`(${dialect.like(value, pattern, character, type)})`
}

const operators = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const

/** Not a backslash: engines differ in whether one is special inside a literal. */
const escapeWith = '!'

function literalPattern(where: 'contains' | 'starts' | 'ends', text: string): string {
  const literal = text.replace(/[!%_]/g, (character) => escapeWith + character)
  return `${where === 'starts' ? '' : '%'}${literal}${where === 'ends' ? '' : '%'}`
}

function requireOrdered(plan: TablePlan, { column }: ColumnPlan): void {
  if (isOrdered(column.type) || column.type.name === 'any') return
  fail('invalid-filter', {
    detail: `"${plan.table.name}.${column.name}" is ${column.type.name} and cannot be compared by size`,
    hint: 'use =, <>, IN or IS NULL',
    context: { table: plan.table.name, column: column.name },
  })
}

function requireText(plan: TablePlan, { column }: ColumnPlan): void {
  if (isText(column.type) || column.type.name === 'any') return
  fail('invalid-filter', {
    detail: `"${plan.table.name}.${column.name}" is ${column.type.name}, not text`,
    hint: 'LIKE, CONTAINS, STARTS WITH and ENDS WITH apply to text columns',
    context: { table: plan.table.name, column: column.name },
  })
}
