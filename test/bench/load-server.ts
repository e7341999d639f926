/** The API under load of rename-under-load.ts, from `dist`: `load-server.ts DSN SETTINGS`, the settings of the service as JSON. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFaucet } from 'faucet-db/node'

const [dsn = '', settings = '{}'] = process.argv.slice(2)
const { router, controller } = createFaucet({
  services: [{ name: 'db', dsn, ...JSON.parse(settings) }],
  access: { authorize: () => true },
  store: ':memory:',
})
await controller.ready()
const server = createServer(router).listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
