import { type RuleId, rules } from '../../../lib/openapi/diff/index.js'

const known: ReadonlySet<string> = new Set(Object.keys(rules))

type Json = Readonly<Record<string, unknown>>

/** Two documents and the rules of what is between them. */
export interface Case {
  readonly ids: readonly RuleId[]
  readonly name: string
  readonly base: Json
  readonly revision: Json
}

const ok = { '200': { description: '' } }

/** A document of one operation, `GET /t` unless `more` has others. */
export function documentOf(operation: Json = {}, more: Json = {}): Json {
  return {
    openapi: '3.1.0',
    info: { title: 't', version: 'x' },
    paths: { '/t': { get: { responses: ok, ...operation } } },
    ...more,
  }
}

const jsonOf = (schema: unknown): Json => ({ 'application/json': { schema } })
/** With a request body. */
export const requestOf = (schema: unknown): Json => documentOf({ requestBody: { content: jsonOf(schema) } })
/** With a response. */
export const answerOf = (schema: unknown): Json =>
  documentOf({ responses: { '200': { description: '', content: jsonOf(schema) } } })
const parameterOf = (more: Json): Json =>
  documentOf({ parameters: [{ in: 'query', name: 'p', schema: { type: 'string' }, ...more }] })
const withSchema = (schema: unknown): Json => parameterOf({ schema })
const object = (properties: Json, required: readonly string[] = []): Json => ({ type: 'object', properties, required })
const property = (schema: unknown): Json => object({ a: schema })
const headerOf = (header?: Json): Json =>
  documentOf({ responses: { '200': { description: '', ...(header === undefined ? {} : { headers: { 'X-A': header } }) } } })
const secured = (security: unknown, schemes: Json = {}): Json =>
  documentOf({}, { security, components: { securitySchemes: schemes } })
const oauth = (flow: Json): Json => secured(undefined, { a: { type: 'oauth2', flows: { implicit: flow } } })

const string = { type: 'string' }
const number = { type: 'number' }
const integer = { type: 'integer' }
const past = '2001-01-01'
const future = '2901-01-01'

const one = (id: RuleId, base: Json, revision: Json, name = ''): Case => ({ ids: [id], name, base, revision })
const many = (ids: readonly RuleId[], base: Json, revision: Json, name = ''): Case => ({ ids, name, base, revision })
/** One way and the other. */
const both = (ids: readonly [RuleId, RuleId], base: Json, revision: Json): Case[] => [
  one(ids[0], base, revision),
  one(ids[1], revision, base),
]

const none = documentOf({}, { paths: {} })
const operations: Case[] = [
  one('endpoint-added', none, documentOf()),
  one('api-path-removed-without-deprecation', documentOf(), none),
  one('api-path-removed-with-deprecation', documentOf({ deprecated: true }), none),
  one('api-path-removed-before-sunset', documentOf({ 'deprecated': true, 'x-sunset': future }), none),
  one('api-path-removed-with-deprecation', documentOf({ 'deprecated': true, 'x-sunset': past }), none, 'after its sunset'),
  one('api-path-sunset-parse', documentOf({ 'deprecated': true, 'x-sunset': 'soon' }), none),
  ...(
    [
      ['api-removed-without-deprecation', {}],
      ['api-removed-with-deprecation', { deprecated: true }],
      ['api-removed-before-sunset', { 'deprecated': true, 'x-sunset': future }],
    ] as const
  ).map(([id, more]) => {
    const put = { put: { responses: ok } }
    const base = documentOf({}, { paths: { '/t': { get: { responses: ok, ...more }, ...put } } })
    return one(id, base, documentOf({}, { paths: { '/t': put } }))
  }),
  ...both(['endpoint-deprecated', 'endpoint-reactivated'], documentOf(), documentOf({ deprecated: true })),
  one('endpoint-deprecated-with-sunset', documentOf(), documentOf({ 'deprecated': true, 'x-sunset': future })),
  one('api-deprecated-sunset-parse', documentOf(), documentOf({ 'deprecated': true, 'x-sunset': 'soon' })),
  one('sunset-deleted', documentOf({ 'deprecated': true, 'x-sunset': future }), documentOf({ deprecated: true })),
  one('api-operation-id-added', documentOf(), documentOf({ operationId: 'a' })),
  one('api-operation-id-removed', documentOf({ operationId: 'a' }), documentOf({ operationId: 'b' })),
  ...both(['api-tag-added', 'api-tag-removed'], documentOf(), documentOf({ tags: ['a'] })),
  one('api-schema-removed', documentOf({}, { components: { schemas: { A: string } } }), documentOf()),
]

const versioned = (version: string, operation: Json = {}): Json => documentOf(operation, { info: { title: 't', version } })
const versions: Case[] = [
  one('api-version-decreased', versioned('2.0.0'), versioned('1.9.9')),
  many(['endpoint-deprecated', 'api-version-not-bumped'], versioned('1.0.0'), versioned('1.0.0', { deprecated: true })),
  many(
    ['api-major-version-not-bumped', 'response-success-status-removed', 'response-success-status-added'],
    versioned('1.0.0'),
    versioned('1.1.0', { responses: { '201': { description: '' } } }),
  ),
  many([], versioned('1.0.0'), versioned('1.0.1'), 'a version alone'),
]

const key = { type: 'apiKey', in: 'header', name: 'k' }
const security: Case[] = [
  ...both(['api-global-security-added', 'api-global-security-removed'], secured([]), secured([{ a: [] }])),
  ...both(
    ['api-global-security-scope-added', 'api-global-security-scope-removed'],
    secured([{ a: [] }]),
    secured([{ a: ['s'] }]),
  ),
  ...both(['api-security-added', 'api-security-removed'], documentOf(), documentOf({ security: [{ a: [] }] })),
  ...both(
    ['api-security-scope-added', 'api-security-scope-removed'],
    documentOf({ security: [{ a: [] }] }),
    documentOf({ security: [{ a: ['s'] }] }),
  ),
  ...both(['api-security-component-added', 'api-security-component-removed'], secured(undefined), secured(undefined, { a: key })),
  one('api-security-component-type-changed', secured(undefined, { a: key }), secured(undefined, { a: { type: 'http' } })),
  ...both(
    ['api-security-component-oauth-scope-added', 'api-security-component-oauth-scope-removed'],
    oauth({}),
    oauth({ scopes: { s: 'S' } }),
  ),
  one('api-security-component-oauth-scope-changed', oauth({ scopes: { s: 'S' } }), oauth({ scopes: { s: 'T' } })),
  one('api-security-component-oauth-token-url-changed', oauth({ tokenUrl: 'a' }), oauth({ tokenUrl: 'b' })),
  one('api-security-component-oauth-url-changed', oauth({ authorizationUrl: 'a' }), oauth({ authorizationUrl: 'b' })),
]

const path = (text: string, parameters: readonly Json[]): Json =>
  documentOf({}, { paths: { [text]: { get: { responses: ok, parameters } } } })
const inPath = (name: string, schema: Json): Json => ({ in: 'path', name, required: true, schema })
const parameters: Case[] = [
  one('new-optional-request-parameter', documentOf(), parameterOf({})),
  one('new-required-request-parameter', documentOf(), parameterOf({ required: true })),
  one('new-request-path-parameter', path('/t/{a}', []), path('/t/{a}', [inPath('a', string)])),
  one('request-parameter-removed', parameterOf({}), documentOf()),
  one('request-parameter-removed-with-deprecation', parameterOf({ deprecated: true }), documentOf()),
  one('request-parameter-removed-before-sunset', parameterOf({ 'deprecated': true, 'x-sunset': future }), documentOf()),
  ...both(
    ['request-parameter-became-required', 'request-parameter-became-optional'],
    parameterOf({}),
    parameterOf({ required: true }),
  ),
  ...both(['request-parameter-deprecated', 'request-parameter-reactivated'], parameterOf({}), parameterOf({ deprecated: true })),
  ...both(
    ['request-parameter-became-nullable', 'request-parameter-became-not-nullable'],
    withSchema(string),
    withSchema({ type: ['string', 'null'] }),
  ),
  many(
    ['request-parameter-became-enum', 'request-parameter-enum-value-added'],
    withSchema(string),
    withSchema({ ...string, enum: ['a'] }),
  ),
  one('request-parameter-enum-value-removed', withSchema({ enum: ['a', 'b'] }), withSchema({ enum: ['a'] })),
  one(
    'request-parameter-x-extensible-enum-value-removed',
    withSchema({ 'x-extensible-enum': ['a', 'b'] }),
    withSchema({ 'x-extensible-enum': ['a'] }),
  ),
  ...both(
    ['request-parameter-default-value-added', 'request-parameter-default-value-removed'],
    withSchema(string),
    withSchema({ ...string, default: 'a' }),
  ),
  one('request-parameter-default-value-changed', withSchema({ default: 1 }), withSchema({ default: 2 })),
  one('request-parameter-type-changed', withSchema(string), withSchema(integer)),
  one('request-parameter-type-generalized', withSchema(integer), withSchema(string), 'text on the wire'),
  ...both(
    ['request-parameter-pattern-added', 'request-parameter-pattern-removed'],
    withSchema(string),
    withSchema({ ...string, pattern: '^a$' }),
  ),
  one('request-parameter-pattern-changed', withSchema({ pattern: '^a$' }), withSchema({ pattern: '^b$' })),
  one('request-parameter-pattern-generalized', withSchema({ pattern: '^a$' }), withSchema({ pattern: '.*' })),
  ...bounds('request-parameter', withSchema, ['set']),
  ...both(
    ['request-parameter-property-became-nullable', 'request-parameter-property-became-not-nullable'],
    withSchema({ type: 'array', items: string }),
    withSchema({ type: 'array', items: { type: ['string', 'null'] } }),
  ),
  one(
    'request-parameter-property-enum-value-removed',
    withSchema({ items: { enum: ['a', 'b'] } }),
    withSchema({ items: { enum: ['a'] } }),
  ),
  one(
    'request-parameter-property-enum-value-added',
    withSchema({ items: { enum: ['a'] } }),
    withSchema({ items: { enum: ['a', 'b'] } }),
  ),
  one('request-parameter-property-type-changed', withSchema({ items: string }), withSchema({ items: integer })),
  one('request-parameter-property-type-generalized', withSchema({ items: integer }), withSchema({ items: number })),
  many([], path('/t/{a}', [inPath('a', string)]), path('/t/{b}', [inPath('b', string)]), 'a path parameter is renamed'),
  one(
    'request-parameter-type-changed',
    path('/t/{a}', [inPath('a', string)]),
    path('/t/{b}', [inPath('b', integer)]),
    'renamed in the path',
  ),
]

/** Every bound that has rules, up and down, and where it was none. */
function bounds(prefix: string, place: (schema: Json) => Json, more: readonly ('set' | 'unset')[]): Case[] {
  const keywords = [
    ['max', 'maximum'],
    ['min', 'minimum'],
    ['exclusive-max', 'exclusiveMaximum'],
    ['exclusive-min', 'exclusiveMinimum'],
    ['max-length', 'maxLength'],
    ['min-length', 'minLength'],
    ['max-items', 'maxItems'],
    ['min-items', 'minItems'],
  ] as const
  return keywords.flatMap(([bound, keyword]) => {
    const [none, low, high] = [place({}), place({ [keyword]: 2 }), place({ [keyword]: 5 })]
    const ends = { increased: [low, high], decreased: [high, low], set: [none, low], unset: [low, none] } as const
    return (['increased', 'decreased', ...more] as const).flatMap((how) => {
      const id = `${prefix}-${bound}-${how}`
      return known.has(id) ? [one(id as RuleId, ends[how][0], ends[how][1])] : []
    })
  })
}

/** What bodies and properties have in common. */
function schemas(prefix: string, place: (schema: unknown) => Json): Case[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['became-nullable', string, { type: ['string', 'null'] }],
    ['became-not-nullable', { type: ['string', 'null'] }, string],
    ['type-changed', string, integer],
    ['pattern-added', string, { ...string, pattern: '^a$' }],
    ['pattern-removed', { ...string, pattern: '^a$' }, string],
    ['pattern-changed', { pattern: '^a$' }, { pattern: '^b$' }],
    ['pattern-generalized', { pattern: '^a$' }, { pattern: '.*' }],
    ['default-value-added', string, { ...string, default: 'a' }],
    ['default-value-removed', { ...string, default: 'a' }, string],
    ['default-value-changed', { default: 'a' }, { default: 'b' }],
    ['deprecated', string, { ...string, deprecated: true }],
    ['reactivated', { ...string, deprecated: true }, string],
    ['x-extensible-enum-value-removed', { 'x-extensible-enum': ['a', 'b'] }, { 'x-extensible-enum': ['a'] }],
  ]
  const plain = pairs.flatMap(([suffix, base, revision]) => {
    const id = `${prefix}-${suffix}`
    return known.has(id) ? [one(id as RuleId, place(base), place(revision))] : []
  })
  const types = prefix.startsWith('request')
    ? [one(`${prefix}-type-generalized` as RuleId, place(integer), place(number))]
    : [
        one(`${prefix}-type-generalized` as RuleId, place(integer), place(number)),
        one(`${prefix}-type-specialized` as RuleId, place(number), place(integer)),
      ]
  return [...plain, ...types, ...bounds(prefix, place, ['set', 'unset'])]
}

const mediaTypes = (...names: readonly string[]): Json => Object.fromEntries(names.map((name) => [name, {}]))
const bodyOf = (body: Json): Json => documentOf({ requestBody: body })
const json = { 'application/json': {} }
const bodies: Case[] = [
  one('request-body-added-optional', documentOf(), bodyOf({ content: {} })),
  one('request-body-added-required', documentOf(), bodyOf({ content: {}, required: true })),
  one('request-body-removed', bodyOf({ content: {} }), documentOf()),
  ...both(
    ['request-body-became-required', 'request-body-became-optional'],
    bodyOf({ content: {} }),
    bodyOf({ content: {}, required: true }),
  ),
  ...both(
    ['request-body-media-type-added', 'request-body-media-type-removed'],
    bodyOf({ content: mediaTypes('a/b') }),
    bodyOf({ content: mediaTypes('a/b', 'c/d') }),
  ),
  ...both(
    ['request-body-media-type-schema-added', 'request-body-media-type-schema-removed'],
    bodyOf({ content: json }),
    requestOf(string),
  ),
  many(['request-body-became-enum'], requestOf(string), requestOf({ ...string, enum: ['a'] })),
  one('request-body-enum-value-removed', requestOf({ enum: ['a', 'b'] }), requestOf({ enum: ['a'] })),
  ...schemas('request-body', requestOf),
  ...schemas('response-body', answerOf),
  one('response-mediatype-enum-value-removed', answerOf({ enum: ['a', 'b'] }), answerOf({ enum: ['a'] })),
  ...both(
    ['response-media-type-added', 'response-media-type-removed'],
    documentOf({ responses: { '200': { content: mediaTypes('a/b') } } }),
    documentOf({ responses: { '200': { content: mediaTypes('a/b', 'c/d') } } }),
  ),
  ...both(
    ['response-body-media-type-schema-added', 'response-body-media-type-schema-removed'],
    documentOf({ responses: { '200': { content: json } } }),
    answerOf(string),
  ),
  ...both(
    ['response-non-success-status-added', 'response-non-success-status-removed'],
    documentOf(),
    documentOf({ responses: { ...ok, '404': {} } }),
  ),
  ...both(
    ['response-success-status-added', 'response-success-status-removed'],
    documentOf(),
    documentOf({ responses: { ...ok, '204': {} } }),
  ),
  many([], documentOf(), documentOf({ responses: { ...ok, 'default': {}, '4XX': {} } }), 'statuses that are no numbers'),
]

const headers: Case[] = [
  one('response-header-added', headerOf(), headerOf({})),
  one('optional-response-header-removed', headerOf({}), headerOf()),
  one('required-response-header-removed', headerOf({ required: true }), headerOf()),
  one('response-header-became-optional', headerOf({ required: true }), headerOf({})),
  ...both(
    ['response-header-became-nullable', 'response-header-became-not-nullable'],
    headerOf({ schema: string }),
    headerOf({ schema: { type: ['string', 'null'] } }),
  ),
  one('response-header-type-changed', headerOf({ schema: string }), headerOf({ schema: integer })),
  ...both(
    ['response-header-type-generalized', 'response-header-type-specialized'],
    headerOf({ schema: integer }),
    headerOf({ schema: number }),
  ),
]

const hidden = { ...string, readOnly: true }
const secret = { ...string, writeOnly: true }
const withHidden = (more: Json): Json => requestOf(property({ readOnly: true, ...more }))
const properties: Case[] = [
  ...schemas('request-property', (schema) => requestOf(property(schema))),
  ...schemas('response-property', (schema) => answerOf(property(schema))),
  many(
    ['request-property-became-enum', 'request-property-enum-value-added'],
    requestOf(property(string)),
    requestOf(property({ ...string, enum: ['a'] })),
  ),
  one(
    'request-property-enum-value-removed',
    requestOf(property({ ...string, enum: ['a'] })),
    requestOf(property(string)),
    'the whole enum',
  ),
  ...both(
    ['response-property-enum-value-added', 'response-property-enum-value-removed'],
    answerOf(property({ enum: ['a'] })),
    answerOf(property({ enum: ['a', 'b'] })),
  ),
  one('new-optional-request-property', requestOf(object({})), requestOf(property(string))),
  one('new-required-request-property', requestOf(object({})), requestOf(object({ a: string }, ['a']))),
  one('new-required-request-property-with-default', requestOf(object({})), requestOf(object({ a: { default: 1 } }, ['a']))),
  one('request-property-removed', requestOf(property(string)), requestOf(object({}))),
  ...both(
    ['request-property-became-required', 'request-property-became-optional'],
    requestOf(property(string)),
    requestOf(object({ a: string }, ['a'])),
  ),
  one(
    'request-property-became-required-with-default',
    requestOf(property({ default: 1 })),
    requestOf(object({ a: { default: 1 } }, ['a'])),
  ),
  ...both(
    ['response-optional-property-added', 'response-optional-property-removed'],
    answerOf(object({})),
    answerOf(property(string)),
  ),
  ...both(
    ['response-required-property-added', 'response-required-property-removed'],
    answerOf(object({})),
    answerOf(object({ a: string }, ['a'])),
  ),
  ...both(
    ['response-optional-write-only-property-added', 'response-optional-write-only-property-removed'],
    answerOf(object({})),
    answerOf(property(secret)),
  ),
  ...both(
    ['response-required-write-only-property-added', 'response-required-write-only-property-removed'],
    answerOf(object({})),
    answerOf(object({ a: secret }, ['a'])),
  ),
  ...both(
    ['response-property-became-required', 'response-property-became-optional'],
    answerOf(property(string)),
    answerOf(object({ a: string }, ['a'])),
  ),
  ...both(
    ['response-write-only-property-became-required', 'response-write-only-property-became-optional'],
    answerOf(property(secret)),
    answerOf(object({ a: secret }, ['a'])),
  ),
  ...(['request', 'response'] as const).flatMap((side) => {
    const place = side === 'request' ? requestOf : answerOf
    return (['optional', 'required'] as const).flatMap((need) => {
      const at = (schema: Json) => place(object({ a: schema }, need === 'required' ? ['a'] : []))
      return [
        ...both(
          [`${side}-${need}-property-became-read-only`, `${side}-${need}-property-became-not-read-only`],
          at(string),
          at(hidden),
        ),
        ...both(
          [`${side}-${need}-property-became-write-only`, `${side}-${need}-property-became-not-write-only`],
          at(string),
          at(secret),
        ),
      ]
    })
  }),
  one('request-read-only-property-enum-value-removed', withHidden({ enum: ['a', 'b'] }), withHidden({ enum: ['a'] })),
  one('request-read-only-property-max-decreased', withHidden({ maximum: 5 }), withHidden({ maximum: 2 })),
  one('request-read-only-property-min-increased', withHidden({ minimum: 2 }), withHidden({ minimum: 5 })),
  one(
    'request-read-only-property-exclusive-max-decreased',
    withHidden({ exclusiveMaximum: 5 }),
    withHidden({ exclusiveMaximum: 2 }),
  ),
  one(
    'request-read-only-property-exclusive-min-increased',
    withHidden({ exclusiveMinimum: 2 }),
    withHidden({ exclusiveMinimum: 5 }),
  ),
  one('request-read-only-property-max-length-decreased', withHidden({ maxLength: 5 }), withHidden({ maxLength: 2 })),
  one(
    'response-write-only-property-enum-value-added',
    answerOf(property({ writeOnly: true, enum: ['a'] })),
    answerOf(property({ writeOnly: true, enum: ['a', 'b'] })),
  ),
  many([], requestOf(object({})), requestOf(property(hidden)), 'a read-only property comes'),
]

const tree = (leaf: Json): Json => {
  const node = { type: 'object', properties: { leaf, next: { $ref: '#/components/schemas/Node' } } }
  return { ...answerOf({ $ref: '#/components/schemas/Node' }), components: { schemas: { Node: node } } }
}
const cat = (schema: Json, keyword = 'oneOf'): Json => ({
  ...answerOf({ [keyword]: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }),
  components: { schemas: { Cat: schema, Dog: property(string) } },
})
const ring = (leaf: Json): Json => {
  const to = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
  const schemas = { A: object({ b: to('B'), c: to('C') }), B: object({ a: to('A') }), C: object({ leaf }) }
  const two = { '200': { description: '', content: jsonOf(to('A')) }, '201': { description: '', content: jsonOf(to('B')) } }
  return documentOf({ responses: two }, { components: { schemas } })
}
const old = (schema: Json): Json => ({ ...requestOf(property(schema)), openapi: '3.0.3' })
const shapes: Case[] = [
  one('response-property-type-changed', tree(string), tree(integer), 'a schema that contains itself'),
  many(
    ['response-property-type-changed', 'response-property-type-changed'],
    ring(string),
    ring(integer),
    'schemas that contain each other',
  ),
  ...['oneOf', 'anyOf', 'allOf'].map((keyword) =>
    one('response-property-type-changed', cat(property(string), keyword), cat(property(integer), keyword), keyword),
  ),
  one(
    'response-property-became-nullable',
    answerOf(property(string)),
    answerOf(property({ oneOf: [string, { type: 'null' }] })),
    'null as an alternative',
  ),
  one(
    'response-property-became-not-nullable',
    answerOf(property({ oneOf: [number, { enum: ['NaN'] }, { type: 'null' }] })),
    answerOf(property({ oneOf: [number, { enum: ['NaN'] }] })),
    'null among several alternatives',
  ),
  one('request-property-became-nullable', old(string), old({ ...string, nullable: true }), 'OpenAPI 3.0'),
  one(
    'request-property-exclusive-max-increased',
    old({ maximum: 2, exclusiveMaximum: true }),
    old({ maximum: 3, exclusiveMaximum: true }),
    'OpenAPI 3.0',
  ),
  one(
    'request-property-type-generalized',
    requestOf(property({ ...integer, format: 'int32' })),
    requestOf(property({ ...integer, format: 'int64' })),
    'int32 to int64',
  ),
  one(
    'request-property-type-changed',
    requestOf(property({ type: ['integer', 'null'], format: 'int32' })),
    requestOf(property({ type: ['integer', 'null'], format: 'int64' })),
    'int32 to int64 with null',
  ),
  one(
    'response-property-type-changed',
    answerOf(property({ ...integer, format: 'int32' })),
    answerOf(property({ ...integer, format: 'int64' })),
    'int32 to int64',
  ),
  one(
    'request-property-min-length-increased',
    requestOf(property(string)),
    requestOf(property({ ...string, minLength: 2 })),
    'no length is 0',
  ),
  one(
    'response-required-property-removed',
    answerOf({ items: object({ a: string }, ['a']) }),
    answerOf({ items: object({}) }),
    'of items',
  ),
  many(
    [],
    documentOf({ 'x-stability-level': 'alpha' }),
    documentOf({ 'x-stability-level': 'alpha', 'deprecated': true }),
    'a draft',
  ),
]

export const cases: readonly Case[] = [
  ...[...operations, ...versions, ...security, ...parameters, ...bodies, ...headers, ...properties, ...shapes],
]
