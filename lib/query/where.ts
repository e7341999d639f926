import { type RawBuilder, sql } from 'kysely'
import type { SqlDialect } from '../database.js'
import { fail } from '../errors.js'
import { didYouMean } from '../nearest.js'
import { type ColumnPlan, type TablePlan, unservable } from '../projection/projection.js'
import { isOrdered, isText } from '../schema/column-type.js'
import type { FilterNode, Literal } from './ast.js'
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

type Predicate = Exclude<FilterNode, { kind: 'and' | 'or' | 'not' }>

function buildPredicate(plan: TablePlan, node: Predicate, dialect: SqlDialect, purpose: Purpose): Sql {
  const column = columnNamed(plan, node.column, 'filter')
  if (column.hold === 'null') return heldAsNull(plan, column, node, purpose)
  const ref = liveRef(plan, column)
  const bind = (literal: Literal) => dialect.bind(fromLiteral(literal, column.column, plan.table.name), column.column.type)
  switch (node.kind) {
    case 'null':
      return node.negated ? sql`${ref} is not null` : sql`${ref} is null`
    case 'in': {
      const list = sql.join(node.values.map(bind))
      return node.negated ? sql`${ref} not in (${list})` : sql`${ref} in (${list})`
    }
    case 'compare':
      if (node.op !== '=' && node.op !== '<>') requireOrdered(plan, column)
      return sql`${ref} ${operators[node.op]} ${bind(node.value)}`
    case 'between': {
      requireOrdered(plan, column)
      const range = sql`${ref} between ${bind(node.low)} and ${bind(node.high)}`
      return node.negated ? sql`(not (${range}))` : sql`(${range})`
    }
    case 'like': {
      requireText(plan, column)
      const like = dialect.like(ref, node.pattern, null, column.column.type)
      return node.negated ? sql`(not (${like}))` : sql`(${like})`
    }
    case 'match':
      requireText(plan, column)
      return sql`(${dialect.like(ref, literalPattern(node.where, node.text), escapeWith, column.column.type)})`
  }
}

const operators = { '=': sql`=`, '<>': sql`<>`, '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const

/** Not a backslash: engines differ in whether one is special inside a literal. */
const escapeWith = '!'

function literalPattern(where: 'contains' | 'starts' | 'ends', text: string): string {
  const literal = text.replace(/[!%_]/g, (character) => escapeWith + character)
  return `${where === 'starts' ? '' : '%'}${literal}${where === 'ends' ? '' : '%'}`
}

/** A column that is gone and was nullable reads as NULL, so a filter treats it as SQL treats NULL. */
function heldAsNull(plan: TablePlan, column: ColumnPlan, node: Predicate, purpose: Purpose): Sql {
  if (purpose === 'write') {
    fail('contract-drift', {
      detail: `"${plan.table.name}.${column.column.name}" is not in the database any more, so rows cannot be chosen by it`,
      hint: 'leave the column out of the filter',
      context: { table: plan.table.name, column: column.column.name },
    })
  }
  if (node.kind === 'null') return node.negated ? sql`(1 = 0)` : sql`(1 = 1)`
  return sql`(1 = null)`
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
