import { expect } from 'chai'
import { path, serve } from '../support/api.js'
import { createDatabase, describeEngines, type EngineName } from '../support/databases.js'

const quote: Record<EngineName, (name: string) => string> = {
  sqlite: (name) => `"${name.replaceAll('"', '""')}"`,
  postgres: (name) => `"${name.replaceAll('"', '""')}"`,
  mariadb: (name) => `\`${name.replaceAll('`', '``')}\``,
  mysql: (name) => `\`${name.replaceAll('`', '``')}\``,
}

const hostile = [
  'select',
  'weird "name"',
  'sömething',
  '__proto__',
  'constructor',
  'a.b',
  'a,b',
  'Mixed Case',
  'tick`s',
  "it's",
  'x'.repeat(63),
  '漢字',
  'c0',
  'count',
  'resource',
  '100%',
  'a as b',
  '--',
  'in',
]

/** A name as the query grammar quotes it. */
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

describeEngines('hostile names', (engine) => {
  const id = quote[engine]

  it('serves tables and columns whatever they are called', async () => {
    const database = await createDatabase(engine)
    const key = hostile.map((name) => `${id(name)} integer`).join(', ')
    for (const name of hostile) await database.exec(`create table ${id(name)} (${key}, primary key (${id(name)}))`)
    const api = await serve(database.dsn)
    const listed = (await api.request.get('/db/_table')).body.resource.map(({ name }: { name: string }) => name)
    expect(listed).to.have.members(hostile)
    for (const name of hostile) {
      // Written out, because an object literal would lose `__proto__`.
      const sent = `{${hostile.map((column, index) => `${JSON.stringify(column)}:${index}`).join()}}`
      const created = await api.request.post(path(name)).set('content-type', 'application/json').send(`[${sent}]`)
      expect(created.status, `${name}: ${created.text}`).to.equal(201)
      const own = hostile.indexOf(name)
      expect((await api.request.get(path(name, own)).expect(200)).text).to.equal(sent)
      const query = {
        fields: `${quoted(name)},COUNT(*) AS ${quoted('total of it')}`,
        filter: `${quoted(name)} = ${own}`,
        group: quoted(name),
        order: `${quoted(name)} DESC`,
      }
      const { text } = await api.request.get(path(name)).query(query).expect(200)
      expect(text).to.contain(`[{${JSON.stringify(name)}:${own},"total of it":1}]`)
      await api.request
        .patch(path(name, own))
        .set('content-type', 'application/json')
        .send(`{${JSON.stringify(name)}: 99}`)
        .expect(200)
      await api.request.delete(path(name, 99)).expect(200)
    }
    await api.controller.refresh('db')
    expect((await api.controller.status('db')).state).to.equal('green')
    await api.close()
    await database.drop()
  })
})
