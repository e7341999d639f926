/**
 * One service of scale.ts: `node --expose-gc … scale-server.ts DSN`. Prints a line of JSON when it is ready, and for each line of its
 * input: `look` reads the schema anew, `rest` waits until the next line.
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
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'look') delay.reset()
  const begun = performance.now()
  if (line === 'look') await controller.refresh('db')
  console.log(JSON.stringify({ took: performance.now() - begun, blocked: delay.max / 1e6 }))
  delay.reset()
}
process.exit()
