import { validate } from '@readme/openapi-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import type { OpenApiDocument } from 'faucet-db'
import { createFaucet } from 'faucet-db/node'
import { answerTo } from '../support/answer-to.js'
import { type Api, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName, type TestDatabase } from '../support/databases.js'

type Operation = { operationId: string; parameters?: { $ref?: string; name?: string }[]; responses: Record<string, unknown> }

/** Names and types that are hard on a document, as far as the engine has them. */
const columns: Record<EngineName, string> = {
  sqlite: 'big bigint, at datetime, f double, doc json, bin blob, anything',
  postgres:
    'big bigint, at timestamptz, f double precision, doc jsonb not null, bin bytea, tags text[], twice integer generated always as (number * 2) stored',
  mariadb: "big bigint unsigned, at datetime(3), f double, doc json, bin varbinary(20), mood enum('ok','bad'), some set('a','b')",
  mysql: "big bigint unsigned, at datetime(3), f double, doc json, bin varbinary(20), mood enum('ok','bad'), some set('a','b')",
}

const quote = (engine: EngineName, name: string) => (engine === 'postgres' || engine === 'sqlite' ? `"${name}"` : `\`${name}\``)

describeEngines('the OpenAPI document', (engine) => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase(engine)
    await database.exec(
      `create table items (id integer not null primary key, number integer not null default 5, name varchar(20) not null, price decimal(10,2), ${columns[engine]})`,
      `create table ${quote(engine, 'order items/2')} (a integer not null, b varchar(10) not null, item integer, primary key (a, b), foreign key (item) references items (id))`,
      `create table plain (${quote(engine, 'resource')} varchar(5))`,
      'create view names as select name from items',
    )
    api = await serve(database.dsn)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })
  const document = async (): Promise<OpenApiDocument> => (await api.request.get('/db/_doc')).body

  it('is valid by two validators, of one service and of all', async () => {
    for (const path of ['/db/_doc', '/openapi.json']) {
      const { status, body } = await api.request.get(path)
      expect(status).to.equal(200)
      const own = await new Validator().validate(structuredClone(body))
      expect(own.valid, JSON.stringify(own.errors)).to.equal(true)
      const other = await validate(structuredClone(body))
      expect(other.valid, JSON.stringify(other)).to.equal(true)
    }
  })

  it('has an operation for what a table takes, and no other', async () => {
    const { paths = {} } = await document()
    const methods = (path: string) => Object.keys(paths[path] ?? {}).filter((name) => name !== 'parameters')
    const all = ['get', 'post', 'put', 'patch', 'delete']
    expect(methods('/db/_table/items')).to.deep.equal(all)
    expect(methods('/db/_table/items/{id}')).to.deep.equal(['get', 'put', 'patch', 'delete'])
    expect(methods('/db/_table/order%20items%2F2')).to.deep.equal(all)
    // Without a key rows have no ids, and views take no writes.
    expect(methods('/db/_table/plain')).to.deep.equal(['get', 'post', 'patch', 'delete'])
    expect(methods('/db/_table/names')).to.deep.equal(['get'])
    expect(Object.keys(paths)).to.not.include('/db/_table/names/{id}')
  })

  it('names every operation once, and each parameter', async () => {
    const operations = operationsOf(await document())
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).to.equal(ids.length)
    expect(ids).to.include.members(['listItems', 'createItems', 'readItemsRow', 'updateItemsRow', 'listOrderItems2'])
    const list = operations.find(({ operationId }) => operationId === 'listItems')
    const names = list?.parameters?.map(({ $ref, name }) => name ?? $ref?.split('/').at(-1))
    const expected = ['fields', 'order', 'group', 'filter', 'ids', 'limit', 'offset', 'cursor', 'include_count', 'contract']
    expect(names).to.deep.equal(expected)
  })

  it('tells what a row has, a new one needs, and the database supplies', async () => {
    const schemas = (await document()).components?.schemas ?? {}
    const { Items, NewItems, ItemsChanges, ItemsReplacement } = schemas as Record<string, { required?: string[] }>
    const names = Object.keys((Items as { properties: object }).properties)
    expect(Items?.required).to.deep.equal(names)
    expect(NewItems?.required).to.deep.equal(
      engine === 'postgres' ? ['id', 'name', 'doc'] : engine === 'sqlite' ? ['name'] : ['id', 'name'],
    )
    expect(ItemsChanges?.required).to.equal(undefined)
    expect(ItemsReplacement?.required).to.deep.equal(['id'])
    // SQLite holds no text to a length.
    if (engine !== 'sqlite') expect(NewItems).to.nested.include({ 'properties.name.maxLength': 20 })
    expect(NewItems).to.nested.include({ 'properties.number.description': 'Without it: 5' })
    expect(Items).to.not.have.nested.property('properties.name.maxLength')
    if (engine === 'postgres') {
      expect(Items).to.nested.include({ 'properties.twice.readOnly': true })
      expect(NewItems).to.not.have.nested.property('properties.twice')
    }
  })

  it('has an entity tag, and is not sent again to who has it', async () => {
    const first = await api.request.get('/db/_doc')
    expect(first.headers.etag).to.match(/^"[0-9a-f]{32}"$/)
    const again = await api.request.get('/db/_doc').set('if-none-match', `"other", W/${first.headers.etag}`)
    expect([again.status, again.text]).to.deep.equal([304, ''])
    expect((await api.request.get('/db/_doc').set('if-none-match', '"other"')).text).to.equal(first.text)
  })

  it('is the contract’s until it is promoted, and any kept version’s after', async () => {
    const { text } = await api.request.get('/db/_doc')
    await database.exec('alter table items rename column name to title', 'alter table plain add column more integer')
    await api.controller.refresh('db')
    const renamed = Object.keys(rowOf(await document()))
    expect(renamed).to.include('name').and.not.include('title')
    await api.controller.promote('db', { renames: { columns: { items: { name: 'title' } } } })
    expect(Object.keys(rowOf(await document())))
      .to.include('title')
      .and.not.include('name')
    expect((await api.request.get('/db/_doc').set('Faucet-Contract', '1.0')).text).to.equal(text)
    expect(await api.controller.openapi('db', { version: '1.0' })).to.deep.equal(JSON.parse(text))
    expect((await api.request.get('/db/_doc').set('Faucet-Contract', '99')).status).to.equal(410)
  })

  it('takes nothing of a word from a table that had it before', async () => {
    const before = operationsOf(await document()).map(({ operationId }) => operationId)
    await database.exec(`create table ${quote(engine, 'items!')} (x integer)`, 'create table items_changes (x integer)')
    await api.controller.refresh('db')
    const after = operationsOf(await document())
    expect(after.map(({ operationId }) => operationId)).to.include.members(before)
    expect(new Set(after.map(({ operationId }) => operationId)).size).to.equal(after.length)
    const { valid, errors } = await new Validator().validate(structuredClone((await api.request.get('/db/_doc')).body))
    expect(valid, JSON.stringify(errors)).to.equal(true)
  })

  it('shows nothing to write where nothing can be written', async () => {
    const readOnly = await serve(database.dsn, { readOnly: true })
    const { paths = {} } = (await readOnly.request.get('/db/_doc')).body as OpenApiDocument
    const methods = new Set(Object.values(paths).flatMap((item) => Object.keys(item ?? {})))
    expect([...methods].sort()).to.deep.equal(['get', 'parameters'])
    await readOnly.close()
  })

  it('is made of the services that the caller may see', async () => {
    const service = (name: string) => ({ name, dsn: database.dsn })
    const { router, controller } = createFaucet({
      services: [service('open'), service('closed')],
      access: { authorize: ({ service, action }) => action === 'openapi' && service === 'open' },
      store: ':memory:',
    })
    await controller.ready()
    const found = await answerTo(router, '/openapi.json')
    const { paths } = JSON.parse(found.body) as OpenApiDocument
    expect(Object.keys(paths ?? {}).every((path) => path.startsWith('/open/'))).to.equal(true)
    expect((await answerTo(router, '/closed/_doc')).status).to.equal(403)
    await controller.close()
  })
})

function operationsOf({ paths = {} }: OpenApiDocument): Operation[] {
  return Object.values(paths).flatMap((item) =>
    Object.entries(item ?? {}).flatMap(([name, operation]) => (name === 'parameters' ? [] : [operation as Operation])),
  )
}

function rowOf({ components }: OpenApiDocument): object {
  return (components?.schemas?.Items as { properties?: object } | undefined)?.properties ?? {}
}
