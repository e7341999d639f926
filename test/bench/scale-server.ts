/**
 * One service of scale.ts: `node --expose-gc … scale-server.ts DSN`. Prints a line of JSON when it is ready, and for each `look` on its
 * input, which reads the schema anew.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { createFaucet } from '../../adapters/web/node.js'

/** MiB that live objects take. */
function memory(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

const before = memory()
const start = performance.now()
const { router, controller } = createFaucet({
  services: [{ name: 'db', dsn: process.argv[2] ?? '', probeInterval: '1h', settle: '1h' }],
  access: { authorize: () => true },
  store: ':memory:',
})
await controller.ready()
const ready = performance.now() - start
const server = createServer(router).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, ready, memory: memory() - before }))
})
for await (const _ of createInterface({ input: process.stdin })) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begun = performance.now()
  await controller.refresh('db')
  delay.disable()
  console.log(JSON.stringify({ look: performance.now() - begun, blocked: delay.max / 1e6 }))
}
process.exit()
