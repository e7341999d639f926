/** JSON Schema as OpenAPI 3.1 has it, as far as documents of ours use it. */
export interface JsonSchema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly contentEncoding?: string
  readonly enum?: readonly unknown[]
  readonly 'x-extensible-enum'?: readonly string[]
  readonly const?: unknown
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly readOnly?: boolean
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly examples?: readonly unknown[]
}

/** What of a service's settings shows in a document. */
export interface ShapeOptions {
  readonly bigints: 'string' | 'number'
  readonly enums: 'open' | 'closed'
  readonly readOnly: boolean
  /** Most rows of one page, and those of a page that does not say. */
  readonly page: number
  readonly defaultPage: number
  /** Most rows or ids of one request. */
  readonly batch: number
}

/** Part of a document; plain data. */
export type Json = Readonly<Record<string, unknown>>

export function ref(kind: 'schemas' | 'parameters' | 'responses' | 'headers', name: string): { readonly $ref: string } {
  return { $ref: `#/components/${kind}/${name}` }
}
