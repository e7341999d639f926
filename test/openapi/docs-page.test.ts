import { expect } from 'chai'
import express from 'express'
import { createFaucet } from 'faucet-db/express'
import supertest from 'supertest'
import { createDatabase, type TestDatabase } from '../support/databases.js'

describe('the page of the documents', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createDatabase('sqlite')
    await database.exec('create table items (id integer primary key)')
  })
  afterEach(() => database.drop())

  const mounted = async (allowed: boolean) => {
    const access = { authorize: () => allowed }
    const { router, controller } = createFaucet({ services: [{ name: 'db', dsn: database.dsn }], access, store: ':memory:' })
    await controller.ready()
    return { request: supertest(express().use('/deep/api', router)), controller }
  }

  it('finds all it is made of under any mount, at its own site', async () => {
    const { request, controller } = await mounted(true)
    for (const address of ['/deep/api/docs', '/deep/api/docs/']) {
      const page = await request.get(address)
      expect([page.status, page.type]).to.deep.equal([200, 'text/html'])
      expect(page.headers['content-security-policy']).to.match(/^default-src 'self';/)
      const links = [...page.text.matchAll(/(?:src|href|data-document)="([^"]+)"/g)].map(([, link = '']) => link)
      const own = links.filter((link) => !link.startsWith('data:'))
      expect(own).to.have.length(4)
      for (const link of own) {
        const { pathname, host } = new URL(link, `http://api${address}`)
        expect([host, (await request.get(pathname)).status]).to.deep.equal(['api', 200])
      }
      expect(page.text).to.not.match(/<script>|<style>| on\w+=/)
    }
    expect((await request.get('/deep/api/docs/package.json')).status).to.equal(404)
    await controller.close()
  })

  it('is for those who may see a document', async () => {
    const { request, controller } = await mounted(false)
    for (const path of ['/docs', '/docs/start.js', '/openapi.json', '/db/_doc']) {
      expect((await request.get(`/deep/api${path}`)).status).to.equal(403)
    }
    await controller.close()
  })
})
