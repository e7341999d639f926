import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One GET of a path from a router, on a server of its own. */
export async function answerTo(router: RequestListener, path: string): Promise<{ status: number; body: string }> {
  const server = createServer(router).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  const body = await response.text()
  server.closeAllConnections()
  server.close()
  return { status: response.status, body }
}
