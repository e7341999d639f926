import { problems } from '../errors.js'
import { type Json, type JsonSchema, ref, type ShapeOptions } from './types.js'

const count: JsonSchema = { type: 'integer', minimum: 0 }
const milliseconds: JsonSchema = { type: 'number', description: 'Milliseconds that the answer took' }

/** Schemas that every document has, besides those of its tables. */
export const sharedSchemas: Readonly<Record<string, JsonSchema>> = {
  ChosenFields: { description: 'What `fields` chose in place of a row: columns and aggregates, by name', type: 'object' },
  PageMeta: {
    description: 'Of a page of rows',
    type: 'object',
    properties: {
      count: { ...count, description: 'Rows of this page' },
      limit: { ...count, description: 'Most rows of the page: less than was asked for where that was too much' },
      offset: count,
      total: { ...count, description: 'All rows, where include_count asked for it' },
      total_is_estimate: { type: 'boolean', const: true },
      next_cursor: {
        type: 'string',
        description: 'Where the next page goes on; absent on the last one, and where there is no key to go on by',
      },
      took_ms: milliseconds,
    },
    required: ['count', 'limit', 'offset', 'took_ms'],
  },
  WriteMeta: {
    description: 'Of a write. What failed is told with continue=true alone',
    type: 'object',
    properties: {
      count: { ...count, description: 'Rows written, or treated with continue=true' },
      succeeded: count,
      failed: count,
      errors: { type: 'array', items: count, description: 'Places in resource of the rows that failed' },
      took_ms: milliseconds,
    },
    required: ['count', 'took_ms'],
  },
  RowError: {
    description: 'In place of a row that failed, with continue=true',
    type: 'object',
    properties: { error: ref('schemas', 'ErrorDetail') },
    required: ['error'],
  },
  ErrorDetail: {
    type: 'object',
    properties: {
      code: { type: 'integer', description: 'The HTTP status' },
      message: { type: 'string' },
      context: { type: 'object', properties: { code: ref('schemas', 'ProblemCode') }, required: ['code'] },
    },
    required: ['code', 'message', 'context'],
  },
  ProblemCode: { description: 'What is wrong. More can be added', type: 'string', 'x-extensible-enum': Object.keys(problems) },
  Problem: {
    description: 'RFC 9457 problem details',
    type: 'object',
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string', format: 'uri', description: 'This incident, as logs name it' },
      code: ref('schemas', 'ProblemCode'),
      hint: { type: 'string', description: 'What to do' },
      error: ref('schemas', 'ErrorDetail'),
    },
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'error'],
  },
  TableName: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  TableShape: {
    description: 'A table or view as the contract has it',
    type: 'object',
    properties: {
      name: { type: 'string' },
      kind: { type: 'string', enum: ['table', 'view'] },
      state: { type: 'string', 'x-extensible-enum': ['green', 'yellow', 'red', 'unlocked'] },
      columns: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, nullable: { type: 'boolean' } },
          required: ['name', 'nullable'],
        },
      },
      primary_key: { type: ['array', 'null'], items: { type: 'string' } },
      unique_keys: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
      foreign_keys: { type: 'array', items: { type: 'object' } },
    },
    required: ['name', 'kind', 'state', 'columns', 'primary_key', 'unique_keys', 'foreign_keys'],
  },
}

/** Parameters that say the same for every table. */
export function sharedParameters({ page, defaultPage }: ShapeOptions): Record<string, Json> {
  const query = (name: string, description: string, schema: JsonSchema) => ({ name, in: 'query', description, schema })
  const text = (name: string, description: string) => query(name, description, { type: 'string' })
  return {
    fields: text(
      'fields',
      'Columns, and `COUNT(*)`, `SUM(x)`, `AVG(x)`, `MIN(x)`, `MAX(x)`, `COUNT(DISTINCT x)`, each with `AS name`: `id,name`',
    ),
    order: text(
      'order',
      'Columns or names of aggregates, each with `DESC` where it goes down: `total DESC, name`. The primary key by default',
    ),
    group: text('group', 'The columns that aggregates are for'),
    filter: text(
      'filter',
      "A condition: `=` `!=` `<` `<=` `>` `>=` `IN` `BETWEEN` `LIKE` `CONTAINS` `STARTS WITH` `ENDS WITH` `IS NULL`, joined by `AND` `OR` `NOT` and parentheses: `status = 'paid' AND total > 10`",
    ),
    ids: text(
      'ids',
      'Primary keys, joined by commas; of several columns, their values one after the other. A value with a comma is quoted as in CSV',
    ),
    limit: query('limit', `Most rows. More than ${page} are lowered to it; 0 is none. A stream has all rows without it`, {
      ...count,
      default: defaultPage,
    }),
    offset: query('offset', 'Rows to leave out first. Not together with cursor', { ...count, default: 0 }),
    cursor: query('cursor', 'meta.next_cursor of the page before', { type: 'string' }),
    include_count: query('include_count', "Whether meta.total is told: exact, or by the database's own statistics", {
      type: 'string',
      enum: ['true', 'false', 'exact', 'estimated'],
      default: 'false',
    }),
    rollback: query('rollback', 'true says what holds anyway: all rows are written or none', { type: 'boolean', default: false }),
    continue: query('continue', 'true treats each row on its own and answers errors in their places', {
      type: 'boolean',
      default: false,
    }),
    contract: {
      name: 'Faucet-Contract',
      in: 'header',
      description: 'The contract version that the caller was built for, such as 7 or 7.2; absent: the current one',
      schema: { type: 'string' },
    },
  }
}

export const sharedHeaders: Readonly<Record<string, Json>> = {
  contract: { description: 'The contract version that answered, and its digest', schema: { type: 'string' } },
  retryAfter: { description: 'Seconds', schema: { type: 'string' } },
}

/** Component name → what it says. */
const refusals = {
  BadRequest: 'The request cannot be understood, or a value does not fit',
  Unauthenticated: 'Authentication is required',
  Forbidden: 'Not allowed',
  NotFound: 'There is no such row or table',
  Conflict: 'The database refuses the rows, or takes less than the contract promises',
  Unavailable: 'The database cannot answer now, or not as the contract promises',
  Refused: 'Any other refusal',
} as const

export const sharedResponses: Readonly<Record<string, Json>> = Object.fromEntries(
  Object.entries(refusals).map(([name, description]) => [
    name,
    {
      description,
      ...(name === 'Unavailable' ? { headers: { 'Retry-After': ref('headers', 'retryAfter') } } : {}),
      content: { 'application/problem+json': { schema: ref('schemas', 'Problem') } },
    },
  ]),
)

const refusal = (name: keyof typeof refusals) => ref('responses', name)

/** What a read can be answered instead, by status. */
export const readRefusals: Readonly<Record<string, Json>> = {
  '400': refusal('BadRequest'),
  '401': refusal('Unauthenticated'),
  '403': refusal('Forbidden'),
  '404': refusal('NotFound'),
  '503': refusal('Unavailable'),
  'default': refusal('Refused'),
}

/** The same for writes. */
export const writeRefusals: Readonly<Record<string, Json>> = { ...readRefusals, '409': refusal('Conflict') }
