import { readRefusals } from './shared.js'
import { listOf } from './table-schemas.js'
import { type Json, type JsonSchema, ref } from './types.js'

/** The paths below a service that tell what it has. */
export function schemaPaths(prefix: string): Record<string, Json> {
  const get = (operationId: string, summary: string, schema: JsonSchema, parameters: readonly Json[] = []) => ({
    get: {
      operationId,
      summary,
      parameters: [...parameters, ref('parameters', 'contract')],
      responses: {
        '200': {
          description: summary,
          headers: { 'Faucet-Contract': ref('headers', 'contract') },
          content: { 'application/json': { schema } },
        },
        ...readRefusals,
      },
    },
  })
  const table = { name: 'table', in: 'path', required: true, schema: { type: 'string' } }
  return {
    '/_table': get(`list${prefix}Tables`, 'The names of all tables and views', resources('TableName')),
    '/_schema': get(`list${prefix}Schemas`, 'Columns and keys of all tables and views', resources('TableShape')),
    '/_schema/{table}': get(`read${prefix}Schema`, 'Columns and keys of one table or view', ref('schemas', 'TableShape'), [
      table,
    ]),
  }
}

function resources(name: string): JsonSchema {
  const { properties } = listOf(ref('schemas', name), name)
  return { type: 'object', properties: { resource: properties?.resource ?? {} }, required: ['resource'] }
}
