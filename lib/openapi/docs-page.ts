import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fail } from '../errors.js'
import type { FaucetResponse } from '../http/types.js'

/** Files of `swagger-ui-dist` that the page needs, and ours, with their media types. */
const types: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
}

/** Without inline scripts, so that hosts can keep a strict policy; Swagger UI styles its elements itself. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"

const start = `SwaggerUIBundle({
  url: document.currentScript.dataset.document,
  dom_id: '#docs',
  docExpansion: 'none',
  validatorUrl: null,
})
`

/**
 * The page of the combined document. Its addresses are relative, so that it works under any mount.
 *
 * @param mount the way from the page's address to the mount
 */
export async function docsPage(mount: './' | '../'): Promise<FaucetResponse> {
  await folder()
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API</title>
<link rel="stylesheet" href="${mount}docs/swagger-ui.css">
<link rel="icon" href="data:,">
<div id="docs"></div>
<script src="${mount}docs/swagger-ui-bundle.js"></script>
<script src="${mount}docs/start.js" data-document="${mount}openapi.json"></script>
</html>
`
  return page('text/html; charset=utf-8', html)
}

/** Fails with `unknown-route` for anything else than {@link types}. */
export async function docsAsset(name: string): Promise<FaucetResponse> {
  const type = Object.hasOwn(types, name) ? types[name] : undefined
  if (type === undefined) return fail('unknown-route', { detail: 'nothing is served at this path' })
  if (name === 'start.js') return page(type, start)
  return page(type, await fileOf(name))
}

function page(type: string, body: string): FaucetResponse {
  return { kind: 'text', status: 200, headers: { 'content-type': type, 'content-security-policy': policy }, body }
}

const files = new Map<string, Promise<string>>()

async function fileOf(name: string): Promise<string> {
  const file = files.get(name) ?? readFile(`${await folder()}/${name}`, 'utf8')
  files.set(name, file)
  file.catch(() => files.delete(name))
  return file
}

/** Where `swagger-ui-dist` is installed, which is for the host to decide. */
async function folder(): Promise<string> {
  try {
    return createRequire(import.meta.url)
      .resolve('swagger-ui-dist/package.json')
      .replace(/[\\/]package\.json$/, '')
  } catch {
    return fail('unknown-route', { detail: 'the page needs the package swagger-ui-dist', hint: 'npm install swagger-ui-dist' })
  }
}
