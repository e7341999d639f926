/** The other end of the benchmark of streams: servers in processes of their own, their memory, and their readers. Reads /proc: on Linux only. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const agent = new Agent({ keepAlive: true })

/** Bytes. */
export interface Memory {
  /** Of the whole process, as the system counts it. */
  readonly resident: number
  /** Of JavaScript's heap, and of what it keeps outside of that. */
  readonly used: number
}

export type StreamServer = Awaited<ReturnType<typeof startServer>>

/** Starts `subject` (see `stream-server.ts`), has it stream `warmUp` rows, and lets it come to rest. */
export async function startServer(subject: string, dsn: string, warmUp: number) {
  const child = fork(new URL('stream-server.ts', import.meta.url).pathname, [subject, dsn], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const next = async () => Number((await Promise.race([once(child, 'message'), once(child, 'exit').then(ended)]))[0])
  const ask = (question: 'rest' | 'peak') => {
    child.send(question)
    return next()
  }
  const pid = child.pid ?? 0
  const rows = `http://127.0.0.1:${await next()}/db/_table/item`
  await drain(await open(`${rows}?limit=${warmUp}`))
  await ask('rest')
  // What was collected is given back to the system a little later.
  await delay(500)
  const rest: Memory = { used: await ask('rest'), resident: residentOf(pid) }
  return {
    rows,
    rest,
    /** The most memory it took during `work`, over that at rest. */
    async over<T>(work: () => Promise<T>): Promise<{ result: T; over: Memory }> {
      await ask('peak')
      let resident = residentOf(pid)
      const sampling = setInterval(() => {
        resident = Math.max(resident, residentOf(pid))
      }, 20)
      const result = await work().finally(() => clearInterval(sampling))
      return { result, over: { resident: resident - rest.resident, used: (await ask('peak')) - rest.used } }
    },
    stop: () => void child.kill(),
  }
}

function ended(): never {
  throw new Error('the server ended')
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}

/** `ahead`: bytes that are taken from the system before they are wanted. */
export function open(url: string, ahead?: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/x-ndjson' }
    get(url, { headers, agent: false, ...(ahead === undefined ? {} : { highWaterMark: ahead }) }, resolve).on('error', reject)
  })
}

export async function drain(response: IncomingMessage): Promise<{ lines: number; bytes: number }> {
  let [lines, bytes] = [0, 0]
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  }
  return { lines, bytes }
}

/** Reads `bytes` every 100 ms, for `time` milliseconds; answers how many it had, and leaves. */
export async function readSlowly(url: string, bytes: number, time: number): Promise<number> {
  const response = (await open(url, bytes)).on('error', () => {})
  const end = performance.now() + time
  let read = 0
  while (performance.now() < end) {
    const chunk: Buffer | null = response.read(bytes) ?? response.read()
    read += chunk?.length ?? 0
    await delay(100)
  }
  response.destroy()
  return read
}

/** The 99th percentile of requests one after the other, for `time` milliseconds; in milliseconds. */
export async function latency(url: string, time: number): Promise<number> {
  const found: number[] = []
  const end = performance.now() + time
  while (performance.now() < end) {
    const start = performance.now()
    await new Promise((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
    found.push(performance.now() - start)
  }
  return found.toSorted((one, other) => one - other)[Math.floor(found.length * 0.99)] ?? Number.NaN
}
