import type { RawBuilder } from 'kysely'
import type { Row } from '../database.js'
import { fail } from '../errors.js'
import type { ColumnPlan } from '../projection/column-plan.js'
import { finished } from '../projection/finished.js'
import type { TablePlan } from '../projection/projection.js'
import { createSerializer, type Output } from '../projection/serialize.js'
import type { FieldNode } from './ast.js'
import { type Selected, type SqlContext, selectColumn, selectField, selectList } from './select-list.js'
import { keptShapes } from './shapes.js'
import { columnNamed } from './where.js'

type Sql = RawBuilder<unknown>

/** What rows of the same columns have in common. */
export interface RowShape {
  /** The select list. */
  readonly list: Sql
  readonly outputs: readonly Output[]
  /** What is behind the outputs. */
  readonly columns: readonly ColumnPlan[]
  /** A row as JSON text. */
  readonly toJson: (row: Row) => string
}

const shapes = keptShapes<RowShape>()

/** All columns of a table; for single rows and for those that a write answers with. */
export function wholeRow(plan: TablePlan, context: SqlContext): RowShape {
  return rowShape(plan, [], '', context)
}

const aloneShapes = keptShapes<RowShape | null>()

/** {@link wholeRow} of a write that nothing can undo, because its one statement commits itself; null: a row may have no answer. */
export function aloneRow(plan: TablePlan, context: SqlContext): RowShape | null {
  return aloneShapes(plan, '', () => {
    const { alone } = context.dialect
    const reads = plan.columns.flatMap(({ sure }) => sure ?? [])
    if (alone === undefined || reads.length < plan.columns.length || plan.guard === null) return null
    const behind = reads.flatMap(({ fits }) => (fits === null ? [] : [{ read: alone.require(fits) }]))
    return { ...wholeRow(plan, context), list: finished(context.dialect, selectList([...reads, ...behind])) }
  })
}

/**
 * Plain columns (none: all); aggregates have no place in one row.
 *
 * @param shape what `fields` was read from
 */
export function rowShape(plan: TablePlan, fields: readonly FieldNode[], shape: string, context: SqlContext): RowShape {
  return shapes(plan, shape, () => {
    if (fields.some((field) => field.kind === 'aggregate')) {
      fail('invalid-parameter', {
        detail: 'a single row has no aggregates',
        hint: 'ask the list',
        context: { parameter: 'fields' },
      })
    }
    return shapeOf(plan, fields, [], context)
  })
}

/** Plain columns (none: all), with `behind` them columns that are selected but not shown. */
export function shapeOf(
  plan: TablePlan,
  fields: readonly FieldNode[],
  behind: readonly ColumnPlan[],
  context: SqlContext,
): RowShape {
  const shown = fields.length === 0 ? wholeTable(plan) : fields.map((field) => selectField(plan, field, context))
  const hidden = behind.map((column) => selectColumn(plan, column, column.column.name))
  const outputs = shown.map(({ output }) => output)
  return {
    list: finished(context.dialect, selectList([...shown, ...hidden])),
    outputs,
    columns: [...columnsOf(plan, fields), ...behind],
    toJson: createSerializer(plan.table.name, outputs),
  }
}

function wholeTable(plan: TablePlan): readonly Selected[] {
  return plan.columns.map((column) => selectColumn(plan, column, column.column.name))
}

function columnsOf(plan: TablePlan, fields: readonly FieldNode[]): readonly ColumnPlan[] {
  if (fields.length === 0) return plan.columns
  return fields.flatMap(({ column }) => (column === null ? [] : columnNamed(plan, column, 'fields')))
}
