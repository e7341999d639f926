import { expect } from 'chai'
import { type Api, serve } from '../support/api.js'
import { createDatabase, type TestDatabase } from '../support/databases.js'

describe('the OpenAPI changes of a dry run', () => {
  let database: TestDatabase
  let api: Api
  beforeEach(async () => {
    database = await createDatabase('sqlite')
    await database.exec(
      'create table items (id integer primary key, name text not null, note text)',
      'create table others (id integer)',
    )
    api = await serve(database.dsn)
  })
  afterEach(async () => {
    await api.close()
    await database.drop()
  })

  it('are those of the promotion that follows', async () => {
    const before = await api.controller.openapi('db')
    await database.exec('alter table items drop column note', 'create table more (id integer primary key)')
    const { body } = await api.request.post('/system/contract/db/promote').send({ dryRun: true })
    const ids = [...new Set(body.openapi.map(({ id }: { id: string }) => id))]
    expect(ids).to.deep.equal(['response-required-property-removed', 'request-property-removed', 'endpoint-added'])
    expect(await api.controller.openapi('db')).to.deep.equal(before)
    const { diffOpenApi } = await import('faucet-db')
    const { openapi: _, ...promoted } = await api.controller.promote('db')
    expect(promoted).to.not.have.property('openapi')
    expect(diffOpenApi(before, await api.controller.openapi('db'))).to.deep.equal(body.openapi)
  })

  it('are those of the rollback that follows', async () => {
    await database.exec('alter table others add column name text')
    await api.controller.refresh('db')
    await api.controller.promote('db')
    const { openapi = [] } = await api.controller.rollback('db', { version: 1, revision: 0, dryRun: true })
    expect(openapi.map(({ id, operation, path }) => `${id} ${operation} ${path}`)).to.include(
      'response-required-property-removed GET /db/_table/others',
    )
  })
})
