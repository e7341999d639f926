import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** One server in a process of its own. */
export interface Subject {
  readonly name: string
  readonly isFaucet: boolean
  readonly url: string
  stop(): void
}

const programs: Record<string, string> = {
  'faucet': 'faucet-express',
  'faucet on koa': 'faucet-koa',
}

export async function startSubject(name: string, dsn: string): Promise<Subject> {
  const program = programs[name] ?? name
  const server = new URL('server.ts', import.meta.url).pathname
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(process.execPath, ['--import', 'tsx', server, program, dsn], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error(name)))])
  const isFaucet = program.startsWith('faucet')
  const base = `http://127.0.0.1:${Number(String(port))}`
  return { name, isFaucet, url: isFaucet ? `${base}/db/_table` : base, stop: () => void child.kill() }
}
