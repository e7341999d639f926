/**
 * A server of the benchmark of streams, started with `--expose-gc` and a channel: `stream-server.ts SUBJECT DSN`. Says its port, then
 * answers `rest` (after a collection) and `peak` (since it was last asked) with the bytes of its heap and of what is kept outside it.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express from 'express'
import { createFaucet } from 'faucet-db/express'
import { type Item, type Rows, rowsOf } from './stream-by-hand.js'

/** Rows that the second handler by hand puts into one piece. */
const batchRows = 1_000

const [subject = '', dsn = ''] = process.argv.slice(2)
const listener = subject === 'faucet' ? await faucet() : byHand(subject === 'by hand' ? lines : batches)
const server = createServer(listener).listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

let peak = 0
const used = () => {
  const { heapUsed, external } = process.memoryUsage()
  peak = Math.max(peak, heapUsed + external)
  return heapUsed + external
}
setInterval(used, 20)
process.on('message', (question) => {
  if (question === 'rest') globalThis.gc?.()
  const now = used()
  process.send?.(question === 'rest' ? now : peak)
  peak = 0
})

async function faucet(): Promise<RequestListener> {
  const { router, controller } = createFaucet({
    services: [{ name: 'db', dsn, bigints: 'number' }],
    access: { authorize: () => true },
    store: ':memory:',
  })
  await controller.ready()
  return express().use(router)
}

function byHand(text: (rows: ReturnType<Rows>) => AsyncIterable<string>): RequestListener {
  const rows = rowsOf(dsn)
  return express().get('/db/_table/item', async ({ query }, res) => {
    res.type('application/x-ndjson')
    await pipeline(Readable.from(text(rows(Number(query.limit ?? 1e9)))), res)
  })
}

/** As most would write it. */
async function* lines(rows: ReturnType<Rows>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

/** As one would who has measured it. */
async function* batches(rows: ReturnType<Rows>): AsyncGenerator<string> {
  let batch: Item[] = []
  const text = () => `${batch.map((row) => JSON.stringify(row)).join('\n')}\n`
  for await (const row of rows) {
    if (batch.push(row) < batchRows) continue
    yield text()
    batch = []
  }
  if (batch.length > 0) yield text()
}
