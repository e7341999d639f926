import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { platformaticPaths, platformaticProgram } from './platformatic.js'
import type { Sent, Workload } from './workloads.js'

/** One server in a process of its own. */
export interface Subject {
  readonly name: string
  readonly pid: number
  /** What a workload sends it; null: it has no such thing. */
  requestFor(workload: Workload): Sent | null
  stop(): void
}

type Requests = (workload: Workload, base: string) => Sent | null

const faucet: Requests = (workload, base) => ({ ...workload, path: `${base}/db/_table${workload.faucet}` })
const byHand: Requests = (workload, base) => ({ ...workload, path: `${base}${workload.byHand}` })
const floor: Requests = (workload, base) => (workload.isPlainRead ? byHand(workload, base) : null)

const own: Record<string, readonly [program: string, requests: Requests]> = {
  'faucet': ['faucet-express', faucet],
  'faucet on koa': ['faucet-koa', faucet],
  'express': ['express', byHand],
  'koa': ['koa', byHand],
  'floor': ['floor', floor],
}

/** Fails when it does not start. */
export async function startSubject(name: string, dsn: string): Promise<Subject> {
  if (name === 'platformatic') return startPlatformatic(dsn)
  const [program, requests] = own[name] ?? [name, byHand]
  const file = new URL('server.ts', import.meta.url).pathname
  const { base, ...server } = await start(process.execPath, ['--import', 'tsx', file, program, dsn])
  return { name, ...server, requestFor: (workload) => requests(workload, base) }
}

async function startPlatformatic(dsn: string): Promise<Subject> {
  const { node, program, root } = platformaticProgram()
  const { base, ...server } = await start(node, [program, root, dsn])
  const paths = await platformaticPaths(base)
  return {
    name: 'platformatic',
    ...server,
    requestFor: ({ platformatic, ...workload }) =>
      platformatic === undefined ? null : { ...workload, ...platformatic, path: `${base}${paths(platformatic.path)}` },
  }
}

/** Waits for the port that a server prints. */
async function start(command: string, parts: readonly string[]): Promise<{ base: string; pid: number; stop(): void }> {
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(command, parts, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${parts.join(' ')} ended`)))
  const [port] = await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  return { base: `http://127.0.0.1:${Number(String(port))}`, pid: child.pid ?? 0, stop: () => void child.kill() }
}
