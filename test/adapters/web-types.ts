import { createFaucet as createForExpress } from '../../adapters/web/express.js'
import { createFaucet as createForKoa } from '../../adapters/web/koa.js'
import { createFaucet as createForNode } from '../../adapters/web/node.js'

/** Compiled, never run: what the three `createFaucet` infer and refuse. */
export function inferred(): void {
  const shop = { name: 'shop', dsn: 'sqlite:shop.db' } as const
  const { controller, router } = createForExpress({
    services: [shop, { name: 'crm', dsn: 'postgres://localhost/crm' }],
    access: { authorize: ({ raw }) => raw.req.get('x-key') === 'secret' },
  })
  router.stack.map((layer) => layer.name)
  void controller.promote('crm', { tables: ['orders'] })
  // @ts-expect-error no such service
  void controller.promote('shpo')

  const koa = createForKoa({ services: [shop], access: { operate: ({ raw }) => ({ actor: raw.ctx.get('x-user') }) } })
  koa.router.prefix('/api').routes()
  // @ts-expect-error no such service
  void koa.controller.status('crm')

  const node = createForNode({
    services: [shop],
    access: { authorize: async ({ raw }) => raw.req.headers['x-key'] === 'secret' },
  })
  // @ts-expect-error no such service
  void node.controller.diff('crm')

  // @ts-expect-error access is somebody's decision
  createForNode({ services: [shop] })
  // @ts-expect-error a misspelt option
  createForNode({ services: [{ ...shop, schemaLok: 'auto' }], access: 'public-read' })
  // @ts-expect-error Koa's context is not there on Express
  createForExpress({ services: [shop], access: { authorize: ({ raw }) => raw.ctx !== undefined } })
}
