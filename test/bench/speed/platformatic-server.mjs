/** Platformatic on a database: `platformatic-server.mjs ROOT DSN`, ROOT being where it is installed. Prints its port. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [root, dsn] = process.argv.slice(2)
const { create } = await import(pathToFileURL(createRequire(`${root}/`).resolve('@platformatic/db')).href)

const url = new URL(dsn.replace(/^mariadb/, 'mysql'))
const schema = url.searchParams.get('schema')
url.searchParams.delete('schema')

const app = await create(root, {
  $schema: 'https://schemas.platformatic.dev/@platformatic/db/3.0.0.json',
  server: { hostname: '127.0.0.1', port: 0, logger: { level: 'error' } },
  db: {
    connectionString: dsn.startsWith('sqlite:') ? `sqlite://${dsn.slice('sqlite:'.length)}` : url.href,
    ...(schema === null ? {} : { schema: [schema] }),
    poolSize: 10,
    limit: { default: 25, max: 1_000 },
    openapi: true,
    graphql: false,
  },
})
await app.init()
await app.start({ listen: true })
console.log(new URL(app.getUrl()).port)
