#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { isFaucetError } from '../../lib/errors.js'
import { createFaucet } from '../web/node.js'
import { openApiDiffCommand } from './openapi-diff.js'

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }

interface ServeOptions {
  readonly name: string
  readonly port: number
  readonly host: string
  readonly store: string
  readonly write: boolean
}

const program = new Command('faucet')
  .description('A REST API over a SQL database, its shape locked as a contract.')
  .version(version)

program
  .command('serve')
  .description('serve one database on plain HTTP, for a look without an app of your own')
  .argument('<dsn>', 'for example sqlite:./shop.db or postgres://localhost/shop')
  .option('--name <name>', 'first part of the paths', 'db')
  .option('--port <number>', 'port to listen on', wholePort, 3000)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--store <file>', 'where the contract is kept', '.faucet/contracts.db')
  .option('--write', 'allow writes and contract changes to anybody who reaches the port', false)
  .action(serve)

program.command('openapi').description('work with OpenAPI documents').addCommand(openApiDiffCommand())

await program.parseAsync().catch((error: unknown) => {
  // It has said what is wrong, and has set the exit code.
  if (error instanceof CommanderError) return
  if (!isFaucetError(error)) throw error
  process.stderr.write(`${error.message}\n`)
  // 2: wrong usage or configuration; 3: could not tell.
  process.exitCode = error.code === 'invalid-config' ? 2 : 3
})

async function serve(dsn: string, { name, port, host, store, write }: ServeOptions): Promise<void> {
  const { router, controller } = createFaucet({
    services: [{ name, dsn }],
    access: write ? { authorize: () => true, operate: () => ({ actor: 'cli' }) } : 'public-read',
    store,
  })
  const end = () => void controller.close().then(() => server.close())
  const server = createServer(router)
  await controller.ready().catch(async (error: unknown) => {
    await controller.close()
    throw error
  })
  const { database } = await controller.status(name)
  if (database === 'down') process.stderr.write('The database cannot be reached yet; it is tried again.\n')
  server.once('error', (error) => {
    process.stderr.write(`Cannot listen on ${host}:${port}: ${'code' in error ? error.code : 'unknown reason'}\n`)
    process.exitCode = 3
    end()
  })
  server.listen(port, host, () => process.stdout.write(`http://${host}:${port}/${name}/_table\n`))
  process.once('SIGINT', end).once('SIGTERM', end)
}

function wholePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('a port is a whole number up to 65535')
}
